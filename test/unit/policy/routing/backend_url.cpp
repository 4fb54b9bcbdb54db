// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/backend_url.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;
using namespace std::string_literals;

namespace {

struct Good {
  std::string text;
  BackendUrl url;
  std::string written;
};

struct Bad {
  std::string text;
  std::string quoted;   // how the message names the value
  std::string expected; // words of what was expected
};

constexpr BackendScheme kRtmp = BackendScheme::rtmp;
constexpr BackendScheme kRtmpt = BackendScheme::rtmpt;
constexpr BackendScheme kRtmps = BackendScheme::rtmps;

const std::string kLabel63(63, 'x');
const std::string kName253 = kLabel63 + "." + kLabel63 + "." + kLabel63 + "." + std::string(61, 'y');

} // namespace

TEST_CASE("A backend URL is a host with or without a port", "[backend_url]") {
  const Good table[] = {
      {"rtmp://media", {kRtmp, "media", 1935, false}, "rtmp://media"},
      {"rtmp://media/", {kRtmp, "media", 1935, false}, "rtmp://media"},
      {"rtmp://media:1935", {kRtmp, "media", 1935, true}, "rtmp://media:1935"},
      {"rtmp://media:1936/", {kRtmp, "media", 1936, true}, "rtmp://media:1936"},
      {"RTMP://Media.Example.ORG", {kRtmp, "media.example.org", 1935, false}, "rtmp://media.example.org"},
      {"rtmp://a-b_c.9d", {kRtmp, "a-b_c.9d", 1935, false}, "rtmp://a-b_c.9d"},
      {"rtmp://media.example.", {kRtmp, "media.example.", 1935, false}, "rtmp://media.example."},
      {"rtmp://10.0.0.1", {kRtmp, "10.0.0.1", 1935, false}, "rtmp://10.0.0.1"},
      {"rtmp://[::1]", {kRtmp, "::1", 1935, false}, "rtmp://[::1]"},
      {"rtmp://[2001:DB8::A]:19350/", {kRtmp, "2001:db8::a", 19350, true}, "rtmp://[2001:db8::a]:19350"},
      {"rtmp://[::ffff:10.0.0.1]", {kRtmp, "::ffff:10.0.0.1", 1935, false}, "rtmp://[::ffff:10.0.0.1]"},
      {"rtmp://h:1", {kRtmp, "h", 1, true}, "rtmp://h:1"},
      {"rtmp://h:65535", {kRtmp, "h", 65535, true}, "rtmp://h:65535"},
      {"rtmp://" + kName253, {kRtmp, kName253, 1935, false}, "rtmp://" + kName253},
      {"rtmpt://media", {kRtmpt, "media", 80, false}, "rtmpt://media"},
      {"RTMPT://Media:80/", {kRtmpt, "media", 80, true}, "rtmpt://media:80"},
      {"rtmpt://media:1935", {kRtmpt, "media", 1935, true}, "rtmpt://media:1935"},
      {"rtmpt://[::1]:8080", {kRtmpt, "::1", 8080, true}, "rtmpt://[::1]:8080"},
      {"rtmps://live.example.com", {kRtmps, "live.example.com", 443, false}, "rtmps://live.example.com"},
      {"RTMPS://Media:443/", {kRtmps, "media", 443, true}, "rtmps://media:443"},
      {"rtmps://[::1]:1936", {kRtmps, "::1", 1936, true}, "rtmps://[::1]:1936"},
      {"rtmps://192.0.2.7", {kRtmps, "192.0.2.7", 443, false}, "rtmps://192.0.2.7"},
      {"rtmpt://192.0.2.7/", {kRtmpt, "192.0.2.7", 80, false}, "rtmpt://192.0.2.7"},
  };
  for (const Good& row : table) {
    INFO(row.text);
    const BackendUrlResult result = parse_backend_url(row.text);
    CHECK(result.error.empty());
    CHECK(result.url == row.url);
    CHECK(to_string(result.url) == row.written);
    CHECK(parse_backend_url(row.written).url == row.url);
  }
}

TEST_CASE("A bad backend URL is named together with what was expected", "[backend_url]") {
  const std::string shape = "expected rtmp://host[:port]";
  const std::string host = "expected a DNS name";
  const std::string port = "expected a port of 1 to 65535";
  const std::string bare = "expected nothing but rtmp://host[:port]";
  const std::string ipv6 = "expected an IPv6 address";
  const Bad table[] = {
      {"", "\"\"", shape},
      {"media", "\"media\"", shape},
      {"media:1935", "\"media:1935\"", "expected rtmp://media:1935 for a server that takes RTMP"},
      {"media:1935/live", "\"media:1935/...\"", shape},
      {"me:secret@media.example", "\"...\"", shape},
      {"rtmp:/media", "\"rtmp:/...\"", "expected two slashes after the colon, as in rtmp://media"},
      {"rtmp:media/key", "\"rtmp:media/...\"", "expected two slashes after the colon, as in rtmp://media"},
      {"rtmp:", "\"rtmp:\"", "as in rtmp://host[:port]"},
      {"balancer:", "\"balancer:\"", "as in balancer://name"},
      {"/", "\"/\"", "rtmps://host[:port] or rtmpt://host[:port] at once: the directive takes no path"},
      {"/live/key", "\"/...\"", "takes no path"},
      {"Off", "\"Off\"", "expected !"},
      {"http://media", "\"http://media\"", "expected rtmpt://media:"},
      {"HTTP://media:82/live/key", "\"HTTP://media:82/...\"", "expected rtmpt://media:82:"},
      {"http://me:secret@media", "\"http://...\"", "expected rtmpt://host[:port]:"},
      {"https://", "\"https://\"", "expected rtmpt://host[:port]: RTMPT over TLS"},
      {"rtmpts://media", "\"rtmpts://media\"",
       "expected rtmpt://media: RTMPT over TLS to a media server is not supported"},
      {"rtmpe://media", "\"rtmpe://media\"", "expected rtmp://media: RTMPE is not supported"},
      {"rtmptx://media", "\"rtmptx://media\"", shape},
      {"xrtmp://media", "\"xrtmp://media\"", shape},
      {"://media", "\"://media\"", shape},
      {"rtmpt:/media", "\"rtmpt:/...\"", "as in rtmpt://media"},
      {"rtmpt://", "\"rtmpt://\"", host},
      {"rtmpt://media:0", "\"rtmpt://media:0\"", port},
      {"rtmpt://media/open/1", "\"rtmpt://media/...\"", "expected nothing but rtmpt://host[:port]"},
      {"rtmps:/media", "\"rtmps:/...\"", "as in rtmps://media"},
      {"rtmps://", "\"rtmps://\"", host},
      {"rtmps://media:65536", "\"rtmps://media:65536\"", port},
      {"rtmps://media/app/key", "\"rtmps://media/...\"", "expected nothing but rtmps://host[:port]"},
      {" rtmp://media", "\" rtmp://media\"", shape},
      {"rtmp://", "\"rtmp://\"", host},
      {"rtmp:///", "\"rtmp:///\"", host},
      {"rtmp://:1935", "\"rtmp://:1935\"", host},
      {"rtmp://me dia", "\"rtmp://me dia\"", host},
      {"rtmp://media\t", "\"rtmp://media?\"", host},
      {"rtmp://m\xC3\xA9"
       "dia",
       "\"rtmp://m??dia\"", host},
      {"rtmp://a..b", "\"rtmp://a..b\"", host},
      {"rtmp://.a", "\"rtmp://.a\"", host},
      {"rtmp://.", "\"rtmp://.\"", host},
      {"rtmp://10.0.0", "\"rtmp://10.0.0\"", host},
      {"rtmp://256.0.0.1", "\"rtmp://256.0.0.1\"", host},
      {"rtmp://" + kLabel63 + "x", "\"rtmp://" + kLabel63 + "x\"", host},
      {"rtmp://" + kName253 + "y", "\"rtmp://" + kName253 + "y\"", host},
      {"rtmp://fe80::1", "\"rtmp://fe80::1\"", ipv6 + " in brackets, such as rtmp://[::1]"},
      {"rtmp://media,", "\"rtmp://media,\"", "expected no ',' at its end"},
      {"rtmp://media:1935;", "\"rtmp://media:1935;\"", "expected no ';' at its end"},
      {"rtmp://[fe80::1", "\"rtmp://[fe80::1\"", shape},
      {"rtmp://[]", "\"rtmp://[]\"", ipv6},
      {"rtmp://[10.0.0.1]", "\"rtmp://[10.0.0.1]\"", ipv6},
      {"rtmp://[fe80::1%eth0]", "\"rtmp://[fe80::1%eth0]\"", ipv6},
      {"rtmp://[::1\0]"s, "\"rtmp://[::1?]\"", ipv6},
      {"rtmp://[::1]1935", "\"rtmp://[::1]1935\"", port},
      {"rtmp://media:", "\"rtmp://media:\"", port},
      {"rtmp://media:0", "\"rtmp://media:0\"", port},
      {"rtmp://media:65536", "\"rtmp://media:65536\"", port},
      {"rtmp://media:99999999999", "\"rtmp://media:99999999999\"", port},
      {"rtmp://media:-1", "\"rtmp://media:-1\"", port},
      {"rtmp://media:+1", "\"rtmp://media:+1\"", port},
      {"rtmp://media: 1", "\"rtmp://media: 1\"", port},
      {"rtmp://media:19x", "\"rtmp://media:19x\"", port},
      {"rtmp://media:1:2", "\"rtmp://media:1:2\"", port},
      {"rtmp://media//", "\"rtmp://media/...\"", bare},
      {"rtmp://media/live", "\"rtmp://media/...\"", bare},
      {"rtmp://media?x", "\"rtmp://media?...\"", bare},
      {"rtmp://media#x", "\"rtmp://media#...\"", bare},
      {"rtmp://user@media", "\"rtmp://...\"", bare},
  };
  for (const Bad& row : table) {
    INFO(row.text);
    const std::string error = parse_backend_url(row.text).error;
    INFO(error);
    CHECK(error.substr(0, row.quoted.size()) == row.quoted);
    CHECK(error.find(row.expected) != std::string::npos);
  }
}

TEST_CASE("A message about a backend URL keeps its secrets", "[backend_url]") {
  const std::string table[] = {
      "rtmp://media/live/hush",   "rtmp://media?key=hush",
      "rtmp://media#hush",        "rtmp://user:hush@media",
      "rtmp://user:h/hush@media", "rtmp://media/app@hush",
      "http://media/hush",        "user:hush@media",
      "media/live/hush",          "rtmp://hush" + std::string(400, 'u') + "@media",
      "rtmpt://media/live/hush",  "rtmpt://user:hush@media",
  };
  for (const std::string& text : table) {
    INFO(text);
    const std::string error = parse_backend_url(text).error;
    CHECK_FALSE(error.empty());
    CHECK(error.find("hush") == std::string::npos);
  }
}

TEST_CASE("Every byte value in a host name is judged", "[backend_url]") {
  const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    CAPTURE(value);
    const bool good = parse_backend_url(std::string("rtmp://a") + c + "b").error.empty();
    CHECK(good == (allowed.find(c) != std::string::npos));
  }
}

TEST_CASE("A scheme has its name and its port", "[backend_url]") {
  CHECK(find_backend_scheme("rtmp") == BackendScheme::rtmp);
  CHECK(find_backend_scheme("rtmpt") == BackendScheme::rtmpt);
  for (const std::string_view other : {"", "RTMP", "RTMPS", "rtmpts", "http", "rtm", "rtmp:"})
    CHECK_FALSE(find_backend_scheme(other));
  CHECK(default_port(BackendScheme::rtmp) == 1935);
  CHECK(default_port(BackendScheme::rtmpt) == 80);
}
