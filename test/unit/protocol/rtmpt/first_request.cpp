// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/first_request.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;

TEST_CASE("The first request of a connection tells a page from what may be a stream", "[first_request]") {
  struct Row {
    std::string bytes;
    bool page;
  };
  for (const Row& row : {Row{"GET / HTTP/1.1\r\n", true},
                         {"GET / ", true},
                         {"HEAD /open/1 HTTP/1.0\r\n\r\n", true},
                         {"POST /form HTTP/1.1\r\n", true},
                         {"POST /opened/1 HTTP/1.1\r\n", true},
                         {"OPTIONS * HTTP/1.1\r\n", true},
                         {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", true},
                         {"GET http://a.example/ HTTP/1.1\r\n", true},
                         {"POST /open/1 HTTP/1.1\r\n", false},
                         {"POST /open/1?token=x HTTP/1.1\r\n", false},
                         {"POST /send/1234/0 HTTP/1.1\r\n", false},
                         {"POST /idle/x/0 HTTP/1.1\r\n", false},
                         {"POST /idel/x/0 HTTP/1.1\r\n", false},
                         {"POST /close/x HTTP/1.1\r\n", false},
                         {"POST /fcs/ident2 HTTP/1.1\r\n", false},
                         {"", false},
                         {" / HTTP/1.1\r\n", false},
                         {"GET  / HTTP/1.1\r\n", false},
                         {"get / HTTP/1.1\r\n", false},
                         {"\x03\x01 / HTTP/1.1\r\n", false},
                         {std::string("GE\0 / HTTP/1.1\r\n", 16), false},
                         {"GET\r\n", false}}) {
    CAPTURE(row.bytes);
    CHECK(begins_page(row.bytes) == row.page);
  }
}

TEST_CASE("A first request that is cut anywhere is never taken for what the whole is not", "[first_request]") {
  for (const std::string bytes : {"POST /open/1 HTTP/1.1\r\nHost: a\r\n\r\n", "POST /send/abc/1 HTTP/1.1\r\n",
                                  "GET /page HTTP/1.1\r\n\r\n", "POST /form HTTP/1.1\r\n\r\n"}) {
    CAPTURE(bytes);
    const bool whole = begins_page(bytes);
    const std::size_t known = bytes.find(" HTTP") + 1;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
      CHECK(begins_page(bytes.substr(0, cut)) == (whole && cut >= known));
  }
}
