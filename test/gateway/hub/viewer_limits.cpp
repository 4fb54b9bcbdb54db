// SPDX-License-Identifier: Apache-2.0
// How much may wait for a viewer, and what it gets when it is too much.
#include "gateway/hub/viewer_queue.hpp"
#include "test/gateway/hub/flv_heard.hpp"
#include "test/gateway/hub/publishing.hpp"
#include "test/unit/protocol/server/server_talk.hpp"

#include <rtmpt_proxy/protocol/media/gop_cache.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <string>

using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;

namespace {

constexpr auto kSound = MediaKind::audio;
constexpr auto kPicture = MediaKind::video;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

std::string large(std::string_view what, std::size_t bytes) {
  return std::string(what) + std::string(bytes, '.');
}

void send_headers(Publishing& publisher, std::string_view what) {
  publisher.send({kPicture, 0, video_header(what)});
  publisher.send({kSound, 0, audio_header(what)});
}

ViewerForm any_form() {
  return GENERATE(ViewerForm::rtmp, ViewerForm::flv, ViewerForm::flv_chunked, ViewerForm::flv_websocket);
}

// Offers what the publisher has sent since the last call.
void offer_new(ViewerQueue& queue, Publishing& publisher) {
  for (const SharedSegment& segment : publisher.segments)
    queue.offer(segment);
  publisher.segments.clear();
}

} // namespace

TEST_CASE("FLV begins with a key frame over the limit") {
  const auto form = GENERATE(ViewerForm::flv, ViewerForm::flv_chunked, ViewerForm::flv_websocket);
  Publishing publisher;
  ViewerQueue queue(form);
  send_headers(publisher, "1");
  const std::string key = key_frame(large("k", 300000));
  for (std::uint32_t time = 0; time <= 1000; time += 40)
    publisher.send({kPicture, time, time % 1000 == 0 ? key : picture(std::to_string(time))});
  offer_new(queue, publisher);
  const FlvHeard heard = flv_heard(form, written(queue, kAll));
  CHECK(heard.flags == 5);
  CHECK(heard.has(kPicture, video_header("1")));
  CHECK(heard.has(kPicture, key));
}

TEST_CASE("FLV whose beginning was left out begins anew") {
  const auto form = GENERATE(ViewerForm::flv, ViewerForm::flv_chunked, ViewerForm::flv_websocket);
  const int pictures = GENERATE(1, 6); // with six too much waits before the second key frame comes
  Publishing publisher;
  ViewerQueue queue(form);
  send_headers(publisher, "old");
  publisher.send({kPicture, 0, key_frame("old")});
  for (int i = 0; i < pictures; ++i)
    publisher.send({kPicture, 40, picture(large("old", 50000))});
  publisher.send({kPicture, 400, video_header("new")});
  publisher.send({kPicture, 400, key_frame(large("new", 20000))});
  for (int i = 0; i < 4; ++i)
    publisher.send({kPicture, 440, picture(large("new", 50000))});
  offer_new(queue, publisher);
  CHECK(queue.jumps() == 1);
  const FlvHeard heard = flv_heard(form, written(queue, kAll));
  CHECK(heard.flags == 5);
  REQUIRE(heard.tags.size() == 8); // metadata and headers first
  CHECK(heard.tags[0].kind == MediaKind::data);
  CHECK(heard.has(kPicture, video_header("new")));
  CHECK(heard.has(kSound, audio_header("old")));
  CHECK(heard.tags[3].payload == key_frame(large("new", 20000)));
  CHECK(heard.tags[7].payload == picture(large("new", 50000)));
}

TEST_CASE("What FLV has held of a publisher that left gives way to the next one") {
  const auto form = GENERATE(ViewerForm::flv, ViewerForm::flv_chunked, ViewerForm::flv_websocket);
  const bool has_sound = GENERATE(true, false);
  Publishing old;
  ViewerQueue queue(form);
  old.send({kPicture, 0, video_header("old")});
  for (std::uint32_t time = 0; time <= 500; time += 40)
    old.send({kPicture, time, time == 0 ? key_frame("old") : picture("old")});
  offer_new(queue, old);
  CHECK_FALSE(queue.has_bytes());
  CHECK(queue.waiting_bytes() > 0);
  Publishing next = publishing_after(old);
  next.send({kPicture, 0, video_header("new")});
  offer_new(queue, next);
  CHECK(queue.waiting_bytes() == 0);
  if (has_sound) next.send({kSound, 0, audio_header("new")});
  for (std::uint32_t time = 0; time <= 2000; time += 40)
    next.send({kPicture, time, time % 1000 == 0 ? key_frame("new") : picture("new")});
  offer_new(queue, next);
  const FlvHeard heard = flv_heard(form, written(queue, kAll));
  CHECK(heard.flags == (has_sound ? 5 : 1));
  CHECK(heard.tags.size() == (has_sound ? 3u : 2u) + 51);
  CHECK(heard.has(kPicture, video_header("new")));
  CHECK(heard.has(kSound, audio_header("new")) == has_sound);
  CHECK_FALSE(heard.has(kPicture, video_header("old")));
  CHECK_FALSE(heard.has(kPicture, key_frame("old")));
  CHECK(queue.jumps() == 0);
  CHECK(queue.pictures_left_out() == 1 + 13 + 1); // headers count as pictures
}

TEST_CASE("A picture over the limit is not left out while nothing else waits") {
  const auto form = any_form();
  const std::size_t bytes = GENERATE(300000, 9000000, 16777200); // up to the longest there is
  Publishing publisher;
  ViewerQueue queue(form);
  send_headers(publisher, "1");
  publisher.send({kPicture, 0, key_frame(large("first", bytes))});
  offer_new(queue, publisher);
  // The headers before the first key frame are no pictures that could be shown.
  const std::uint64_t left_out = queue.pictures_left_out();
  CHECK(written(queue, kAll).find("first...") != std::string::npos);
  publisher.send({kPicture, 40, picture(large("second", bytes))});
  offer_new(queue, publisher);
  CHECK(written(queue, kAll).find("second...") != std::string::npos);
  publisher.send({kPicture, 80, key_frame(large("third", bytes))});
  offer_new(queue, publisher);
  CHECK(written(queue, kAll).find("third...") != std::string::npos);
  CHECK(queue.jumps() == 0);
  CHECK(queue.pictures_left_out() == left_out);
}

TEST_CASE("A viewer who is fast enough for the stream gets what follows a large key frame") {
  const auto form = any_form();
  Publishing publisher;
  ViewerQueue queue(form);
  send_headers(publisher, "1");
  for (std::uint32_t time = 0; time <= 4000; time += 40) {
    publisher.send({kPicture, time, time % 2000 == 0 ? key_frame(large("k", 1000000)) : picture(large("p", 20000))});
    offer_new(queue, publisher);
    written(queue, 60000);
  }
  CHECK(queue.jumps() == 0);
}

TEST_CASE("Large headers in front of a key frame do not make a viewer slow") {
  const auto form = any_form();
  Publishing publisher;
  ViewerQueue queue(form);
  send_headers(publisher, large("1", 250000));
  std::string all;
  for (std::uint32_t time = 0; time <= 400; time += 40) {
    publisher.send({kPicture, time, time == 0 ? key_frame(large("k", 20000)) : picture("p")});
    offer_new(queue, publisher);
    all += written(queue, 20000);
  }
  all += written(queue, kAll);
  CHECK(all.find("k...") != std::string::npos);
  CHECK(queue.jumps() == 0);
}

TEST_CASE("What FLV holds before it begins does not make a viewer slow") {
  const auto form = GENERATE(ViewerForm::flv, ViewerForm::flv_chunked, ViewerForm::flv_websocket);
  Publishing publisher;
  ViewerQueue queue(form);
  publisher.send({kPicture, 0, video_header("1")});
  const std::uint64_t pictures = 51;
  for (std::uint32_t time = 0; time <= 2000; time += 40)
    publisher.send({kPicture, time, time == 0 ? key_frame(large("k", 100000)) : picture(large("p", 30000))});
  // 750 kB are held. From then on the viewer reads a little faster than the publisher sends.
  std::string all;
  for (const SharedSegment& segment : publisher.segments) {
    queue.offer(segment);
    all += written(queue, 40000);
  }
  all += written(queue, kAll);
  const FlvHeard heard = flv_heard(form, all);
  CHECK(heard.flags == 1);
  CHECK(heard.tags.size() == 2 + pictures);
  CHECK(queue.jumps() == 0);
}

TEST_CASE("A viewer who takes nothing keeps no more than the limit") {
  const auto form = any_form();
  const bool have_key_frames = GENERATE(true, false);
  Publishing publisher;
  ViewerQueue queue(form);
  send_headers(publisher, "1");
  std::size_t most_waiting_bytes = 0;
  for (std::uint32_t i = 0; i < 1500; ++i) {
    const bool is_key_frame = i == 0 || (have_key_frames && i % 50 == 0);
    publisher.send({kPicture, i * 40, is_key_frame ? key_frame(large("k", 300000)) : picture(large("p", 20000))});
    offer_new(queue, publisher);
    if (i == 0) queue.advance(1000);
    most_waiting_bytes = std::max(most_waiting_bytes, queue.waiting_bytes());
  }
  CHECK(queue.jumps() > 0);
  CHECK(queue.limit_bytes() <= 2 * (300000 + 50 * 20100));
  CHECK(most_waiting_bytes <= 2 * (300000 + 50 * 20100));
}

TEST_CASE("A viewer who joins gets all that was kept, however much it is") {
  const auto form = any_form();
  const std::size_t kept_bytes = GENERATE(std::size_t{1} << 20, std::size_t{12} << 20, std::size_t{40} << 20);
  const std::size_t picture_bytes = kept_bytes / 100;
  const std::size_t written_bytes = 3 * picture_bytes; // three times as fast as the publisher
  Publishing publisher;
  GopCache cache(std::size_t{64} << 20);
  send_headers(publisher, "1");
  for (std::uint32_t i = 0; i < 95; ++i)
    publisher.send(
        {kPicture, i * 40, i == 0 ? key_frame(large("k", picture_bytes)) : picture(large("p", picture_bytes))});
  for (const SharedSegment& segment : publisher.segments)
    cache.add(segment);
  publisher.segments.clear();
  REQUIRE(cache.segments().size() == 95);
  ViewerQueue queue(form);
  queue.begin(cache.segments());
  CHECK(queue.waiting_bytes() > 95 * picture_bytes);
  CHECK(queue.limit_bytes() >= queue.waiting_bytes() + ViewerQueue::kLeastLimitBytes);
  std::size_t bytes = 0;
  for (std::uint32_t i = 95; i < 200; ++i) { // with key frames soon, and often
    publisher.send(
        {kPicture, i * 40, i % 20 == 0 ? key_frame(large("k", picture_bytes)) : picture(large("p", picture_bytes))});
    offer_new(queue, publisher);
    bytes += written(queue, written_bytes).size();
  }
  bytes += written(queue, kAll).size();
  CHECK(queue.jumps() == 0);
  CHECK(queue.pictures_left_out() == 0);
  CHECK(bytes > 200 * picture_bytes);
  CHECK(queue.limit_bytes() <= ViewerQueue::kMostLimitBytes);
}
