// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/watch/stream_list.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::policy;
using namespace rtmpt_proxy::protocol;

TEST_CASE("A folder's path with ?streams names the application whose streams are listed", "[stream_list]") {
  struct Row {
    std::string path;
    std::string query;
    std::string app;
  };
  const Row table[] = {
      {"/live/", "streams", "live"},           {"/live/", "streams=", "live"},
      {"/live/", "streams=1&token=x", "live"}, {"/live/", "streams&st=x", "live"},
      {"/live/room/", "streams", "live/room"}, {"/caf\xc3\xa9/", "streams", "caf\xc3\xa9"},
  };
  for (const Row& row : table) {
    CAPTURE(row.path, row.query);
    CHECK(app_of_list(row.path, row.query) == row.app);
  }
}

TEST_CASE("What names no application, or asks for something else, is no list", "[stream_list]") {
  const std::string paths[] = {"",
                               "/",
                               "//",
                               "live/",
                               "/live",
                               "/live//",
                               "/../",
                               "/live/../",
                               "/li%76e/",
                               "/live?x/",
                               "/live/_definst_/",
                               "/a\nb/",
                               "/a//b/",
                               "/mp4:live/"};
  for (const std::string& path : paths) {
    CAPTURE(path);
    CHECK_FALSE(app_of_list(path, "streams"));
  }
  for (const std::string query : {"", "stream", "streamss", "Streams", "=streams", "&streams", "json"}) {
    CAPTURE(query);
    CHECK_FALSE(app_of_list("/live/", query));
  }
}

TEST_CASE("A list is one JSON object with a row for each stream", "[stream_list]") {
  StreamList list;
  CHECK(stream_list_json("live", list) == "{\"app\":\"live\",\"streams\":[],\"left_out\":0}\n");
  list.streams = {{"cam1", true, 3, {"h264", "aac", 1280, 720, 29970}, 1'700'000'000}, {"cam2", false, 1, {}, 0}};
  list.left_out = 7;
  CHECK(stream_list_json("live", list) ==
        "{\"app\":\"live\",\"streams\":["
        "{\"name\":\"cam1\",\"path\":\"/live/cam1\",\"publishers\":1,\"viewers\":3,\"video_codec\":\"h264\","
        "\"audio_codec\":\"aac\",\"width\":1280,\"height\":720,\"frame_rate\":29.97,"
        "\"since\":\"2023-11-14T22:13:20Z\"},"
        "{\"name\":\"cam2\",\"path\":\"/live/cam2\",\"publishers\":0,\"viewers\":1,\"video_codec\":null,"
        "\"audio_codec\":null,\"width\":null,\"height\":null,\"frame_rate\":null,"
        "\"since\":\"1970-01-01T00:00:00Z\"}],\"left_out\":7}\n");
}

TEST_CASE("A frame rate has no more digits than it needs", "[stream_list]") {
  struct Row {
    std::uint32_t millihertz;
    std::string text;
  };
  const Row table[] = {{25000, "25"}, {23976, "23.976"},   {12500, "12.5"},
                       {1, "0.001"},  {1'000'000, "1000"}, {50, "0.05"}};
  for (const Row& row : table) {
    StreamList list;
    list.streams = {{"cam", true, 0, {"", "", 0, 0, row.millihertz}, 0}};
    CHECK(stream_list_json("live", list).find("\"frame_rate\":" + row.text + ",") != std::string::npos);
  }
}

TEST_CASE("A name of any bytes breaks out of no text, and its path has every byte", "[stream_list]") {
  StreamList list;
  list.streams = {{"a\"b\\c</script>\xff\xc3\xa9", true, 0, {}, 0}};
  const std::string json = stream_list_json("li ve", list);
  CHECK(json.find("\"name\":\"a\\\"b\\\\c</script>\xef\xbf\xbd\xc3\xa9\"") != std::string::npos);
  CHECK(json.find("\"path\":\"/li%20ve/a%22b%5Cc%3C/script%3E%FF%C3%A9\"") != std::string::npos);
}
