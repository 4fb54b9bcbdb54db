// SPDX-License-Identifier: Apache-2.0
// A stream of large and small pictures for viewers of FLV whose sockets take now much and now nothing: whatever is left
// out, each of them gets FLV that a player can show.
#include "test/gateway/hub/flv_heard.hpp"
#include "test/unit/protocol/server/server_talk.hpp"

#include <rtmpt_proxy/protocol/media/gop_cache.hpp>
#include <rtmpt_proxy/protocol/media/segment_maker.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;

namespace {

constexpr std::uint32_t kStepMs = 40;

struct SlowViewer {
  explicit SlowViewer(ViewerForm its_form) : form(its_form), queue(form) {}

  ViewerForm form;
  ViewerQueue queue;
  std::uint32_t most_bytes = 40000; // that its socket takes in a step; 0: it has stalled
  std::string body;                 // that its socket has taken
};

// Sends a picture, and often sound, each step. A payload says to which version of the headers it belongs, and pictures
// are numbered: "<version> <number> ...".
class RandomStream {
 public:
  RandomStream(std::uint32_t seed, std::size_t cache_bytes) : random_(seed), cache_(cache_bytes) { change_publisher(); }

  void join(ViewerForm form) {
    viewers_.push_back(std::make_unique<SlowViewer>(form));
    viewers_.back()->queue.begin(cache_.segments());
  }

  void step() {
    if (one_of(80)) change_publisher();
    send_step(until_key_frame_ == 0);
    for (const auto& viewer : viewers_) {
      if (one_of(30)) viewer->most_bytes = one_of(2) ? between(1, 40000) : one_of(2) ? 0 : 600000;
      viewer->body += written(viewer->queue, between(0, viewer->most_bytes));
    }
  }

  // All viewers take all, and another key frame comes.
  void end() {
    for (std::uint32_t ms = 0; ms <= 1500; ms += kStepMs) {
      send_step(ms == 0 || ms == 1400);
      for (const auto& viewer : viewers_)
        viewer->body += written(viewer->queue, std::size_t{1} << 30);
    }
    if (const auto last = maker_.cut()) spread(last);
    for (const auto& viewer : viewers_)
      viewer->body += written(viewer->queue, std::size_t{1} << 30);
  }

  // How many key frames over the least limit the viewer has got.
  std::uint64_t check(const SlowViewer& viewer) const;
  const std::vector<std::unique_ptr<SlowViewer>>& viewers() const { return viewers_; }

 private:
  bool one_of(std::uint32_t count) { return random_() % count == 0; }
  std::uint32_t between(std::uint32_t least, std::uint32_t most) { return least + random_() % (most - least + 1); }

  std::string text(std::size_t bytes) const {
    return std::to_string(has_sound_.size()) + ' ' + std::to_string(pictures_) + ' ' + std::string(bytes, '.');
  }

  void change_publisher() {
    if (const auto last = maker_.cut()) spread(last);
    cache_.clear();
    maker_ = SegmentMaker(maker_.time_line(), maker_.next_number());
    time_ = 0;
    until_key_frame_ = between(0, 3);
    has_sound_.push_back(!one_of(3));
    sound_begins_ = between(0, 15) * kStepMs;
    if (one_of(2)) send({MediaKind::data, 0, metadata_of_size(640, static_cast<int>(has_sound_.size()))});
    send({MediaKind::video, 0, video_header(text(20))});
  }

  // As an encoder that changes its picture's size.
  void change_headers() {
    has_sound_.push_back(has_sound_.back());
    send({MediaKind::video, time_, video_header(text(20))});
    if (has_sound_.back() && time_ > sound_begins_) send({MediaKind::audio, time_, audio_header(text(2))});
  }

  void send_step(bool is_key_frame) {
    if (is_key_frame && time_ > 200 && one_of(4)) change_headers();
    if (has_sound_.back() && time_ == sound_begins_) send({MediaKind::audio, time_, audio_header(text(2))});
    if (has_sound_.back() && time_ >= sound_begins_) send({MediaKind::audio, time_, sound(text(between(1, 300)))});
    ++pictures_;
    if (is_key_frame) {
      send({MediaKind::video, time_, key_frame(text(one_of(3) ? between(262144, 600000) : between(1000, 30000)))});
      until_key_frame_ = one_of(4) ? between(50, 100) : between(5, 30);
    } else {
      send({MediaKind::video, time_, picture(text(one_of(60) ? between(262144, 400000) : between(100, 40000)))});
      --until_key_frame_;
    }
    time_ += kStepMs;
    if (!one_of(3))
      if (const auto gathered = maker_.cut()) spread(gathered);
  }

  void send(const MediaMessage& message) {
    const SegmentMaker::TimePoint now{std::chrono::milliseconds(time_)}; // the publisher's pace is that of its times
    if (const auto finished = maker_.take(message, now)) spread(finished);
  }

  void spread(const SharedSegment& segment) {
    cache_.add(segment);
    for (const auto& viewer : viewers_)
      viewer->queue.offer(segment);
  }

  std::mt19937 random_;
  GopCache cache_;
  SegmentMaker maker_;
  std::vector<std::unique_ptr<SlowViewer>> viewers_;
  std::vector<bool> has_sound_; // by version, from 1 on
  std::uint32_t time_ = 0;      // of the publisher
  std::uint32_t sound_begins_ = 0;
  std::uint32_t until_key_frame_ = 0;
  std::uint64_t pictures_ = 0;
};

// What a player goes by: the headers come before what belongs to them, a gap ends with a key frame, the time of
// each kind never goes back.
struct Player {
  bool is_first = true;
  std::array<std::uint64_t, 3> times{}; // of the last tag of each kind
  std::uint64_t number = 0;             // of the last picture
  std::uint64_t video_version = 0;
  std::uint64_t audio_version = 0;
  std::uint64_t large_key_frames = 0;

  void take(const FlvTagHeard& tag) {
    std::uint64_t& time = times[static_cast<std::size_t>(tag.kind)];
    CHECK(tag.time >= time);
    time = tag.time;
    if (tag.kind == MediaKind::video) take_picture(tag.payload);
    if (tag.kind == MediaKind::audio) {
      const std::uint64_t version = std::stoull(tag.payload.substr(2));
      if (tag.payload[1] == 0) audio_version = version;
      CHECK(audio_version == version);
    }
  }

  void take_picture(std::string_view payload) {
    const std::string text(payload.substr(5, 40));
    std::size_t end = 0;
    const std::uint64_t version = std::stoull(text, &end);
    if (payload[1] == 0) video_version = version;
    CHECK(video_version == version);
    if (payload[1] == 0) return;
    const std::uint64_t before = std::exchange(number, std::stoull(text.substr(end)));
    const bool is_key_frame = payload[0] == '\x17';
    if (!is_key_frame) CHECK(number == before + 1);
    CHECK(number > before);
    if (is_key_frame && payload.size() > ViewerQueue::kLeastLimitBytes) ++large_key_frames;
  }
};

std::uint64_t RandomStream::check(const SlowViewer& viewer) const {
  const FlvHeard heard = flv_heard(viewer.form, viewer.body);
  REQUIRE(heard.tags.size() > 2);
  CHECK(heard.tags[0].kind == MediaKind::data);
  Player player;
  for (const FlvTagHeard& tag : heard.tags) {
    player.take(tag);
    if (std::exchange(player.is_first, false)) continue;
    if (&tag == &heard.tags[1]) CHECK(heard.flags == (has_sound_[player.video_version - 1] ? 5 : 1));
  }
  CHECK(player.number == pictures_);
  return player.large_key_frames;
}

} // namespace

TEST_CASE("Slow viewers of FLV get what a player can show") {
  const std::uint32_t seed = GENERATE(range(1u, 5u));
  const std::size_t cache_bytes = GENERATE(std::size_t{0}, std::size_t{4} << 20, std::size_t{64} << 20);
  CAPTURE(seed, cache_bytes);
  RandomStream stream(seed, cache_bytes);
  for (int i = 0; i < 200; ++i) {
    if (i % 40 == 0)
      for (const auto form : {ViewerForm::flv, ViewerForm::flv_chunked, ViewerForm::flv_websocket})
        stream.join(form);
    stream.step();
  }
  stream.end();
  std::uint64_t jumps = 0;
  std::uint64_t large_key_frames = 0;
  for (const auto& viewer : stream.viewers()) {
    large_key_frames += stream.check(*viewer);
    jumps += viewer->queue.jumps();
  }
  CHECK(jumps > 0);
  CHECK(large_key_frames > 0);
}
