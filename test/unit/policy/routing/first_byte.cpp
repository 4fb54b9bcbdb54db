// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/first_byte.hpp>

#include <catch2/catch.hpp>

#include <string_view>

namespace policy = rtmpt_proxy::policy;

TEST_CASE("RTMP begins with its version, which nothing else on a port of httpd begins with") {
  int versions = 0;
  for (int byte = 0; byte < 256; ++byte)
    versions += policy::begins_rtmp(static_cast<char>(byte)) ? 1 : 0;
  CHECK(versions == 4);
  for (const char version : {'\x03', '\x06', '\x08', '\x09'})
    CHECK(policy::begins_rtmp(version));
  // Requests, blanks before them, HTTP/2, PROXY headers of both versions, TLS records and SSL 2.
  for (const char other : std::string_view("GPgp\r\n \x0d\x14\x15\x16\x17\x80"))
    CHECK_FALSE(policy::begins_rtmp(other));
}
