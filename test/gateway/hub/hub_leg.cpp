// SPDX-License-Identifier: Apache-2.0
// A hub from its clients' side: who publishes, who plays, on one loop and on two.
#include "test/gateway/hub/hub_rig.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::MediaKind;
using Lines = std::vector<std::string>;

namespace {

constexpr auto A = MediaKind::audio;
constexpr auto V = MediaKind::video;
constexpr auto D = MediaKind::data;

std::string headers() {
  return sent(D, 0, metadata_of_size(640, 360)) + sent(V, 0, video_header()) + sent(A, 0, audio_header());
}

const Lines kHeaders{"data 0 onMetaData", "video 0 " + video_header(), "audio 0 " + audio_header()};

// The messages that a viewer got.
Lines media_of(const HubClient& viewer) {
  Lines lines;
  for (const std::string& line : viewer.heard.lines())
    if (line.starts_with("video") || line.starts_with("audio") ||
        (line.starts_with("data") && line.ends_with("MetaData")))
      lines.push_back(line);
  return lines;
}

Lines operator+(Lines one, const Lines& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

bool has_begun(const HubClient& client) {
  return client.heard.has("onStatus NetStream.Publish.Start") || client.heard.has("onStatus NetStream.Play.Start");
}

} // namespace

TEST_CASE("What is published on one loop is seen on both") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  HubClient near(rig.first, hub_terms("192.0.2.2"));
  HubClient far(rig.second, hub_terms("192.0.2.3"));
  near.send(viewer_hello("live", "cam"));
  far.send(viewer_hello("live", "cam"));
  publisher.send(publisher_hello("live", "cam?key"));
  rig.run_until([&] { return has_begun(publisher) && has_begun(near) && has_begun(far); });
  publisher.send(headers() + sent(V, 0, key_frame()) + sent(A, 10, sound()) + sent(V, 40, picture()));
  const Lines expected = kHeaders + Lines{"video 0 " + key_frame(), "audio 10 " + sound(), "video 40 " + picture()};
  rig.run_until([&] { return media_of(near).size() >= expected.size() && media_of(far).size() >= expected.size(); });
  CHECK(media_of(near) == expected);
  CHECK(media_of(far) == expected);
  const auto facts = rig.streams.facts();
  REQUIRE(facts.size() == 1);
  CHECK(facts[0].path == "live/cam");
  CHECK(facts[0].is_published);
  CHECK(facts[0].viewers == 2);
}

TEST_CASE("A viewer who comes late begins with the headers and the last key frame") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  HubClient early(rig.first, hub_terms());
  early.send(viewer_hello("live", "cam"));
  publisher.send(publisher_hello("live", "cam") + headers() + sent(V, 0, key_frame("old")) + sent(V, 40, picture()));
  rig.run_until([&] { return early.heard.has("video 40 " + picture()); });
  publisher.send(sent(V, 1000, key_frame("new")) + sent(V, 1040, picture("1")));
  rig.run_until([&] { return early.heard.has("video 1040 " + picture("1")); });
  // The last pictures have been gathered by now, for the early viewer has got them.
  HubClient late(rig.second, hub_terms());
  late.send(viewer_hello("live", "cam"));
  rig.run_until([&] { return media_of(late).size() >= 5; });
  CHECK(media_of(late) == Lines{"data 1000 onMetaData", "video 1000 " + video_header(), "audio 1000 " + audio_header(),
                                "video 1000 " + key_frame("new"), "video 1040 " + picture("1")});
  publisher.send(sent(V, 1080, picture("2")));
  rig.run_until([&] { return media_of(late).size() >= 6; });
  CHECK(media_of(late).back() == "video 1080 " + picture("2"));
  CHECK(media_of(early).back() == "video 1080 " + picture("2"));
}

TEST_CASE("Hubs and names are kept apart") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms("192.0.2.1", "a"));
  HubClient other_hub(rig.first, hub_terms("192.0.2.2", "b"));
  HubClient other_name(rig.first, hub_terms("192.0.2.2", "a"));
  HubClient same(rig.first, hub_terms("192.0.2.2", "a"));
  other_hub.send(viewer_hello("live", "cam"));
  other_name.send(viewer_hello("live", "cam2"));
  same.send(viewer_hello("/live", "cam/"));
  publisher.send(publisher_hello("live", "cam") + headers() + sent(V, 0, key_frame()));
  rig.run_until([&] { return media_of(same).size() == 4; });
  CHECK(media_of(other_hub).empty());
  CHECK(media_of(other_name).empty());
}

TEST_CASE("A stream has one name, however a client writes its application and its format") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  publisher.send(publisher_hello("live/_definst_", "mp4:cam") + headers() + sent(V, 0, key_frame()));
  for (const auto& [app, name] : {std::pair("live", "cam"), std::pair("live/", "FLV:cam?key=1"),
                                  std::pair("live/_definst_/", "cam"), std::pair("live", "mp3:cam")}) {
    HubClient viewer(rig.second, hub_terms("192.0.2.9"));
    viewer.send(viewer_hello(app, name));
    rig.run_until([&] { return media_of(viewer).size() >= 4; });
  }
  REQUIRE(rig.streams.facts().size() == 1);
  CHECK(rig.streams.facts()[0].path == "live/cam");
}

TEST_CASE("A publisher that sends nothing of its stream goes, whatever else it sends") {
  HubRig rig;
  auto terms = hub_terms();
  terms.silence = 300ms;
  const std::string pong = chunks({.stream = 2, .type = 4, .payload = std::string("\0\7\0\0\0\0", 6)});
  HubClient silent(rig.first, terms);
  silent.send(publisher_hello("live", "silent") + headers() + sent(V, 0, key_frame()));
  HubClient slow(rig.first, terms);
  slow.send(publisher_hello("live", "slow") + set_chunk_size(65536));
  const std::string picture_on_its_way =
      chunks({.stream = 6, .type = 9, .payload = key_frame(std::string(60000, 'x')), .chunk_size = 65536});
  std::size_t sent_bytes = 0;
  int pace = 0;
  const auto end = std::chrono::steady_clock::now() + 1s;
  rig.run_until([&] {
    if (!silent.is_closed && ++pace % 10 == 0) silent.send(pong);
    if (sent_bytes < picture_on_its_way.size() / 2) {
      slow.send(std::string_view(picture_on_its_way).substr(sent_bytes, 100));
      sent_bytes += 100;
    }
    std::this_thread::sleep_for(5ms); // a client's pace, not a wait for anything
    return silent.is_closed && std::chrono::steady_clock::now() >= end;
  });
  CHECK(silent.reason == "the publisher sent nothing of its stream for 300 ms");
  CHECK_FALSE(slow.is_closed);
}

TEST_CASE("Viewers stay while the encoder comes back, and time goes on") {
  HubRig rig;
  HubClient viewer(rig.second, hub_terms("192.0.2.9"));
  viewer.send(viewer_hello("live", "cam"));
  for (int round = 0; round < 3; ++round) {
    HubClient publisher(round % 2 == 0 ? rig.first : rig.second, hub_terms());
    publisher.send(publisher_hello("live", "cam") + headers() + sent(V, 0, key_frame(std::to_string(round))) +
                   sent(V, 40, picture(std::to_string(round))));
    rig.run_until([&] { return viewer.heard.count("video ") == 3 * (static_cast<std::size_t>(round) + 1); });
    publisher.leg().close();
    rig.run();
  }
  CHECK_FALSE(viewer.is_closed);
  CHECK(viewer.heard.has("video 0 " + key_frame("0")));
  CHECK(viewer.heard.has("video 80 " + video_header()));
  CHECK(viewer.heard.has("video 80 " + key_frame("1")));
  CHECK(viewer.heard.has("video 160 " + key_frame("2")));
  CHECK(viewer.heard.has("video 200 " + picture("2")));
}

TEST_CASE("A viewer is told when nobody publishes for too long") {
  HubRig rig;
  const bool was_published = GENERATE(true, false);
  auto terms = hub_terms("192.0.2.9");
  terms.wait = 60s; // for viewers of its own, if it were a publisher
  terms.first_wait = was_published ? std::chrono::milliseconds(60s) : 50ms;
  HubClient viewer(rig.second, terms);
  viewer.send(viewer_hello("live", "cam"));
  if (was_published) {
    auto brief = hub_terms();
    brief.wait = 50ms;
    HubClient publisher(rig.first, brief);
    publisher.send(publisher_hello("live", "cam") + headers() + sent(V, 0, key_frame()));
    rig.run_until([&] { return media_of(viewer).size() == 4; });
  }
  rig.run_until([&] { return viewer.is_closed; });
  CHECK(viewer.heard.has("onStatus NetStream.Play.UnpublishNotify") == was_published);
  CHECK(viewer.heard.has("stream end 1") == was_published);
  CHECK(viewer.heard.has("onStatus NetStream.Play.StreamNotFound") != was_published);
  CHECK(rig.streams.facts().empty());
}

TEST_CASE("Who joins after the publisher has left sees nothing old") {
  HubRig rig;
  HubClient waiting(rig.first, hub_terms());
  waiting.send(viewer_hello("live", "cam"));
  {
    HubClient publisher(rig.first, hub_terms());
    publisher.send(publisher_hello("live", "cam") + headers() + sent(V, 0, key_frame()));
    rig.run_until([&] { return media_of(waiting).size() == 4; });
  }
  HubClient late(rig.first, hub_terms());
  late.send(viewer_hello("live", "cam"));
  rig.run_until([&] { return has_begun(late); });
  rig.run();
  CHECK(media_of(late).empty());
}

TEST_CASE("Another client may not publish what is published, unless it is the same one") {
  struct Row {
    std::string address;
    std::string user;
    bool may_take_over;
  };
  const auto row = GENERATE(values<Row>({{"192.0.2.1", "", true},
                                         {"192.0.2.2", "", false},
                                         {"192.0.2.2", "ann", true},
                                         {"192.0.2.2", "bob", false},
                                         {"192.0.2.1", "bob", false}}));
  HubRig rig;
  // Whether httpd knows the client from its connect on, or since it has asked about the publish.
  const bool is_known_early = GENERATE(true, false);
  const auto publish = [&](HubClient& client, const std::string& user) {
    if (!is_known_early && !user.empty()) client.leg().known_as(user);
    client.send(publisher_hello("live", "cam"));
  };
  auto terms = hub_terms("192.0.2.1");
  const std::string holder = row.user.empty() ? "" : "ann";
  if (is_known_early) terms.user = holder;
  HubClient first(rig.first, terms);
  publish(first, holder);
  terms.client_address = row.address;
  if (is_known_early) terms.user = row.user;
  HubClient second(rig.second, terms);
  publish(second, row.user);
  rig.run_until([&] { return first.is_closed || second.is_closed; });
  CHECK(first.is_closed == row.may_take_over);
  CHECK(second.is_closed != row.may_take_over);
  const HubClient& refused = row.may_take_over ? first : second;
  CHECK(refused.heard.has("onStatus NetStream.Publish.BadName"));
  HubClient viewer(rig.first, hub_terms());
  viewer.send(viewer_hello("live", "cam"));
  first.send(sent(V, 0, key_frame("first")));
  second.send(sent(V, 0, key_frame("second")));
  rig.run_until([&] { return media_of(viewer).size() == 1; });
  CHECK(media_of(viewer) == Lines{"video 0 " + key_frame(row.may_take_over ? "second" : "first")});
}

TEST_CASE("A slow viewer goes on at a key frame, and what waits is bounded") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  HubClient slow(rig.second, hub_terms("192.0.2.9"));
  HubClient fast(rig.second, hub_terms("192.0.2.10"));
  slow.send(viewer_hello("live", "cam"));
  fast.send(viewer_hello("live", "cam"));
  publisher.send(publisher_hello("live", "cam") + set_chunk_size(65536) + headers());
  rig.run_until([&] { return has_begun(slow); });
  slow.stop_taking();
  // 40 seconds, each a key frame and 24 pictures: 2 MB.
  const auto chunk = [](std::uint32_t time, const std::string& payload) {
    return chunks({.stream = 6, .type = 9, .payload = payload, .chunk_size = 65536, .timestamp = time});
  };
  for (std::uint32_t second = 0; second < 40; ++second) {
    for (std::uint32_t frame = 0; frame < 25; ++frame) {
      const std::string name = std::to_string(second * 25 + frame) + " ";
      publisher.send(
          chunk(second * 1000 + frame * 40, (frame == 0 ? key_frame(name) : picture(name)) + std::string(2000, 'x')));
    }
    // Now the second has been gathered, so the next one begins a segment.
    rig.run_until([&] { return fast.heard.count("video " + std::to_string(second * 1000 + 960) + " ") == 1; });
  }
  CHECK(slow.leg().waiting_for_client_bytes() <= 2 * gateway::ViewerQueue::kLeastLimitBytes);
  rig.run_until([&] {
    slow.take(100000);
    return slow.heard.count("video 39960 ") == 1;
  });
  // Each gap ends at a key frame.
  int last = -1;
  int gaps = 0;
  for (const std::string& line : slow.heard.lines()) {
    const std::size_t begin = line.find(std::string("\x01\0\0\0", 4));
    if (!line.starts_with("video") || begin == std::string::npos || line.size() < 1000) continue;
    const int number = std::stoi(line.substr(begin + 4));
    if (number != last + 1) {
      ++gaps;
      CHECK(number % 25 == 0);
    }
    last = number;
  }
  CHECK(gaps == 1);
  CHECK(last == 999);
}

TEST_CASE("A publisher that breaks RTMP goes, and its viewers wait for another") {
  HubRig rig;
  HubClient viewer(rig.first, hub_terms());
  viewer.send(viewer_hello("live", "cam"));
  HubClient broken(rig.first, hub_terms());
  broken.send(publisher_hello("live", "cam") + headers() + sent(V, 0, key_frame()) + set_chunk_size(0));
  rig.run_until([&] { return broken.is_closed; });
  CHECK(broken.reason == "the client's RTMP: the chunk size is not 1 to 2147483647");
  rig.run_until([&] { return media_of(viewer).size() == 4; });
  CHECK_FALSE(viewer.is_closed);
}

TEST_CASE("A viewer may stop in the middle of a segment and play something else") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  publisher.send(publisher_hello("live", "cam") + sent(V, 0, key_frame(std::string(300000, 'x'))));
  HubClient viewer(rig.first, hub_terms(), 262144);
  viewer.stop_taking();
  viewer.send(viewer_hello("live", "cam"));
  rig.run();
  viewer.send(command("closeStream", 0, {amf_null()}) + command("play", 0, {amf_null(), amf_string("cam")}));
  for (int i = 0; i < 20; ++i) {
    viewer.take();
    rig.run();
  }
  rig.run_until([&] {
    viewer.take();
    return viewer.heard.count("video 0") == 2;
  });
  CHECK(viewer.heard.count("onStatus NetStream.Play.Start") == 2);
}

TEST_CASE("A client who only sends and takes nothing has a bound") {
  HubRig rig;
  HubClient client(rig.first, hub_terms(), 1000);
  client.stop_taking();
  client.send(handshake() + chunks({.payload = connect_to("live")}));
  for (int i = 0; i < 5000 && client.leg().is_open(); ++i) {
    client.send(command("createStream", 2, {amf_null()}));
    if (client.leg().waiting_for_client_bytes() > 2 * gateway::HubLeg::kMostAnswerBytes) FAIL("it grows");
  }
  client.take();
  rig.run_until([&] {
    client.take();
    return client.is_closed;
  });
  CHECK(client.reason == "the client does not take the answers to its commands");
}

TEST_CASE("Two hundred clients come and go, and nothing stays") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  publisher.send(publisher_hello("live", "cam") + headers() + sent(V, 0, key_frame()));
  for (int i = 0; i < 200; ++i) {
    HubClient viewer(i % 2 == 0 ? rig.first : rig.second, hub_terms());
    viewer.send(viewer_hello("live", i % 3 == 0 ? "cam" : "cam" + std::to_string(i)));
    rig.run();
  }
  rig.run();
  REQUIRE(rig.streams.facts().size() == 1);
  CHECK(rig.streams.facts()[0].viewers == 0);
  publisher.leg().close();
  rig.run();
  CHECK(rig.streams.facts().empty());
}

TEST_CASE("The hub asks for bytes that wait in the client leg") {
  HubRig rig;
  HubClient client(rig.first, hub_terms());
  const std::string hello = publisher_hello("live", "cam");
  client.send(hello.substr(0, 1537));
  rig.run();
  client.send_when_asked(hello.substr(1537));
  rig.run_until([&] { return has_begun(client); });
}
