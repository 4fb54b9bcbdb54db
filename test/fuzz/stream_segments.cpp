// SPDX-License-Identifier: Apache-2.0
// What a publisher sends becomes segments whose numbers rise by one and whose FLV is whole, whatever its messages are.
// Each record of the input is one message: what it is and whether a segment is cut behind it, the ms since the last
// one, its time in 4 bytes, the length of its payload, the payload.
#include "require.hpp"

#include <rtmpt_proxy/protocol/media/flv_writer.hpp>
#include <rtmpt_proxy/protocol/media/segment_maker.hpp>
#include <rtmpt_proxy/protocol/text/byte_reader.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

constexpr std::size_t kTagHeadBytes = 11;

// Reads the tags one behind the other; returns how many there are.
std::size_t count_tags(std::string_view tags) {
  std::size_t count = 0;
  for (; !tags.empty(); ++count) {
    ByteReader reader(tags);
    const std::uint32_t type_and_length = reader.u32();
    reader.raw(kTagHeadBytes - 4 + (type_and_length & 0xffffff));
    require(reader.u32() == kTagHeadBytes + (type_and_length & 0xffffff), "a tag ends with its length");
    require(reader.ok(), "the last tag is whole");
    const std::uint32_t type = type_and_length >> 24;
    require(type == 8 || type == 9 || type == 18, "a tag is sound, a picture or data");
    tags.remove_prefix(kTagHeadBytes + (type_and_length & 0xffffff) + 4);
  }
  return count;
}

class Viewer {
 public:
  void take(const SharedSegment& segment, const SegmentMaker& maker) {
    if (!segment) return;
    require(segment->number == ++last_number_, "numbers rise by one");
    require(segment->rtmp.size() <= SegmentMaker::kMostBytes + 2 * (kMostPayloadBytes + 64), "a segment has a bound");
    require(segment->headers != nullptr, "a segment has headers");
    require(count_tags(segment->flv().tags()) == segment->messages.size(), "each message is a tag");
    for (const SegmentMessage& message : segment->messages) {
      require(message.payload_begin <= segment->rtmp.size(), "a message is within its segment");
      if (message.kind == MediaKind::data) continue;
      std::uint32_t& last = last_time_[message.kind == MediaKind::audio ? 0 : 1];
      require(message.time >= last, "time rises for each kind");
      last = message.time;
    }
    const std::string start = flv_start(*segment->headers, maker.has_sound(), maker.has_pictures(), segment->time);
    count_tags(std::string_view(start).substr(kFlvHeaderBytes));
  }

  static constexpr std::size_t kMostPayloadBytes = 255u * 64;

 private:
  std::uint64_t last_number_ = 0;
  std::array<std::uint32_t, 2> last_time_{};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(std::string_view(reinterpret_cast<const char*>(data), size));
  SegmentMaker maker;
  Viewer viewer;
  SegmentMaker::TimePoint now{};
  while (true) {
    const std::uint8_t what = reader.u8();
    now += std::chrono::milliseconds(reader.u8());
    const std::uint32_t time = reader.u32();
    std::string payload(reader.raw(reader.u8()));
    if (!reader.ok()) break;
    if ((what & 8) != 0) payload.resize(payload.size() * 64, 'x');
    const MediaKind kind = (what & 3) == 0 ? MediaKind::data : (what & 3) == 1 ? MediaKind::audio : MediaKind::video;
    viewer.take(maker.take({kind, time, payload}, now), maker);
    if ((what & 4) != 0) viewer.take(maker.cut(), maker);
  }
  viewer.take(maker.cut(), maker);
  return 0;
}
