// SPDX-License-Identifier: Apache-2.0
// A server is understood the same however its bytes are cut (where, the last byte says). A stream plays before its
// media comes, everything that is said can be read, and is bounded by what was fed.
#include "require.hpp"

#include <rtmpt_proxy/protocol/client/rtmp_player.hpp>

#include <algorithm>
#include <string>
#include <utility>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

struct Understood {
  std::string events;
  std::string said; // without acknowledgements, which depend on where bytes are cut
  PlayerError error = PlayerError::none;
  bool operator==(const Understood&) const = default;
};

class Server {
 public:
  void feed(std::string_view bytes) {
    while (understood.error == PlayerError::none) {
      const auto [progress, consumed_bytes] = player_.feed(bytes);
      require(consumed_bytes <= bytes.size(), "no more is taken than there is");
      bytes.remove_prefix(consumed_bytes);
      note(progress);
      hear(player_.take_output());
      understood.error = player_.error();
      if (progress != PlayerProgress::need_more) continue;
      require(bytes.empty(), "who wants more has taken all");
      return;
    }
  }

  void check_bounds(std::size_t fed_bytes) const {
    require(said_bytes_ <= kHandshakeBytes + RtmpPlayer::kMaxHelloBytes + 3 * fed_bytes, "what is said is bounded");
  }

  Understood understood;

 private:
  void hear(std::string bytes) {
    said_bytes_ += bytes.size();
    const std::size_t of_handshake = std::min(bytes.size(), handshake_left_bytes_);
    handshake_left_bytes_ -= of_handshake;
    bytes.erase(0, of_handshake);
    for (std::string_view rest = bytes; !rest.empty();) {
      const auto [progress, consumed_bytes] = reader_.feed(rest);
      require(progress == ChunkProgress::message, "what is said is whole messages");
      rest.remove_prefix(consumed_bytes);
      if (reader_.message_type() == kAcknowledgementMessage) continue;
      understood.said += static_cast<char>(reader_.message_type());
      understood.said += reader_.command();
      understood.said += reader_.payload();
    }
  }

  void note(PlayerProgress progress) {
    switch (progress) {
    case PlayerProgress::need_more: return;
    case PlayerProgress::started:
      require(!std::exchange(has_started_, true), "a stream starts once");
      understood.events += "started;";
      return;
    case PlayerProgress::stopped: understood.events += "stopped;"; return;
    case PlayerProgress::missing: understood.events += "missing;"; return;
    case PlayerProgress::refused:
      require(player_.refusal().size() <= 64, "a server's words are cut");
      understood.events += "refused " + player_.refusal() + ";";
      return;
    case PlayerProgress::failed: understood.events += "failed;"; return;
    case PlayerProgress::media:
      understood.events +=
          std::to_string(player_.message().time) + " " + std::to_string(player_.message().payload.size()) + ";";
      return;
    }
  }

  RtmpPlayer player_{std::string(kHandshakeRandomBytes, 'r'), {"live", "rtmp://media/live", "cam"}};
  RtmpChunkReader reader_ = RtmpChunkReader::whole(1 << 20); // of what it says
  std::size_t handshake_left_bytes_ = kHandshakeBytes;
  std::size_t said_bytes_ = 0;
  bool has_started_ = false;
};

Understood understand(std::string_view bytes, std::size_t piece_bytes) {
  Server server;
  for (std::size_t at = 0; at < bytes.size(); at += piece_bytes)
    server.feed(bytes.substr(at, piece_bytes));
  server.check_bounds(bytes.size());
  return server.understood;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  // As a whole handshake is long, the input follows one that is made up.
  std::string bytes(kHandshakeBytes, 'h');
  bytes.front() = static_cast<char>(kRtmpVersion);
  bytes.append(reinterpret_cast<const char*>(data), size);
  const Understood whole = understand(bytes, bytes.size());
  require(whole == understand(bytes, data[size - 1] + 1u), "a cut changes nothing");
  return 0;
}
