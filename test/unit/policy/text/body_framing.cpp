// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/text/body_framing.hpp>

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::policy;

TEST_CASE("One way of telling a body's length is good framing", "[body_framing]") {
  CHECK(check_framing({}, {}, false) == Framing::good);
  CHECK(check_framing({}, "0", false) == Framing::good);
  CHECK(check_framing({}, "128", false) == Framing::good);
  CHECK(check_framing("chunked", {}, false) == Framing::good);
  CHECK(check_framing("Chunked", {}, false) == Framing::good);
  CHECK(check_framing({}, "5", true) == Framing::good); // without a Transfer-Encoding nothing was dropped
}

TEST_CASE("Two ways of telling a body's length are bad framing", "[body_framing]") {
  CHECK(check_framing("chunked", "5", false) == Framing::both_lengths);
  CHECK(check_framing("chunked", {}, true) == Framing::both_lengths);
  CHECK(check_framing("gzip, chunked", "5", false) == Framing::both_lengths);
}

TEST_CASE("Only chunked alone is a good Transfer-Encoding", "[body_framing]") {
  for (const char* const coding : {"", "identity", "gzip, chunked", "chunked, chunked", "chunked ", "xchunked"})
    CHECK(check_framing(coding, {}, false) == Framing::odd_coding);
}

TEST_CASE("A Content-Length is digits alone", "[body_framing]") {
  for (const char* const length :
       {"", " 5", "5 ", "+5", "-5", "5, 5", "0x5", "5a", "9223372036854775808", "99999999999999999999"})
    CHECK(check_framing({}, length, false) == Framing::bad_length);
  CHECK(parse_content_length("9223372036854775807") == 9223372036854775807u);
  CHECK(parse_content_length("007") == 7u);
  CHECK_FALSE(parse_content_length("5, 5"));
}
