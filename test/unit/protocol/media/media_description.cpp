// SPDX-License-Identifier: Apache-2.0
#include "../server/server_talk.hpp"

#include <rtmpt_proxy/protocol/media/media_description.hpp>
#include <rtmpt_proxy/protocol/media/segment_maker.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <limits>
#include <string>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

constexpr auto A = MediaKind::audio;
constexpr auto V = MediaKind::video;
constexpr auto D = MediaKind::data;

std::string metadata(double width, double height, double rate) {
  return amf_string("@setDataFrame") + amf_string("onMetaData") +
         amf_ecma_array({{"width", amf_number(width)},
                         {"inner", amf_object({{"height", amf_number(7)}})},
                         {"height", amf_number(height)},
                         {"framerate", amf_number(rate)}});
}

// A publisher of messages.
struct Described {
  SegmentMaker maker;
  MediaDescriber describer;
  SegmentMaker::TimePoint now{};
  void take(MediaKind kind, const std::string& payload) {
    now += std::chrono::seconds(2); // metadata goes on once a second
    if (const auto segment = maker.take({kind, 0, payload}, now)) describer.take(*segment);
    if (const auto segment = maker.cut()) describer.take(*segment);
  }
  const MediaDescription& facts() const { return describer.description(); }
};

} // namespace

TEST_CASE("Codecs, size and frame rate are known from a publisher's first messages", "[media_description]") {
  Described stream;
  CHECK(stream.facts() == MediaDescription{});
  stream.take(D, metadata(1280, 720, 29.97));
  stream.take(V, video_header());
  stream.take(A, audio_header());
  stream.take(V, key_frame());
  CHECK(stream.facts() == MediaDescription{"h264", "aac", 1280, 720, 29970});
  stream.take(D, metadata(640, 360, 25));
  stream.take(V, key_frame());
  CHECK(stream.facts() == MediaDescription{"h264", "aac", 640, 360, 25000});
}

TEST_CASE("Codecs without a sequence header are known from sound and pictures", "[media_description]") {
  Described stream;
  stream.take(A, "\x2f" + std::string(200, 's'));
  CHECK(stream.facts() == MediaDescription{"", "mp3", 0, 0, 0});
  stream.take(V, "\x12" + std::string(200, 'p'));
  CHECK(stream.facts() == MediaDescription{"h263", "mp3", 0, 0, 0});
}

TEST_CASE("Codecs of enhanced RTMP are known, of several tracks as well", "[media_description]") {
  Described stream;
  stream.take(V, "\x90hvc1" + std::string(20, 'v'));
  stream.take(A, "\x95\x00Opus\x00"s + std::string(20, 'a'));
  stream.take(V, "\x91hvc1" + std::string(20, 'p'));
  CHECK(stream.facts().video_codec == "hevc");
  CHECK(stream.facts().audio_codec == "opus");
}

TEST_CASE("Numbers that nobody can mean are not known", "[media_description]") {
  for (const double odd : {0.0, -1.0, 1e300, std::numeric_limits<double>::quiet_NaN()}) {
    Described stream;
    stream.take(D, metadata(odd, odd, odd));
    stream.take(V, "\x1f" + std::string(20, 'p')); // an unknown codec
    CHECK(stream.facts() == MediaDescription{});
  }
}
