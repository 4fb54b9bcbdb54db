// SPDX-License-Identifier: Apache-2.0
// What a publisher may do to a hub and to its viewers, whatever it sends.
#include "test/gateway/hub/hub_rig.hpp"

#include <rtmpt_proxy/protocol/media/segment_maker.hpp>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::MediaKind;

namespace {

constexpr auto A = MediaKind::audio;
constexpr auto V = MediaKind::video;

// Keeps what comes.
class KeepingViewer final : public gateway::Viewer {
 public:
  KeepingViewer(HubLoopRig& loop, const std::string& name) : hub_(loop.hub) {
    hub_->join("hub", "live/" + name, *this);
  }
  ~KeepingViewer() { hub_->leave(*this); }

  std::vector<protocol::SharedSegment> segments;
  std::size_t pictures = 0;
  std::size_t messages = 0;
  std::size_t times_left = 0; // publishers

 private:
  void take_segment(const protocol::SharedSegment& segment) override {
    segments.push_back(segment);
    pictures += segment->pictures;
    messages += segment->messages.size();
  }
  void publisher_left(std::chrono::milliseconds) override { ++times_left; }

  const std::shared_ptr<gateway::HubLoop> hub_;
};

void begin_publishing(HubRig& rig, HubClient& publisher, const std::string& name) {
  publisher.send(publisher_hello("live", name) + set_chunk_size(65536));
  rig.run_until([&] { return publisher.heard.has("onStatus NetStream.Publish.Start"); });
}

std::string chunk(MediaKind kind, std::uint32_t time, const std::string& payload) {
  return chunks({.stream = 6, .type = type_of(kind), .payload = payload, .chunk_size = 65536, .timestamp = time});
}

} // namespace

TEST_CASE("A flood of key frames reaches viewers in few segments") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  begin_publishing(rig, publisher, "cam");
  KeepingViewer near(rig.first, "cam");
  KeepingViewer far(rig.second, "cam");
  // One read of the publisher's socket.
  constexpr std::size_t kCount = 8000;
  std::string flood;
  for (std::size_t i = 0; i < kCount; ++i)
    flood += chunk(V, 0, std::string("\x17\1\0\0\0", 5));
  const auto begin = std::chrono::steady_clock::now();
  publisher.send(flood);
  rig.run_until([&] { return near.pictures == kCount && far.pictures == kCount; });
  const auto passed = std::chrono::steady_clock::now() - begin;
  const auto most = static_cast<std::size_t>(4 + 2 * (passed / hub_terms().gather));
  CHECK(near.segments.size() <= most);
  CHECK(far.segments.size() == near.segments.size());
}

TEST_CASE("A flood of metadata beside large headers takes little memory") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  begin_publishing(rig, publisher, "cam");
  KeepingViewer viewer(rig.second, "cam");
  publisher.send(chunk(V, 0, key_frame()));
  for (std::uint16_t slot = 0; slot < 4; ++slot)
    publisher.send(chunk(V, 0, std::string("\x96\0avc1", 6) + static_cast<char>(slot) + std::string(16000, 'h')));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 200; ++i) {
    publisher.send(chunk(MediaKind::data, 0, metadata_of_size(640, i)) + chunk(A, 0, sound()));
    const std::size_t before = viewer.messages;
    rig.run_until([&] { return viewer.messages > before; });
  }
  const auto seconds = (std::chrono::steady_clock::now() - begin) / 1s;
  CHECK(viewer.messages >= 5 + 200);
  CHECK(viewer.messages <= static_cast<std::size_t>(5 + 200 + 2 + seconds));
  std::size_t bytes = 0;
  std::set<const char*> headers;
  std::set<const protocol::StreamHeaders*> sets;
  for (const auto& segment : viewer.segments) {
    bytes += segment->held_bytes();
    sets.insert(segment->headers.get());
    for (const auto& header : segment->headers->headers)
      headers.insert(header.payload.view().data());
  }
  CHECK(headers.size() == 4); // once, whatever else changes
  CHECK(sets.size() <= static_cast<std::size_t>(7 + seconds));
  CHECK(bytes <= 200000);
}

TEST_CASE("The publisher's virtual host says for how long the hub gathers") {
  HubRig rig;
  auto terms = hub_terms();
  HubClient often(rig.first, terms);
  terms.gather = 10min;
  HubClient rarely(rig.first, terms);
  begin_publishing(rig, often, "often");
  begin_publishing(rig, rarely, "rarely");
  KeepingViewer of_often(rig.first, "often");
  KeepingViewer of_rarely(rig.first, "rarely");
  for (std::uint32_t i = 0; i < 5; ++i) {
    rarely.send(sent(A, i * 100, sound()));
    often.send(sent(A, i * 100, sound()));
    rig.run_until([&] { return of_often.messages > i; });
  }
  CHECK(of_often.segments.size() == 5);
  CHECK(of_rarely.segments.empty());
  rarely.leg().close();
  CHECK(of_rarely.segments.size() == 1);
  CHECK(of_rarely.messages == 5);
}

TEST_CASE("A busy loop gets little work at once, and its viewers go on at a key frame") {
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  begin_publishing(rig, publisher, "cam");
  KeepingViewer kept(rig.second, "cam");
  HubClient viewer(rig.second, hub_terms("192.0.2.9"));
  viewer.send(viewer_hello("live", "cam"));
  rig.run_until([&] { return viewer.heard.has("onStatus NetStream.Play.Start"); });
  // 30 MB, while the other loop does nothing. Each message is a segment.
  constexpr std::uint32_t kCount = 100;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const std::string payload = i % 5 == 0 ? key_frame() : picture();
    publisher.send(chunk(V, i * 40, payload + std::string(300000, 'x')));
    rig.run_first();
  }
  rig.second.io.restart();
  CHECK(rig.second.io.poll_one() == 1);
  std::size_t bytes = 0;
  for (const auto& segment : kept.segments)
    bytes += segment->bytes();
  CHECK(bytes <= gateway::StreamMailbox::kMostBytes);
  REQUIRE_FALSE(kept.segments.empty());
  CHECK(kept.segments.front()->is_entrance);
  CHECK(kept.segments.back()->time == (kCount - 1) * 40);
  rig.run_until([&] { return viewer.heard.count("video 3960 ") == 1; });
  std::int64_t last = -40;
  for (const std::string& line : viewer.heard.lines()) {
    if (!line.starts_with("video ")) continue;
    const auto time = std::stoll(line.substr(6));
    if (time != last + 40) CHECK(time % 200 == 0);
    last = time;
  }
  // The end of the publisher comes behind all of that.
  publisher.leg().close();
  CHECK(kept.times_left == 0);
  rig.run();
  CHECK(kept.times_left == 1);
}

TEST_CASE("Who publishes again at once is not taken for gone") {
  HubRig rig;
  KeepingViewer viewer(rig.first, "cam");
  {
    HubClient first(rig.first, hub_terms());
    first.send(publisher_hello("live", "cam") + sent(A, 0, sound()));
  }
  HubClient second(rig.first, hub_terms());
  second.send(publisher_hello("live", "cam") + sent(A, 0, sound()));
  second.leg().close();
  CHECK(viewer.messages == 2);
  CHECK(viewer.times_left == 1); // the first one
  rig.run();
  CHECK(viewer.times_left == 2);
}

TEST_CASE("What one client sends is worked off in turns, and others have theirs") {
  struct Row {
    std::string what;
    std::string flood;
  };
  constexpr std::size_t kCount = 20000;
  std::string tiny; // messages without a byte: one byte each, behind the first
  tiny = full_header(6, 0, 0, 8) + std::string(kCount, '\xc6');
  std::string parts; // one message that has them all
  for (std::size_t i = 0; i < kCount; ++i)
    parts += std::string("\x08\0\0\1\0\0\0\0\0\0\0x\0\0\0\x0c", 16);
  const std::string aggregate = chunks({.stream = 6, .type = 22, .payload = parts, .chunk_size = 65536});
  const auto row = GENERATE_COPY(values<Row>({{"messages", tiny}, {"parts", aggregate}}));
  CAPTURE(row.what);
  HubRig rig;
  HubClient publisher(rig.first, hub_terms());
  begin_publishing(rig, publisher, "cam");
  KeepingViewer viewer(rig.first, "cam");
  std::size_t turns = 0; // that the loop had meanwhile
  bool goes_on = true;
  const std::function<void()> count_turn = [&] {
    ++turns;
    if (goes_on) boost::asio::post(rig.first.io, count_turn);
  };
  boost::asio::post(rig.first.io, count_turn);
  publisher.send(row.flood + sent(V, 0, key_frame()));
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (viewer.pictures == 0 && std::chrono::steady_clock::now() < deadline) {
    rig.first.io.restart();
    rig.first.io.poll_one();
  }
  goes_on = false;
  CHECK(viewer.pictures == 1);
  CHECK(publisher.unsent_bytes() == 0);
  CHECK(turns >= kCount / gateway::HubLeg::kTurnMessages);
}
