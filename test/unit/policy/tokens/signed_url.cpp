// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/tokens/signed_url.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::KeyedDigest;

namespace {

KeyedDigest no_digest(std::string_view, std::string_view) {
  return {};
}

} // namespace

TEST_CASE("A stream's URL is taken apart", "[signed url]") {
  struct Row {
    std::string text;
    std::string host;
    std::string path;
    std::string before_name;
    std::string name;
    bool is_view = false;
  };
  for (const Row& row : std::vector<Row>{
           {"rtmp://live.example.com/live/cam1", "live.example.com", "/live/cam1", "rtmp://live.example.com/live",
            "cam1"},
           {"rtmps://h:443/live/a/b?x=y", "h", "/live/a/b", "rtmps://h:443/live/a", "b?x=y"},
           {"rtmpt://u:p@h:80/live/cam", "h", "/live/cam", "rtmpt://u:p@h:80/live", "cam"},
           {"rtmpts://[2001:db8::7]:443/live/cam", "2001:db8::7", "/live/cam", "rtmpts://[2001:db8::7]:443/live",
            "cam"},
           {"rtmp://h/live/", "h", "/live/", "rtmp://h/live", ""},
           {"rtmp://h/cam1", "h", "/cam1", "rtmp://h", "cam1"},
           {"https://h/live/cam1.flv?a=b", "h", "/live/cam1", "https://h/live", "cam1.flv?a=b", true},
           {"http://h/live/cam1", "h", "/live/cam1", "http://h/live", "cam1", true},
       }) {
    CAPTURE(row.text);
    const StreamUrl url = parse_stream_url(row.text);
    CHECK(url.error.empty());
    CHECK(url.host == row.host);
    CHECK(url.path == row.path);
    CHECK(url.before_name == row.before_name);
    CHECK(url.name == row.name);
    CHECK(url.is_view == row.is_view);
  }
}

TEST_CASE("What is no stream's URL is refused", "[signed url]") {
  for (const std::string text :
       {"", "live/cam1", "ftp://h/live/cam1", "rtmp:/h/live", "rtmp://", "rtmp:///live/cam1", "rtmp://h", "rtmp://h/",
        "rtmp://h//cam1", "rtmp://h/live//cam1", "rtmp://h/live/../cam1", "rtmp://h/live/%63am", "rtmp://h/live/c am",
        "rtmp://h/live/cam?a/b", "rtmp://h/live/cam?vhost=x", "rtmp://h/live/cam?token=x",
        "rtmp://h/live/cam?a&expires=1", "rtmp://u@/live/cam", "rtmp://h\n/live/cam"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_stream_url(text).error.empty());
  }
  const std::string whole = "rtmp://live.example.com/live/cam1?a=b";
  for (std::size_t count = 0; count <= whole.size(); ++count)
    CHECK_NOTHROW(parse_stream_url(whole.substr(0, count)));
}

TEST_CASE("The token stands behind what the query has already", "[signed url]") {
  const TokenKey key{"k", std::string(32, 's')};
  const std::string token = "token=k." + std::string(64, '0') + "&expires=7";
  const auto signed_of = [&](const std::string& text) {
    return signed_name(parse_stream_url(text), key, {"PLAY", 7, {}}, no_digest);
  };
  CHECK(signed_of("rtmp://h/live/cam1") == "cam1?" + token);
  CHECK(signed_of("rtmp://h/live/cam1?") == "cam1?" + token);
  CHECK(signed_of("rtmp://h/live/cam1?a=b") == "cam1?a=b&" + token);
  CHECK(signed_of("rtmp://h/live/") == "?" + token);
}
