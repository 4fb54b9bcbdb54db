// SPDX-License-Identifier: Apache-2.0
#include "../server/server_talk.hpp"

#include <rtmpt_proxy/protocol/media/flv_writer.hpp>
#include <rtmpt_proxy/protocol/media/gop_cache.hpp>
#include <rtmpt_proxy/protocol/media/metadata.hpp>
#include <rtmpt_proxy/protocol/media/segment_maker.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using Lines = std::vector<std::string>;

namespace {

constexpr auto A = MediaKind::audio;
constexpr auto V = MediaKind::video;
constexpr auto D = MediaKind::data;

// What a viewer hears in a segment.
Lines lines_of(const Segment& segment) {
  ServerListener viewer;
  viewer.hear(std::string(3073, '\3') + set_chunk_size_message() + segment.rtmp);
  const Lines all = viewer.take_lines();
  return {all.begin() + 2, all.end()};
}

// The same as "<type> <time> <payload>", from FLV.
Lines tags_of(std::string_view flv) {
  Lines lines;
  ByteReader reader(flv);
  while (!reader.finished() && reader.ok()) {
    const std::uint32_t head = reader.u32();
    const std::uint32_t time = reader.u32();
    reader.raw(3);
    const std::string_view payload = reader.raw(head & 0xffffff);
    if (reader.u32() != payload.size() + 11) lines.emplace_back("a wrong length behind a tag");
    lines.push_back(std::to_string(head >> 24) + " " + std::to_string(time >> 8 | time << 24) + " " +
                    std::string(payload));
  }
  return lines;
}

constexpr SegmentMaker::TimePoint kBegin{1h};

// Gathers as the hub does it, on a clock of the test's own.
struct Gathering {
  explicit Gathering(std::chrono::milliseconds gather) : maker(TimeLine{}, 1, gather) {}

  SegmentMaker maker;
  std::vector<SharedSegment> segments;
  SegmentMaker::TimePoint cut_by = SegmentMaker::TimePoint::max();

  void send(std::chrono::microseconds at, MediaKind kind, std::string_view payload) {
    const auto now = kBegin + at;
    if (maker.is_gathering() && now >= cut_by) segments.push_back(maker.cut());
    const bool gathered = maker.is_gathering();
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
    const auto finished = maker.take({kind, static_cast<std::uint32_t>(time), payload}, now);
    if (finished) segments.push_back(finished);
    if (!gathered || finished) cut_by = now + maker.gather();
  }

  std::size_t entrances() const {
    return static_cast<std::size_t>(
        std::count_if(segments.begin(), segments.end(), [](const auto& segment) { return segment->is_entrance; }));
  }
};

} // namespace

TEST_CASE("A key frame begins a new segment, and a viewer may begin there") {
  SegmentMaker maker;
  CHECK_FALSE(maker.take({D, 0, metadata_of_size(640, 360)}));
  CHECK_FALSE(maker.take({V, 0, video_header()}));
  CHECK_FALSE(maker.take({A, 0, audio_header()}));
  const auto headers = maker.take({V, 0, key_frame()});
  REQUIRE(headers);
  CHECK(headers->is_first);
  CHECK(lines_of(*headers) == Lines{"data 0 onMetaData", "video 0 " + video_header(), "audio 0 " + audio_header()});
  CHECK_FALSE(maker.take({A, 10, sound()}));
  CHECK_FALSE(maker.take({V, 40, picture()}));
  const auto first = maker.cut();
  REQUIRE(first);
  CHECK(first->is_entrance);
  CHECK_FALSE(first->is_first);
  CHECK(first->number == headers->number + 1);
  CHECK(first->pictures == 2);
  CHECK(lines_of(*first) == Lines{"video 0 " + key_frame(), "audio 10 " + sound(), "video 40 " + picture()});
  CHECK_FALSE(maker.cut());
  maker.take({V, 80, picture()});
  CHECK_FALSE(maker.cut()->is_entrance);

  const auto start = start_of_viewer(*first->headers, first->time);
  CHECK(lines_of(*start) == lines_of(*headers));
}

TEST_CASE("A flood of key frames makes few segments") {
  Gathering stream(20ms);
  const std::string tiny("\x17\x01\0\0\0", 5);
  for (int i = 0; i < 21800; ++i)
    stream.send(0us, V, tiny);
  CHECK(stream.segments.size() <= 21800 * 50 / SegmentMaker::kMostBytes);
  // As many in each ms of a second.
  Gathering longer(20ms);
  for (int i = 0; i < 1000; ++i)
    longer.send(i * 1ms, V, tiny);
  CHECK(longer.segments.size() <= 100);
  CHECK(longer.entrances() >= 40);
}

TEST_CASE("Ordinary key frames are entrances, whatever is being gathered") {
  const auto gather = GENERATE(20ms, 100ms, 900ms);
  Gathering stream(gather);
  for (int second = 0; second < 10; ++second)
    for (int at = 0; at < 1000; ++at) {
      if (at % 40 == 0) stream.send(second * 1s + at * 1ms, V, at == 0 ? key_frame() : picture());
      if (at % 23 == 22) stream.send(second * 1s + at * 1ms, A, sound());
    }
  CHECK(stream.entrances() >= 9);
  CHECK(stream.segments.size() <= static_cast<std::size_t>(10 + 10s / gather));
}

TEST_CASE("A stream of key frames alone has an entrance for each gather at most") {
  Gathering stream(20ms);
  for (int i = 0; i < 600; ++i)
    stream.send(i * 16667us, V, key_frame());
  CHECK(stream.entrances() >= 250);
  CHECK(stream.entrances() <= 500);
  CHECK(stream.segments.size() <= 600);
}

TEST_CASE("A longer gather makes fewer segments") {
  std::vector<std::size_t> counts;
  for (const auto gather : {0ms, 20ms, 100ms}) {
    Gathering stream(gather);
    CHECK(stream.maker.gather() >= SegmentMaker::kLeastGather);
    for (int at = 0; at < 10000; ++at)
      stream.send(at * 1ms, A, sound());
    counts.push_back(stream.segments.size());
  }
  CHECK(counts[0] <= 10s / SegmentMaker::kLeastGather);
  CHECK(counts[1] * 2 < counts[0]);
  CHECK(counts[2] * 4 < counts[1]);
}

TEST_CASE("Metadata goes on when it has changed, and other data always") {
  SegmentMaker maker;
  const std::string cue = amf_string("onCuePoint") + amf_number(1);
  for (int i = 0; i < 25; ++i)
    maker.take({D, 0, metadata_of_size(640, 360)}, kBegin + i * 40ms);
  maker.take({D, 0, cue}, kBegin + 1s);
  maker.take({D, 0, cue}, kBegin + 1s);
  maker.take({D, 0, metadata_of_size(1280, 720)}, kBegin + 1s);
  maker.take({D, 0, amf_string("onMetaData") + std::string(kMaxStreamDataBytes, 'x')}, kBegin + 2s);
  maker.take({D, 0, "no AMF0"}, kBegin + 2s);
  maker.take({D, 0, ""}, kBegin + 2s);
  CHECK(lines_of(*maker.cut()) ==
        Lines{"data 0 onMetaData", "data 0 onCuePoint", "data 0 onCuePoint", "data 0 onMetaData"});
}

TEST_CASE("Metadata that changes all the time goes on once a second, and the last one counts") {
  Gathering stream(20ms);
  stream.send(0us, V, key_frame());
  for (int i = 0; i < 500; ++i)
    stream.send(i * 20ms, D, metadata_of_size(640, i));
  stream.send(10s, V, picture());
  stream.send(11s, V, picture());
  stream.segments.push_back(stream.maker.cut());
  std::size_t metadata = 0;
  for (const auto& segment : stream.segments)
    metadata += static_cast<std::size_t>(std::count_if(segment->messages.begin(), segment->messages.end(),
                                                       [](const auto& message) { return message.kind == D; }));
  CHECK(metadata >= 10);
  CHECK(metadata <= 11);
  CHECK(stream.maker.headers().metadata.view() == metadata_of_size(640, 499).substr(16));
  // One that changes back within the second is none.
  SegmentMaker maker;
  maker.take({D, 0, metadata_of_size(1, 1)}, kBegin);
  maker.take({D, 0, metadata_of_size(2, 2)}, kBegin + 10ms);
  maker.take({D, 0, metadata_of_size(1, 1)}, kBegin + 20ms);
  maker.take({A, 0, sound()}, kBegin + 2s);
  CHECK(maker.cut()->messages.size() == 2);
}

TEST_CASE("However headers and metadata change, what is held is bounded and counted") {
  Gathering stream(20ms);
  GopCache cache(4 << 20);
  stream.send(0us, V, key_frame());
  std::size_t taken = 0;
  std::size_t most = 0;
  for (int i = 0; i < 5000; ++i) {
    stream.send(i * 20ms, D, metadata_of_size(640, i));
    // Without a change, with one in a slot, and too large.
    stream.send(i * 20ms, V,
                "\x90"
                "avc1" +
                    std::string(16000, 'x'));
    stream.send(i * 20ms, V,
                "\x94"
                "avc1" +
                    std::string(10, static_cast<char>(i)));
    stream.send(i * 20ms, V,
                "\x95"
                "avc1" +
                    std::string(250000, 'y'));
    std::size_t headers = 0;
    for (const auto& header : stream.maker.headers().headers)
      headers += header.payload.view().size();
    if (headers > HeaderKeeper::kMostBytes) FAIL("headers grow to " << headers);
    for (; taken < stream.segments.size(); ++taken)
      cache.add(stream.segments[taken]);
    most = std::max(most, cache.bytes());
    if (stream.segments.size() > 100) {
      stream.segments.clear();
      taken = 0;
    }
  }
  CHECK(most <= 4 << 20);
  CHECK(stream.maker.headers().headers.size() == 2);
}

TEST_CASE("Segments share the headers that they have in common") {
  SegmentMaker maker;
  maker.take({V, 0, video_header()}, kBegin);
  maker.take({V, 0, key_frame()}, kBegin);
  const auto first = maker.cut();
  maker.take({D, 0, metadata_of_size(640, 360)}, kBegin);
  const auto second = maker.cut();
  maker.take({V, 0, picture()}, kBegin);
  const auto third = maker.cut();
  CHECK(second->headers != first->headers);
  CHECK(third->headers == second->headers);
  CHECK(first->headers->headers.at(0).payload.view().data() == third->headers->headers.at(0).payload.view().data());
  CHECK(second->header_bytes == metadata_of_size(640, 360).size() - 16);
  CHECK(third->header_bytes == 0);
}

TEST_CASE("What a segment holds is counted") {
  SegmentMaker maker;
  for (int i = 0; i < 100; ++i)
    maker.take({A, 0, "\x2f"});
  const auto segment = maker.cut();
  CHECK(segment->bytes() == segment->rtmp.size() + 100 * sizeof(SegmentMessage));
  CHECK(segment->held_bytes() == segment->bytes());
  const std::size_t tags_bytes = segment->flv().tags().size();
  CHECK(segment->held_bytes() >= segment->bytes() + tags_bytes);
}

TEST_CASE("A stream of sound alone can be entered everywhere") {
  SegmentMaker maker;
  maker.take({A, 0, audio_header()});
  maker.take({A, 0, sound()});
  CHECK(maker.cut()->is_entrance);
  maker.take({A, 20, sound()});
  const auto second = maker.cut();
  CHECK(second->is_entrance);
  CHECK(second->headers->has(A));
  CHECK_FALSE(second->has_pictures);
  CHECK_FALSE(second->is_settled);
  maker.take({A, 1000, sound()});
  CHECK(maker.cut()->is_settled);
}

TEST_CASE("Where the stream's clock stands still, the hub's says what is missing") {
  SegmentMaker maker;
  maker.take({A, 0, sound()}, kBegin);
  CHECK_FALSE(maker.cut()->is_settled);
  maker.take({A, 0, sound()}, kBegin + 999ms);
  CHECK_FALSE(maker.cut()->is_settled);
  maker.take({A, 0, sound()}, kBegin + 1s);
  CHECK(maker.cut()->is_settled);
}

TEST_CASE("A stream that is joined in its middle, and has no key frames any more, goes on after ten seconds") {
  Gathering gathering(20ms);
  gathering.send(0ms, V, "\x17\0\0\0\0avcc"s);
  for (auto at = 0ms; at < 12s; at += 40ms)
    gathering.send(at, V, "\x27\1\0\0\0refresh"s);
  const auto is_picture = [](const SegmentMessage& message) { return message.payload_bytes == 12; };
  std::size_t pictures = 0;
  for (const SharedSegment& segment : gathering.segments) {
    const auto count = std::count_if(segment->messages.begin(), segment->messages.end(), is_picture);
    pictures += static_cast<std::size_t>(count);
    if (count == 0) continue;
    CHECK(segment->is_entrance);
  }
  CHECK(pictures >= 45);
  CHECK(pictures <= 50);
}

TEST_CASE("Pictures before the first key frame are left out") {
  SegmentMaker maker;
  maker.take({V, 0, picture("1")});
  maker.take({V, 0, video_header()});
  maker.take({V, 40, picture("2")});
  maker.take({A, 40, sound()});
  const auto before = maker.take({V, 80, key_frame()});
  CHECK(lines_of(*before) == Lines{"video 0 " + video_header(), "audio 0 " + sound()}); // the stream begins there
  CHECK_FALSE(before->is_entrance);
  CHECK(maker.cut()->is_settled);
}

TEST_CASE("A sequence header that changes in mid-stream is in force behind it") {
  SegmentMaker maker;
  maker.take({V, 0, video_header("old")}, kBegin);
  maker.take({V, 0, key_frame()}, kBegin);
  const auto first = maker.cut();
  maker.take({V, 40, video_header("new")}, kBegin + 40ms);
  maker.take({V, 40, key_frame()}, kBegin + 40ms);
  const auto second = maker.cut();
  CHECK(second->is_entrance);
  CHECK(first->headers->headers.at(0).payload.view() == video_header("old"));
  CHECK(second->headers->headers.at(0).payload.view() == video_header("new"));
  CHECK(second->headers->headers.size() == 1);
}

TEST_CASE("Large messages and late times are written right in both forms") {
  const auto time = GENERATE(std::uint32_t{0}, 0xfffffeu, 0xffffffu, 0x1000000u, 0xfffffffeu);
  const auto bytes = GENERATE(std::size_t{10}, kWrittenChunkBytes, kWrittenChunkBytes + 1, 3 * kWrittenChunkBytes + 7);
  CAPTURE(time, bytes);
  Segment segment;
  std::string payload = key_frame();
  while (payload.size() < bytes)
    payload += static_cast<char>('a' + payload.size() % 26);
  append_to(segment, V, time, payload);
  append_to(segment, A, time, sound());
  const std::string when = std::to_string(time) + " ";
  CHECK((lines_of(segment) == Lines{"video " + when + payload, "audio " + when + sound()}));
  CHECK((tags_of(segment.flv().tags()) == Lines{"9 " + when + payload, "8 " + when + sound()}));
  CHECK(segment.rtmp.size() == message_bytes({0, 0, 0, time}, payload.size()) + message_bytes({0, 0, 0, time}, 3));
}

TEST_CASE("A chunk of HTTP and a frame of WebSocket have the same tags") {
  Segment segment;
  append_to(segment, A, 5, sound(std::string(200, 's')));
  const FlvForm& form = segment.flv();
  CHECK(form.chunk == "d9\r\n" + std::string(form.tags()) + "\r\n");
  CHECK(form.websocket_header == "\x82\x7e\x00\xd9"s);
  CHECK(form.tags().size() == 0xd9);
}

TEST_CASE("FLV begins with what the stream has") {
  HeaderKeeper keeper;
  keeper.take_metadata(metadata_of_size(640, 360).substr(16));
  keeper.take_header(V, 0, video_header());
  const std::string start = flv_start(*keeper.headers(), false, true, 90000);
  CHECK(start.substr(0, kFlvHeaderBytes) == "FLV\x01\x01\0\0\0\x09\0\0\0\0"s);
  const Lines tags = tags_of(std::string_view(start).substr(kFlvHeaderBytes));
  REQUIRE(tags.size() == 2);
  CHECK(tags[0] == "18 90000 " + amf_string("onMetaData") + "\x08\0\0\0\0"s + be(8, 2) + "hasAudio" +
                       amf_boolean(false) + be(8, 2) + "hasVideo" + amf_boolean(true) + be(5, 2) + "width" +
                       amf_number(640) + be(6, 2) + "height" + amf_number(360) + "\0\0\x09"s);
  CHECK(tags[1] == "9 90000 " + video_header());
}

TEST_CASE("Metadata that changes in mid-stream says the truth about sound and pictures in FLV") {
  SegmentMaker maker;
  const std::string cue = amf_string("onCuePoint") + amf_number(1);
  maker.take({V, 0, video_header()}, kBegin);
  maker.take({V, 0, key_frame()}, kBegin);
  maker.cut();
  maker.take({D, 0, metadata_of_size(640, 360)}, kBegin);
  maker.take({D, 0, cue}, kBegin);
  const auto segment = maker.cut();
  const std::string metadata = flv_metadata(metadata_of_size(640, 360).substr(16), false, true);
  CHECK(tags_of(segment->flv().tags()) == Lines{"18 0 " + metadata, "18 0 " + cue});
  CHECK(segment->messages.size() == 2);
}

TEST_CASE("Headers have their bounds") {
  HeaderKeeper keeper;
  for (std::uint16_t slot = 0; slot < 100; ++slot)
    keeper.take_header(V, slot, "h");
  CHECK(keeper.headers()->headers.size() == HeaderKeeper::kMostHeaders);
  CHECK_FALSE(keeper.take_header(V, 99, "i"));
  CHECK_FALSE(keeper.take_header(V, 0, "h"));
  CHECK(keeper.take_header(V, 0, "i"));
  // One that is too large is not kept, and neither is the one before it.
  CHECK(keeper.take_header(V, 0, std::string(HeaderKeeper::kMostHeaderBytes + 1, 'h')));
  CHECK_FALSE(keeper.take_header(V, 0, std::string(HeaderKeeper::kMostHeaderBytes + 1, 'h')));
  CHECK(keeper.headers()->headers.size() == HeaderKeeper::kMostHeaders - 1);
  for (std::uint16_t slot = 1; slot < HeaderKeeper::kMostHeaders; ++slot)
    keeper.take_header(V, slot, std::string(HeaderKeeper::kMostHeaderBytes, 'h'));
  CHECK(keeper.headers()->headers.size() < HeaderKeeper::kMostHeaders - 1);
  std::size_t bytes = 0;
  for (const auto& header : keeper.headers()->headers)
    bytes += header.payload.view().size();
  CHECK(bytes <= HeaderKeeper::kMostBytes);
}
