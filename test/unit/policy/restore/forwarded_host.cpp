// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/restore/forwarded_host.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;
using namespace std::string_literals;

namespace {

struct Good {
  std::string value;
  std::string authority;
};

struct Bad {
  std::string value;
  std::string reason;
};

const std::string kLabel63(63, 'x');
const std::string kName253 = kLabel63 + "." + kLabel63 + "." + kLabel63 + "." + std::string(61, 'y');

} // namespace

TEST_CASE("The host is the right-most entry, with or without a port", "[forwarded_host]") {
  const Good table[] = {
      {"live.example.com", "live.example.com"},
      {"live.example.com:8080", "live.example.com:8080"},
      {"Live.Example.COM", "Live.Example.COM"},
      {"live.example.com.", "live.example.com."},
      {"live.example.com.:80", "live.example.com.:80"},
      {"localhost", "localhost"},
      {"a", "a"},
      {"a_b-c.9d.example", "a_b-c.9d.example"},
      {"9d", "9d"},
      {"spoofed.example, live.example.com", "live.example.com"},
      {" a.example ,\tb.example:81\t", "b.example:81"},
      {"<script>, b.example", "b.example"},
      {"192.0.2.1", "192.0.2.1"},
      {"192.0.2.1:65535", "192.0.2.1:65535"},
      {"[2001:db8::1]", "[2001:db8::1]"},
      {"[2001:DB8::1]:443", "[2001:DB8::1]:443"},
      {"[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.1]:1"},
      {kName253, kName253},
      {kName253 + ".", kName253 + "."},
  };
  for (const Good& row : table) {
    INFO(row.value);
    const std::optional<std::string_view> host = forwarded_host(row.value);
    REQUIRE(host);
    CHECK(*host == row.authority);
    CHECK(host->data() == row.value.data() + row.value.rfind(row.authority));
  }
}

TEST_CASE("A host that is not good is none, and no entry further left takes its place", "[forwarded_host]") {
  const Bad table[] = {
      {"", "nothing"},
      {" ", "a blank"},
      {"live.example.com,", "an empty entry at the right"},
      {"live.example.com, evil/", "a good one further left"},
      {":80", "a port alone"},
      {"live.example.com:", "a colon without a port"},
      {"live.example.com:0", "port 0"},
      {"live.example.com:65536", "a port over 65535"},
      {"live.example.com:080", "a leading zero"},
      {"live.example.com:80:80", "two ports"},
      {"live.example.com:80x", "no number"},
      {"live.example.com:-1", "a sign"},
      {"live.example.com :80", "a blank in front of the port"},
      {"live example", "a blank"},
      {"live.example.com\r\nX-Evil: 1", "a line end"},
      {"live.example.com\0"s, "a NUL"},
      {"live.example.com/path", "a path"},
      {"live.example.com?x", "a query"},
      {"live.example.com#x", "a fragment"},
      {"user@live.example.com", "a user"},
      {"http://live.example.com", "a scheme"},
      {"\"live.example.com\"", "quotation marks"},
      {"*.example.com", "a wildcard"},
      {"live%2eexample.com", "an encoded dot"},
      {"live\xc3\xa4.example.com", "a byte over 127"},
      {"a..example", "an empty label"},
      {".example", "an empty label"},
      {".", "a dot"},
      {"..", "two dots"},
      {"example..", "two dots at the end"},
      {"example.1", "a last label that begins with a digit"},
      {"example.1a", "a last label that begins with a digit"},
      {"example.1.", "a last label that begins with a digit, and a dot"},
      {"1.2.3", "an IPv4 address of three numbers"},
      {"1.2.3.4.5", "an IPv4 address of five"},
      {"1.2.3.256", "a number over 255"},
      {"1.2.3.04", "a leading zero"},
      {"1.2.3.4.", "an IPv4 address and a dot"},
      {"123", "an integer"},
      {"2001:db8::1", "IPv6 without brackets"},
      {"[192.0.2.1]", "brackets around IPv4"},
      {"[example]", "brackets around a name"},
      {"[]", "empty brackets"},
      {"[::1", "an open bracket"},
      {"::1]", "a closing bracket"},
      {"[::1]80", "no colon"},
      {"[::1]:", "a colon without a port"},
      {"[::1]:0", "port 0"},
      {"[fe80::1%lo]", "a zone"},
      {"[v1.x]", "an address of the future (RFC 3986 3.2.2), which httpd does not take"},
      {kLabel63 + "x.example", "a label of 64"},
      {kName253 + "y", "a name of 254"},
      {std::string(8192, 'x'), "8 kB"},
      {std::string(8192, '.'), "8 kB"},
  };
  for (const Bad& row : table) {
    INFO(row.value << ": " << row.reason);
    CHECK_FALSE(forwarded_host(row.value));
  }
}

TEST_CASE("A name has the characters of names and no other byte", "[forwarded_host]") {
  const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  std::size_t accepted = 0;
  for (int value = 0; value < 256; ++value) {
    CAPTURE(value);
    const char c = static_cast<char>(value);
    const std::string text = "a"s + c + "b";
    const std::optional<std::string_view> host = forwarded_host(text);
    const bool is_allowed = allowed.find(c) != std::string::npos;
    CHECK((host && host->size() == 3) == is_allowed);
    accepted += is_allowed ? 1 : 0;
  }
  CHECK(accepted == 65);
}

TEST_CASE("The scheme is what the right-most entry says, in words that are known", "[forwarded_host]") {
  for (const char* const text : {"on", "ON", "1", "true", "True", "yes", "https", "HTTPS", " https ", "http, https"}) {
    INFO(text);
    CHECK(forwarded_https(text) == true);
  }
  for (const char* const text : {"off", "Off", "0", "false", "FALSE", "no", "http", "HTTP", "\thttp\t", "https,http"}) {
    INFO(text);
    CHECK(forwarded_https(text) == false);
  }
  for (const std::string& text : {""s, " "s, "https,"s, "https\0"s, "htt"s, "httpss"s, "2"s, "01"s, "wss"s,
                                  "\"https\""s, "https http"s, std::string(8192, '1')}) {
    INFO(text);
    CHECK(forwarded_https(text) == std::nullopt);
  }
}

TEST_CASE("The port is what the right-most entry says, in range", "[forwarded_host]") {
  CHECK(forwarded_port("1") == 1);
  CHECK(forwarded_port("443") == 443);
  CHECK(forwarded_port("65535") == 65535);
  CHECK(forwarded_port(" 80 ") == 80);
  CHECK(forwarded_port("8080, 443") == 443);
  for (const std::string& text : {""s, " "s, "0"s, "65536"s, "4294967739"s, "-1"s, "+80"s, "080"s, "80a"s, "0x50"s,
                                  "8 0"s, "443,"s, "443, 0"s, "http"s, "80\0"s, std::string(8192, '8')}) {
    INFO(text);
    CHECK(forwarded_port(text) == std::nullopt);
  }
}
