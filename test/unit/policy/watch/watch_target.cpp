// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/watch/watch_setting.hpp>
#include <rtmpt_proxy/policy/watch/watch_target.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;

TEST_CASE("A path that ends in .flv names a stream", "[watch_target]") {
  struct Row {
    std::string path;
    std::string app;
    std::string name;
    std::string asked;
  };
  const Row table[] = {
      {"/live/cam1.flv", "live", "cam1", "/live/cam1"},
      {"/live/room/cam1.flv", "live/room", "cam1", "/live/room/cam1"},
      {"/live/cam.1.flv", "live", "cam.1", "/live/cam.1"},
      {"/live/cam@home.flv", "live", "cam@home", "/live/cam%40home"},
      {"/live/\xc3\xa9.flv", "live", "\xc3\xa9", "/live/%C3%A9"},
      {"/live/x.flv.flv", "live", "x.flv", "/live/x.flv"},
  };
  for (const Row& row : table) {
    CAPTURE(row.path);
    const auto target = watch_target(row.path);
    REQUIRE(target);
    CHECK(target->app == row.app);
    CHECK(target->stream_name == row.name);
    CHECK(target->play_path == row.asked);
    CHECK(target->path() == row.app + "/" + row.name);
  }
}

TEST_CASE("What a client of RTMP could not be asked about is no stream of a viewer either", "[watch_target]") {
  const std::string refused[] = {
      "",
      "/",
      "/.flv",
      "/cam1.flv",
      "/live/.flv",
      "/live/cam1",
      "/live/cam1.FLV",
      "live/cam1.flv",
      "/live//cam1.flv",
      "/live/../cam1.flv",
      "/live/./cam1.flv",
      "//cam1.flv",
      "/live/ca m.flv",
      "/live/cam#1.flv",
      "/live/cam%31.flv",
      "/live/cam?.flv",
      "/live/cam&x=1.flv",
      "/live/flv:cam1.flv",
      "/live/vh:cam1.flv",
      "/live/_definst_/cam1.flv",
      std::string("/live/ca\0m.flv", 14),
      "/live/cam\n.flv",
      "/live/" + std::string(256, 'a') + ".flv",
      "/" + std::string(1100, 'a') + "/cam.flv",
  };
  for (const std::string& path : refused) {
    CAPTURE(path);
    CHECK_FALSE(watch_target(path));
  }
}

TEST_CASE("RTMPTWatch takes its words in any order", "[watch_target]") {
  CHECK(parse_watch("flv", "ws") == WatchSetting{true, true});
  CHECK(parse_watch("WS", "FLV") == WatchSetting{true, true});
  CHECK(parse_watch("flv", "") == WatchSetting{true, false});
  CHECK(parse_watch("ws", "") == WatchSetting{false, true});
  CHECK(parse_watch("Off", "") == WatchSetting{});
  for (const auto& [first, second] :
       {std::pair("flv", "flv"), std::pair("Off", "ws"), std::pair("ws", "off"), std::pair("", ""), std::pair("On", ""),
        std::pair("flv,ws", ""), std::pair("hls", "")}) {
    CAPTURE(first, second);
    CHECK_FALSE(parse_watch(first, second));
  }
}
