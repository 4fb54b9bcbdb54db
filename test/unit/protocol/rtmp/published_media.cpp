// SPDX-License-Identifier: Apache-2.0
#include "rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/published_media.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;

namespace {

PublishedMedia media_of(const std::string& bytes, std::size_t piece_bytes) {
  RtmpChunkReader chunks;
  PublishedMedia media;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const auto [progress, consumed] =
        chunks.feed(std::string_view(bytes).substr(begin, std::min(piece_bytes, bytes.size() - begin)));
    REQUIRE(progress != ChunkProgress::failed);
    begin += consumed;
    if (progress == ChunkProgress::message) media.take(chunks);
  }
  return media;
}

std::string picture(const std::string& head) {
  return chunks({6, kVideoMessage, head + std::string(1000, 'p')});
}

std::string sound(const std::string& head) {
  return chunks({4, kAudioMessage, head + std::string(200, 's')});
}

std::string metadata(double width, double height) {
  return chunks({5, kAmf0DataMessage,
                 amf_string("@setDataFrame") + amf_string("onMetaData") +
                     amf_ecma_array({{"duration", amf_number(0)},
                                     {"width", amf_number(width)},
                                     {"inner", amf_object({{"height", amf_number(7)}})},
                                     {"height", amf_number(height)}})});
}

} // namespace

TEST_CASE("Codecs, size and key frames of a publisher are known, however its bytes are cut", "[media]") {
  const std::string bytes = metadata(1280, 720) + picture("\x17\x00"s) + sound("\xAF\x00"s) + picture("\x17\x01"s) +
                            picture("\x27\x01"s) + picture("\x17\x01"s) + sound("\xAF\x01"s);
  for (const std::size_t piece_bytes : {1u, 2u, 3u, 127u, 5000u}) {
    const PublishedMedia media = media_of(bytes, piece_bytes);
    CHECK(media.video_codec() == "h264");
    CHECK(media.audio_codec() == "aac");
    CHECK(media.width() == 1280);
    CHECK(media.height() == 720);
    CHECK(media.key_frames() == 3);
  }
}

TEST_CASE("Enhanced RTMP names its codecs by four characters", "[media]") {
  const PublishedMedia media = media_of(picture("\x90hvc1") + picture("\xA1hvc1") + sound("\x90Opus"), 50);
  CHECK(media.video_codec() == "hevc");
  CHECK(media.audio_codec() == "opus");
  CHECK(media.key_frames() == 1);
  CHECK(media_of(picture("\x90"
                         "av01"),
                 50)
            .video_codec() == "av1");
}

TEST_CASE("What nobody knows stays unknown", "[media]") {
  const PublishedMedia media = media_of(picture("\x1F") + sound("\xD0") + picture("\x90xxxx") + metadata(-1, 1e300) +
                                            chunks({6, kVideoMessage, ""}) +
                                            chunks({5, kAmf0DataMessage, amf_string("onCuePoint") + amf_number(3)}),
                                        50);
  CHECK(media.video_codec().empty());
  CHECK(media.audio_codec().empty());
  CHECK(media.width() == 0);
  CHECK(media.height() == 0);
}

TEST_CASE("Large data is read as far as it is kept", "[media]") {
  const std::string message = amf_string("onMetaData") + amf_object({{"width", amf_number(640)},
                                                                     {"long", amf_string(std::string(5000, 'x'))},
                                                                     {"height", amf_number(480)}});
  const PublishedMedia media = media_of(chunks({5, kAmf0DataMessage, message}), 100);
  CHECK(media.width() == 640);
  CHECK(media.height() == 0);
}
