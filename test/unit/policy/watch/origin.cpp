// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/watch/origin.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;

TEST_CASE("An allowed origin is a site without a path, or all", "[origin]") {
  struct Row {
    std::string text;
    std::string origin; // empty: refused
  };
  const Row table[] = {
      {"*", "*"},
      {"https://www.example.com", "https://www.example.com"},
      {"HTTPS://WWW.Example.com/", "https://www.example.com"},
      {"https://www.example.com:443", "https://www.example.com"},
      {"http://www.example.com:80", "http://www.example.com"},
      {"https://www.example.com:80", "https://www.example.com:80"},
      {"http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080"},
      {"", ""},
      {"www.example.com", ""},
      {"https://", ""},
      {"https://:443", ""},
      {"https://www.example.com/path", ""},
      {"https://user@www.example.com", ""},
      {"https://www.example.com?x", ""},
      {"ws://www.example.com", ""},
      {"null", ""},
      {"https://www .example.com", ""},
      {"**", ""},
      {"https://" + std::string(301, 'a'), ""},
  };
  for (const Row& row : table) {
    CAPTURE(row.text);
    const OriginResult result = parse_allowed_origin(row.text);
    CHECK(result.origin == row.origin);
    CHECK(result.error.empty() == !row.origin.empty());
  }
}

TEST_CASE("A page of the same host may show a stream, and others when they are allowed", "[origin]") {
  struct Row {
    std::string origin;
    std::string host;
    bool is_https;
    AllowedOrigins allowed;
    OriginVerdict verdict;
  };
  const OriginVerdict refused{false, "", false};
  const OriginVerdict own{true, "", false};
  const AllowedOrigins other{"https://other.example"};
  const Row table[] = {
      {"", "www.example.com", true, {}, own},
      {"https://www.example.com", "www.example.com", true, {}, own},
      {"https://www.example.com", "WWW.example.com:443", true, {}, own},
      {"http://www.example.com:8080", "www.example.com:8080", false, {}, own},
      {"http://www.example.com", "www.example.com", true, {}, refused}, // another scheme is another origin
      {"https://www.example.com", "www.example.com:8443", true, {}, refused},
      {"https://evil.example", "www.example.com", true, {}, refused},
      {"https://evil.example", "www.example.com", true, other, refused},
      {"https://www.example.com.evil.example", "www.example.com", true, {}, refused},
      {"https://other.example", "www.example.com", true, other, {true, "https://other.example", true}},
      {"https://other.example:443", "www.example.com", true, other, {true, "https://other.example", true}},
      {"https://evil.example", "www.example.com", true, {"*"}, {true, "*", false}},
      {"null", "www.example.com", true, {}, refused},
      {"null", "www.example.com", true, {"*"}, {true, "*", false}},
      {"https://", "", true, {}, refused},
      {"*", "www.example.com", true, other, refused},
  };
  for (const Row& row : table) {
    CAPTURE(row.origin, row.host, row.is_https);
    CHECK(judge_origin(row.origin, row.host, row.is_https, row.allowed) == row.verdict);
  }
}
