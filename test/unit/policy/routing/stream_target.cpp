// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/stream_target.hpp>
#include <rtmpt_proxy/policy/text/base64.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::policy;
using namespace std::string_literals;
using rtmpt_proxy::protocol::ConnectRequest;
using rtmpt_proxy::protocol::parse_ip_address;

namespace {

AskTarget app_of(std::string app, std::string tc_url = {}) {
  ConnectRequest connect;
  connect.app = std::move(app);
  connect.tc_url = std::move(tc_url);
  return ask_target(connect);
}

} // namespace

TEST_CASE("A stream's application and name are one path", "[stream target]") {
  struct Row {
    std::string app;
    std::string name;
    std::string path;
    std::string query;
  };
  for (const Row& row : std::vector<Row>{
           {"live", "cam1", "/live/cam1", ""},
           {"live/", "cam1?key=secret", "/live/cam1", "key=secret"},
           {"live?pass=u", "cam1?", "/live/cam1", ""},
           {"live/_definst_", "mp4:a/b.mp4", "/live/a/b.mp4", ""},
           {"live", "FLV:cam", "/live/cam", ""},
           {"live", "mp3:cam", "/live/cam", ""},
           {"live", "mp4", "/live/mp4", ""},
           {"", "cam", "/cam", ""},
           {"mystream", "", "/mystream", ""},
           {"mystream", "?key=a", "/mystream", "key=a"},
           {"a/b", "", "/a/b", ""},
           {"a;b", "c+d", "/a%3Bb/c%2Bd", ""},
           {"live", "caf\xc3\xa9", "/live/caf%C3%A9", ""},
           {"live", "a?b?c", "/live/a", "b?c"},
           {"live", std::string(255, 'n'), "/live/" + std::string(255, 'n'), ""},
       }) {
    CAPTURE(row.app, row.name);
    CHECK(stream_target(app_of(row.app), row.name) == StreamTarget{StreamTargetError::none, row.path, row.query, ""});
  }
}

TEST_CASE("A name that could mean another stream is refused", "[stream target]") {
  using Error = StreamTargetError;
  for (const auto& [name, error] : std::vector<std::pair<std::string, Error>>{
           {"mp4:", Error::no_name},
           {"mp4:?key", Error::no_name},
           {"mp4:flv:cam", Error::odd_prefix},
           {"/cam", Error::odd_path},
           {"cam/", Error::odd_path},
           {"a//b", Error::odd_path},
           {".", Error::odd_path},
           {"../cam", Error::odd_path},
           {"a/./b", Error::odd_path},
           {"mp4:../cam", Error::odd_path},
           {"_definst_/cam", Error::odd_name},
           {"cam/_definst_", Error::odd_name},
           {"sec/_definst_ret", Error::odd_name},
           {"sec ret", Error::odd_name},
           {"cam#x", Error::odd_name},
           {"cam=1", Error::odd_name},
           {"cam&x", Error::odd_name},
           {"cam,vhost,x", Error::odd_name},
           {"cam...vhost...x", Error::odd_name},
           {"'cam'", Error::odd_name},
           {"a\\b", Error::odd_name},
           {"f4v:cam", Error::odd_prefix},
           {"mov:cam", Error::odd_prefix},
           {"smil:cam", Error::odd_prefix},
           {"ngrp:cam", Error::odd_prefix},
           {"amlst:cam", Error::odd_prefix},
           {"id3:cam", Error::odd_prefix},
           {"mp4:a:b", Error::odd_prefix},
           {"b?x=/_definst_ob", Error::odd_query},
           {"cam1?x=/secret", Error::odd_query},
           {"cam1?x#y", Error::odd_query},
           {"cam1?vhost=other", Error::odd_query},
           {"cam1?a=b&VHOST=other", Error::odd_query},
           {"cam1?domain=other", Error::odd_query},
           {"cam1?a\nb", Error::odd_query},
           {"a%2fb", Error::percent_in_name},
           {"a\0b"s, Error::control_in_name},
           {"a\r\nHost: x", Error::control_in_name},
           {"a\x7f", Error::control_in_name},
           {std::string(256, 'n'), Error::name_too_long},
           {"cam?" + std::string(512, 'q'), Error::name_too_long},
       }) {
    CAPTURE(name);
    const StreamTarget target = stream_target(app_of("live"), name);
    CHECK(to_string(target.error) == to_string(error));
    CHECK(target.path.empty());
    CHECK_FALSE(to_string(error).empty());
  }
  CHECK(stream_target(app_of("live/.."), "cam").error == Error::bad_app);
  CHECK(stream_target(app_of(""), "").error == Error::no_name);
  CHECK(stream_target(app_of(""), "?key").error == Error::no_name);
}

TEST_CASE("Behind an application a query has nothing but user and password", "[stream target]") {
  using Error = StreamTargetError;
  for (const auto& [app, name, error] : std::vector<std::tuple<std::string, std::string, Error>>{
           {"live?user=a&pass=b", "cam", Error::none},
           {"live?pass=b&user=a", "cam?key=1", Error::none},
           {"live?", "a/b", Error::none},
           {"live?token=k.00&expires=1", "cam", Error::none},
           {"live?user=a&expires=1&token=k.00&pass=b", "cam?token=k.01&expires=2", Error::none},
           {"live?token=k.00&token=k.01", "cam", Error::query_of_app},
           {"live?tokens=1", "cam", Error::query_of_app},
           {"live?token=k.00&expires=1", "a/b", Error::query_of_app},
           {"live?user=a&pass=b", "a/b", Error::query_of_app},
           {"live/secret?x", "y", Error::query_of_app},
           {"live?user=a&x=1", "y", Error::query_of_app},
           {"live?user=a&user=b", "y", Error::query_of_app},
           {"live?user=a/b", "y", Error::odd_query},
           {"live?user=a#b", "y", Error::odd_query},
           {"live?vhost=other", "y", Error::odd_query},
       }) {
    CAPTURE(app, name);
    CHECK(to_string(stream_target(app_of(app), name).error) == to_string(error));
  }
}

TEST_CASE("Credentials come from the name, else from the application, else from the URL", "[stream target]") {
  const std::string url = "rtmp://urluser:urlpass@host/live";
  struct Row {
    std::string app;
    std::string tc_url;
    std::string name;
    std::string credentials;
  };
  for (const Row& row : std::vector<Row>{
           {"live", "", "cam", ""},
           {"live", "", "cam?user=alice&pass=wonder", "alice:wonder"},
           {"live", "", "cam?x=1&pass=a%3Ab%26&user=al%20ice&user=other", "al ice:a:b&"},
           {"live", "", "cam?user=alice", "alice:"},
           {"live", "", "cam?pass=x", ""},
           {"live", "", "cam?user=&pass=x", ""},
           {"live", "", "cam?superuser=a&pass=x", ""},
           {"live", "", "cam?user=a%3Ab&pass=x", ""},
           {"live", "", "cam?user=a&pass=%0D%0A", ""},
           {"live", "", "cam?user=a%&pass=%4", "a%:%4"},
           {"live?user=bob&pass=b", "", "cam", "bob:b"},
           {"live?user=bob&pass=b", "", "cam?user=alice&pass=a", "alice:a"},
           {"live", url, "cam", "urluser:urlpass"},
           {"live?user=bob&pass=b", url, "cam", "bob:b"},
           {"live", "rtmp://u%40x@host/live", "cam", "u@x:"},
           {"live", "rtmp://host/live", "cam", ""},
       }) {
    CAPTURE(row.app, row.tc_url, row.name);
    const StreamTarget target = stream_target(app_of(row.app, row.tc_url), row.name);
    CHECK(target.error == StreamTargetError::none);
    CHECK(target.credentials == row.credentials);
  }
}

TEST_CASE("The question about a stream has the virtual host, and no line of the client's", "[stream target]") {
  AskRequest ask;
  ask.method = "PUBLISH";
  ask.path = "/live/cam1";
  ask.host = "live.example.com:8080";
  ask.flash_version = "FMLE/3.0";
  ask.query = "key=a\r\nb";
  ask.vhost = "www:80";
  ask.credentials = "alice:wonder";
  CHECK(ask_request(ask) == "PUBLISH /live/cam1 HTTP/1.1\r\nHost: live.example.com:8080\r\nUser-Agent: FMLE/3.0\r\n"
                            "RTMPT-Query: key=a%0D%0Ab\r\nRTMPT-Vhost: www:80\r\n"
                            "Authorization: Basic YWxpY2U6d29uZGVy\r\nConnection: close\r\n\r\n");
  AskRequest bare;
  bare.method = "PLAY";
  bare.path = "/";
  bare.destination = {*parse_ip_address("192.0.2.9"), 80};
  CHECK(ask_request(bare) == "PLAY / HTTP/1.1\r\nHost: 192.0.2.9:80\r\nConnection: close\r\n\r\n");
}

TEST_CASE("A question tells when only a rule may let the client in", "[stream target]") {
  AskRequest ask;
  ask.method = "PUBLISH";
  ask.path = "/live/cam1";
  ask.host = "h";
  ask.needs_rule = true;
  CHECK(ask_request(ask) ==
        "PUBLISH /live/cam1 HTTP/1.1\r\nHost: h\r\nRTMPT-Needs-Rule: 1\r\nConnection: close\r\n\r\n");
}

TEST_CASE("A connect's credentials go along with its question", "[stream target]") {
  const std::string request =
      ask_request(app_of("live?user=a&pass=b", "rtmp://h/live"), "", {*parse_ip_address("192.0.2.9"), 80});
  CHECK(request == "OPEN /live HTTP/1.1\r\nHost: h\r\nRTMPT-Query: user=a&pass=b\r\nAuthorization: Basic YTpi\r\n"
                   "Connection: close\r\n\r\n");
}

TEST_CASE("Base64 is that of RFC 4648", "[stream target]") {
  for (const auto& [bytes, text] : std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                                                    {"f", "Zg=="},
                                                                                    {"fo", "Zm8="},
                                                                                    {"foo", "Zm9v"},
                                                                                    {"foob", "Zm9vYg=="},
                                                                                    {"fooba", "Zm9vYmE="},
                                                                                    {"foobar", "Zm9vYmFy"},
                                                                                    {"\0\xff\xfe"s, "AP/+"}})
    CHECK(to_base64(bytes) == text);
}
