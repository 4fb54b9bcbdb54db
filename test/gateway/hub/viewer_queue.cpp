// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/viewer_queue.hpp"

#include "test/gateway/hub/publishing.hpp"
#include "test/unit/protocol/server/server_talk.hpp"

#include <rtmpt_proxy/protocol/media/flv_writer.hpp>
#include <rtmpt_proxy/protocol/media/segment_maker.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;

namespace {

constexpr auto A = MediaKind::audio;
constexpr auto V = MediaKind::video;

// All that the queue has, as it would be sent.
std::string drain(ViewerQueue& queue, std::size_t piece_bytes = 1000) {
  std::string all;
  while (queue.has_bytes()) {
    const auto parts = queue.parts();
    const std::string both = std::string(parts[0]).append(parts[1]);
    REQUIRE_FALSE(both.empty());
    const std::size_t count = std::min(piece_bytes, both.size());
    all += both.substr(0, count);
    queue.advance(count);
  }
  CHECK_FALSE(queue.is_within_segment());
  return all;
}

// The times of all tags, FLV's beginning or not.
std::vector<std::uint64_t> times_of_flv(std::string_view flv) {
  std::vector<std::uint64_t> times;
  if (flv.starts_with("FLV\x01")) flv.remove_prefix(13);
  ByteReader reader(flv);
  while (!reader.finished() && reader.ok()) {
    const std::size_t payload_bytes = reader.u32() & 0xffffff;
    const std::uint32_t time = reader.u32();
    reader.raw(3 + payload_bytes + 4);
    times.push_back(time >> 8 | time << 24);
  }
  CHECK(reader.ok());
  return times;
}

// The times of the messages that a viewer has heard since the last call.
std::vector<std::uint64_t> times_heard(ServerListener& viewer) {
  std::vector<std::uint64_t> times;
  for (const std::string& line : viewer.take_lines())
    times.push_back(std::stoull(line.substr(line.find(' ') + 1)));
  return times;
}

} // namespace

TEST_CASE("FLV begins when it is known what the stream has") {
  const auto form = GENERATE(ViewerForm::flv, ViewerForm::flv_chunked, ViewerForm::flv_websocket);
  const bool has_sound = GENERATE(true, false);
  Publishing publisher;
  ViewerQueue queue(form);
  publisher.send({V, 0, video_header()});
  publisher.send({V, 0, key_frame()});
  if (has_sound) publisher.send({A, 200, sound()});
  publisher.send({V, 400, picture("1")});
  publisher.send({V, 1000, picture("2")});
  std::size_t offered = 0;
  for (const auto& segment : publisher.segments) {
    queue.offer(segment);
    ++offered;
    if (queue.has_bytes()) break;
  }
  CHECK(offered == (has_sound ? 3u : 4u));
  const std::string all = drain(queue, 7);
  const std::size_t begin = all.find("FLV\x01");
  REQUIRE(begin != std::string::npos);
  CHECK(begin == (form == ViewerForm::flv ? 0u : form == ViewerForm::flv_websocket ? 2u : 4u)); // what is in front
  CHECK(all[begin + 4] == (has_sound ? '\5' : '\1'));
  CHECK(all.find(key_frame()) != std::string::npos);
}

TEST_CASE("A viewer of FLV who joins a stream that runs begins at once") {
  Publishing publisher;
  for (std::uint32_t time = 0; time <= 2000; time += 40)
    publisher.send({V, time, time % 1000 == 0 ? key_frame(std::to_string(time)) : picture()});
  ViewerQueue queue(ViewerForm::flv);
  queue.begin({publisher.segments.end() - 1, publisher.segments.end()});
  const std::string all = drain(queue);
  CHECK(all.starts_with("FLV\x01\x01"));
  CHECK(all.find(key_frame("2000")) != std::string::npos);
}

TEST_CASE("A segment that comes twice is given once") {
  Publishing publisher;
  publisher.send({V, 0, key_frame()});
  ViewerQueue queue(ViewerForm::rtmp);
  queue.begin(publisher.segments);
  queue.offer(publisher.segments[0]);
  CHECK(drain(queue) == publisher.segments[0]->rtmp);
}

TEST_CASE("Changed headers are sent again behind a gap") {
  Publishing publisher;
  publisher.send({V, 0, video_header("old")});
  publisher.send({V, 0, key_frame()});
  ViewerQueue queue(ViewerForm::rtmp);
  for (const auto& segment : publisher.segments)
    queue.offer(segment);
  drain(queue);
  const std::string large(100000, 'x');
  const std::size_t known = publisher.segments.size();
  for (std::uint32_t i = 1; i <= 3; ++i)
    publisher.send({V, i * 40, picture(large)});
  publisher.send({V, 200, video_header("new")});
  publisher.send({V, 200, key_frame("after")});
  for (std::size_t at = known; at < publisher.segments.size(); ++at)
    queue.offer(publisher.segments[at]);
  // 300 kB are more than may wait: it waits for an entrance, which has come.
  const std::string all = drain(queue);
  CHECK(queue.jumps() == 1);
  CHECK(queue.pictures_left_out() >= 3);
  CHECK(all.find(video_header("new")) != std::string::npos);
  CHECK(all.find(key_frame("after")) != std::string::npos);
  CHECK(all.find(large) == std::string::npos);
}

TEST_CASE("The rest of a segment that has begun is never left out") {
  Publishing publisher;
  publisher.send({V, 0, key_frame(std::string(1000, 'k'))});
  ViewerQueue queue(ViewerForm::rtmp);
  queue.begin(publisher.segments);
  queue.advance(500);
  REQUIRE(queue.is_within_segment());
  for (std::uint32_t i = 1; i <= 100; ++i)
    publisher.send({V, i * 40, i % 25 == 0 ? key_frame(std::string(20000, 'K')) : picture(std::string(20000, 'p'))});
  for (const auto& segment : publisher.segments) {
    queue.offer(segment);
    CHECK(queue.waiting_bytes() <= queue.limit_bytes());
  }
  CHECK(queue.limit_bytes() >= ViewerQueue::kLeastLimitBytes);
  CHECK(queue.jumps() > 0);
  const std::string rest = publisher.segments[0]->rtmp.substr(500);
  CHECK(drain(queue).starts_with(rest));
}

TEST_CASE("What a new publisher sends before its first entrance is left out") {
  Publishing old;
  old.send({V, 0, key_frame("old")});
  ViewerQueue queue(ViewerForm::rtmp);
  queue.begin(old.segments);
  drain(queue);
  SegmentMaker maker(old.maker.time_line(), old.maker.next_number());
  maker.take({V, 0, video_header("new")});
  const auto first = maker.cut();
  CHECK(first->is_first);
  queue.offer(first);
  CHECK_FALSE(queue.has_bytes());
  maker.take({V, 0, key_frame("new")});
  queue.offer(maker.cut());
  const std::string all = drain(queue);
  CHECK(all.find(video_header("new")) != std::string::npos);
  CHECK(all.find(key_frame("new")) != std::string::npos);
}

TEST_CASE("For a viewer who stays while the encoder comes again, time only rises") {
  const auto form = GENERATE(ViewerForm::rtmp, ViewerForm::flv);
  const bool sound_leads = GENERATE(true, false);
  ViewerQueue queue(form);
  ServerListener viewer;
  viewer.hear(std::string(3073, '\3') + set_chunk_size_message());
  viewer.take_lines();
  SegmentMaker maker;
  std::vector<std::uint64_t> times;
  const auto give = [&](const SharedSegment& segment) {
    if (!segment) return;
    queue.offer(segment);
    const std::string sent = drain(queue);
    if (form == ViewerForm::rtmp) viewer.hear(sent);
    const auto of_segment = form == ViewerForm::rtmp ? times_heard(viewer) : times_of_flv(sent);
    times.insert(times.end(), of_segment.begin(), of_segment.end());
  };
  for (int publisher = 0; publisher < 3; ++publisher) {
    if (publisher > 0) maker = SegmentMaker(maker.time_line(), maker.next_number());
    const auto send = [&](const MediaMessage& message) { give(maker.take(message)); };
    // As ffmpeg sends it: the headers say 0, sound begins in front of the pictures or behind them, and an end of the
    // sequence of pictures, which has the time of the last one, stands behind later sound.
    const std::uint32_t sound_begin = sound_leads ? 0 : 57;
    const std::uint32_t picture_begin = sound_leads ? 423 : 0;
    const std::string metadata = metadata_of_size(640, 360 + publisher);
    send({MediaKind::data, 0, metadata});
    send({V, 0, video_header(std::to_string(publisher))});
    send({A, 0, audio_header()});
    for (std::uint32_t time = 0; time <= 3000; ++time) {
      if (time >= picture_begin && (time - picture_begin) % 40 == 0)
        send({V, time, (time - picture_begin) % 1000 == 0 ? key_frame() : picture()});
      if (time >= sound_begin && (time - sound_begin) % 23 == 0) send({A, time, sound()});
      if (time % 20 == 19) give(maker.cut());
    }
    send({V, 2960, std::string("\x17\2\0\0\0", 5)});
    give(maker.cut());
  }
  CHECK(times.size() > 3 * (65 + 110));
  CHECK(times.back() >= 8500);
  for (std::size_t i = 1; i < times.size(); ++i)
    if (times[i] < times[i - 1]) FAIL_CHECK("message " << i << ": " << times[i] << " behind " << times[i - 1]);
}

TEST_CASE("Where no key frame comes, a viewer begins anywhere after a while") {
  Publishing publisher;
  publisher.send({V, 0, video_header()});
  publisher.send({V, 0, key_frame()});
  const std::size_t known = publisher.segments.size();
  for (std::uint32_t time = 40; time <= 11000; time += 40)
    publisher.send({V, time, picture(std::to_string(time))});
  ViewerQueue queue(ViewerForm::rtmp);
  std::size_t waited = 0;
  for (std::size_t at = known; at < publisher.segments.size(); ++at) {
    queue.offer(publisher.segments[at]);
    if (!queue.has_bytes()) ++waited;
  }
  CHECK(waited == 250); // ten seconds
  const std::string all = drain(queue);
  CHECK(all.find(video_header()) < all.find(picture("10040")));
  CHECK(all.find(picture("11000")) != std::string::npos);
}

TEST_CASE("Where segments are missing, a viewer goes on at an entrance, with its headers") {
  const auto form = GENERATE(ViewerForm::rtmp, ViewerForm::flv);
  const bool is_held = form != ViewerForm::rtmp && GENERATE(true, false);
  Publishing publisher;
  publisher.send({V, 0, video_header("old")});
  publisher.send({V, 0, key_frame("before")});
  if (!is_held) publisher.send({A, 0, sound()});
  ViewerQueue queue(form);
  for (const auto& segment : publisher.segments)
    queue.offer(segment);
  CHECK(drain(queue).empty() == is_held);
  publisher.segments.clear();
  publisher.send({V, 40, video_header("new")});
  publisher.send({V, 80, picture("missing")});
  publisher.segments.clear();
  publisher.send({V, 120, picture("useless")});
  publisher.send({V, 160, key_frame("after")});
  publisher.send({A, 170, sound()});
  for (const auto& segment : publisher.segments)
    queue.offer(segment);
  CHECK(queue.jumps() == 1);
  const std::string all = drain(queue);
  CHECK(all.find("before") == std::string::npos);
  CHECK(all.find("useless") == std::string::npos);
  CHECK(all.find(video_header("new")) < all.find(key_frame("after")));
  CHECK(all.find(key_frame("after")) != std::string::npos);
}
