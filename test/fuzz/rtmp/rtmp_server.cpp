// SPDX-License-Identifier: Apache-2.0
// A client is served the same however its bytes are cut (where, the last byte says). Sound and pictures come between
// publish and stop only, every answer can be read, and the segments made of what was published have the same messages
// in both forms, with times that do not go back.
#include "require.hpp"

#include <rtmpt_proxy/protocol/media/flv_writer.hpp>
#include <rtmpt_proxy/protocol/media/segment_maker.hpp>
#include <rtmpt_proxy/protocol/rtmp/message_writer.hpp>
#include <rtmpt_proxy/protocol/server/rtmp_server.hpp>

#include <array>
#include <string>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

KeyedDigest no_digest(std::string_view, std::string_view) {
  return {};
}

// What viewers would get.
struct Viewers {
  RtmpChunkReader rtmp = RtmpChunkReader::whole(std::size_t{64} << 20);
  std::array<std::uint32_t, kMediaKinds> last{};
  std::size_t messages = 0;

  Viewers() { rtmp.feed(set_chunk_size_message()); }

  void take(const SharedSegment& segment) {
    if (!segment) return;
    std::size_t of_rtmp = 0;
    for (std::string_view bytes = segment->rtmp; !bytes.empty();) {
      const auto [progress, consumed_bytes] = rtmp.feed(bytes);
      bytes.remove_prefix(consumed_bytes);
      require(progress == ChunkProgress::message, "a segment has whole messages");
      const SegmentMessage& known = segment->messages.at(of_rtmp++);
      require(rtmp.timestamp() == known.time && rtmp.payload().size() == known.payload_bytes,
              "a segment's table is right");
      auto& before = last[static_cast<std::size_t>(known.kind)];
      require(static_cast<std::int32_t>(known.time - before) >= 0, "time does not go back");
      before = known.time;
    }
    require(of_rtmp == segment->messages.size(), "a segment's table is whole");
    std::size_t flv_bytes = 0;
    bool has_data = false;
    for (const SegmentMessage& message : segment->messages) {
      flv_bytes += message.payload_bytes + 15;
      has_data = has_data || message.kind == MediaKind::data;
    }
    // Metadata is another one in tags.
    const std::size_t made_bytes = segment->flv().tags().size();
    require(made_bytes == flv_bytes || has_data, "tags have the same payload");
    messages += of_rtmp;
  }
};

struct Heard {
  std::string events;
  std::string answers;
  ServerError error = ServerError::none;
  bool operator==(const Heard&) const = default;
};

class Client {
 public:
  void feed(std::string_view bytes) {
    while (heard.error == ServerError::none) {
      const auto [progress, consumed_bytes] = server_.feed(bytes);
      require(consumed_bytes <= bytes.size(), "no more is taken than there is");
      bytes.remove_prefix(consumed_bytes);
      note(progress);
      heard.answers += server_.take_output();
      heard.error = server_.error();
      if (progress != ServerProgress::need_more) continue;
      require(bytes.empty(), "who wants more has taken all");
      return;
    }
  }

  void end() {
    if (publishes_) viewers_.take(maker_.cut());
  }

  Heard heard;

 private:
  void note(ServerProgress progress) {
    switch (progress) {
    case ServerProgress::need_more: return;
    case ServerProgress::failed: heard.events += "failed;"; return;
    case ServerProgress::publish:
      require(!is_active_, "one stream at a time");
      heard.events += "publish " + server_.request().path + ";";
      is_active_ = publishes_ = true;
      return server_.start_publishing();
    case ServerProgress::play:
      require(!is_active_, "one stream at a time");
      heard.events += "play " + server_.request().path + ";";
      is_active_ = true;
      return server_.start_playing();
    case ServerProgress::stop:
      require(is_active_, "what stops has begun");
      heard.events += "stop;";
      is_active_ = false;
      return;
    case ServerProgress::media:
      require(is_active_ && publishes_, "who sends media publishes");
      heard.events +=
          std::to_string(server_.message().time) + " " + std::to_string(server_.message().payload.size()) + ";";
      return viewers_.take(maker_.take(server_.message()));
    }
  }

  RtmpServer server_{std::string(kHandshakeRandomBytes, 'r'), no_digest};
  SegmentMaker maker_;
  Viewers viewers_;
  bool is_active_ = false;
  bool publishes_ = false;
};

Heard hear(std::string_view bytes, std::size_t piece_bytes) {
  Client client;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes)
    client.feed(bytes.substr(at, piece_bytes));
  client.end();
  return client.heard;
}

void check_answers(std::string_view answers) {
  RtmpChunkReader reader = RtmpChunkReader::whole(1 << 20);
  answers.remove_prefix(std::min(answers.size(), kHandshakeBytes));
  while (!answers.empty()) {
    const auto [progress, consumed_bytes] = reader.feed(answers);
    require(progress == ChunkProgress::message, "an answer is a whole message");
    answers.remove_prefix(consumed_bytes);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  // As a whole handshake is long, the input follows one that is made up.
  std::string bytes(kHandshakeBytes, 'h');
  bytes.front() = static_cast<char>(kRtmpVersion);
  bytes.append(reinterpret_cast<const char*>(data), size);
  const Heard whole = hear(bytes, bytes.size());
  require(whole == hear(bytes, data[size - 1] + 1u), "a cut changes nothing");
  check_answers(whole.answers);
  return 0;
}
