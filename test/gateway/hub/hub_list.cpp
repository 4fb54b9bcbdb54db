// SPDX-License-Identifier: Apache-2.0
// The list of a hub's streams: which are on it, and what is said of each.
#include "test/gateway/hub/hub_rig.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::ListedStream;
using protocol::MediaKind;

namespace {

std::string media() {
  return sent(MediaKind::data, 0, metadata_of_size(640, 360)) + sent(MediaKind::video, 0, video_header()) +
         sent(MediaKind::audio, 0, audio_header()) + sent(MediaKind::video, 0, key_frame());
}

std::vector<std::string> names_in(const HubRig& rig, const std::string& hub, const std::string& app) {
  std::vector<std::string> names;
  for (const ListedStream& stream : rig.streams.list(hub, app).streams)
    names.push_back(stream.name);
  return names;
}

bool publishes(const HubClient& client) {
  return client.heard.has("onStatus NetStream.Publish.Start");
}

std::unique_ptr<HubClient> publisher_of(HubRig& rig, const std::string& app, const std::string& name,
                                        gateway::HubTerms terms = hub_terms()) {
  auto client = std::make_unique<HubClient>(rig.first, std::move(terms));
  client->send(publisher_hello(app, name));
  rig.run_until([&] { return publishes(*client); });
  return client;
}

std::uint64_t seconds_now() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

} // namespace

TEST_CASE("A published stream is listed with its media and the viewers of all loops") {
  HubRig rig;
  const std::uint64_t before = seconds_now();
  const auto publisher = publisher_of(rig, "live", "cam");
  HubClient near(rig.first, hub_terms("192.0.2.2"));
  HubClient far(rig.second, hub_terms("192.0.2.3"));
  near.send(viewer_hello("live", "cam"));
  far.send(viewer_hello("live", "cam"));
  publisher->send(media());
  rig.run_until([&] { return near.heard.count("video ") == 2 && far.heard.count("video ") == 2; });
  const protocol::StreamList list = rig.streams.list("hub", "live");
  REQUIRE(list.streams.size() == 1);
  CHECK(list.left_out == 0);
  const ListedStream& stream = list.streams[0];
  CHECK(stream.name == "cam");
  CHECK(stream.is_published);
  CHECK(stream.viewers == 2);
  CHECK(stream.media == protocol::MediaDescription{"h264", "aac", 640, 360, 0});
  CHECK(stream.since >= before);
  CHECK(stream.since <= seconds_now());
}

TEST_CASE("Hubs and applications are listed apart, in the order of names") {
  HubRig rig;
  std::vector<std::unique_ptr<HubClient>> publishers;
  for (const auto& [hub, app, name] :
       {std::array{"hub", "live", "b"}, std::array{"hub", "live", "a"}, std::array{"hub", "live2", "c"},
        std::array{"hub", "live/room", "d"}, std::array{"hub2", "live", "e"}, std::array{"hub", "liv", "f"}})
    publishers.push_back(publisher_of(rig, app, name, hub_terms("192.0.2.1", hub)));
  CHECK(names_in(rig, "hub", "live") == std::vector<std::string>{"a", "b"});
  CHECK(names_in(rig, "hub", "live2") == std::vector<std::string>{"c"});
  CHECK(names_in(rig, "hub", "live/room") == std::vector<std::string>{"d"});
  CHECK(names_in(rig, "hub2", "live") == std::vector<std::string>{"e"});
  CHECK(names_in(rig, "hub", "other").empty());
  CHECK(names_in(rig, "", "live").empty());
}

TEST_CASE("A name that viewers ask for is no stream, and a stream ends when nobody waits for it") {
  HubRig rig;
  HubClient viewer(rig.second, hub_terms("192.0.2.2"));
  viewer.send(viewer_hello("live", "cam"));
  rig.run_until([&] { return viewer.heard.has("onStatus NetStream.Play.Start"); });
  CHECK(names_in(rig, "hub", "live").empty());
  auto publisher = publisher_of(rig, "live", "cam");
  publisher->send(media());
  rig.run_until([&] { return viewer.heard.count("video ") == 2; });
  publisher.reset();
  rig.run();
  const protocol::StreamList waiting = rig.streams.list("hub", "live");
  REQUIRE(waiting.streams.size() == 1);
  CHECK_FALSE(waiting.streams[0].is_published);
  CHECK(waiting.streams[0].viewers == 1);
  CHECK(waiting.streams[0].media.video_codec == "h264");
  publisher = publisher_of(rig, "live", "cam");
  CHECK(rig.streams.list("hub", "live").streams.at(0).is_published);
  CHECK(rig.streams.list("hub", "live").streams.at(0).media == protocol::MediaDescription{});
  viewer.leg().close();
  publisher.reset();
  rig.run();
  CHECK(names_in(rig, "hub", "live").empty());
}

TEST_CASE("Viewers who stay longer than a publisher is waited for keep no name on the list") {
  HubRig rig;
  gateway::HubTerms impatient = hub_terms();
  impatient.wait = 0ms;
  auto publisher = publisher_of(rig, "live", "cam", impatient);
  HubClient viewer(rig.first, hub_terms("192.0.2.2")); // it would wait for ten seconds
  viewer.send(viewer_hello("live", "cam"));
  rig.run_until([&] { return viewer.heard.has("onStatus NetStream.Play.Start"); });
  publisher.reset();
  rig.run();
  CHECK_FALSE(viewer.is_closed);
  CHECK(names_in(rig, "hub", "live").empty());
}

TEST_CASE("A name that its publisher's virtual host hides is not listed, and not counted") {
  HubRig rig;
  gateway::HubTerms hidden = hub_terms();
  hidden.hides_name = true;
  const auto secret = publisher_of(rig, "live", "secret", hidden);
  const auto open = publisher_of(rig, "live", "cam");
  const protocol::StreamList list = rig.streams.list("hub", "live");
  REQUIRE(list.streams.size() == 1);
  CHECK(list.streams[0].name == "cam");
  CHECK(list.left_out == 0);
}

TEST_CASE("A list has so many streams at most, and says how many it leaves out") {
  HubRig rig;
  std::vector<std::unique_ptr<HubClient>> publishers;
  for (std::size_t i = 0; i < protocol::kMaxListedStreams + 3; ++i) {
    publishers.push_back(std::make_unique<HubClient>(rig.first, hub_terms()));
    publishers.back()->send(publisher_hello("live", std::to_string(10000 + i)));
  }
  rig.run_until([&] { return publishes(*publishers.back()); });
  const protocol::StreamList list = rig.streams.list("hub", "live");
  REQUIRE(list.streams.size() == protocol::kMaxListedStreams);
  CHECK(list.streams.front().name == "10000");
  CHECK(list.streams.back().name == std::to_string(10000 + protocol::kMaxListedStreams - 1));
  CHECK(list.left_out == 3);
}
