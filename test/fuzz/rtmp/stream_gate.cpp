// SPDX-License-Identifier: Apache-2.0
// What a client's bytes lead to is the same however they are cut (where, the last byte says), and what passes before a
// verdict never has the end of a command that is asked about.
#include "require.hpp"

#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

using namespace rtmpt_proxy::protocol;
using namespace std::string_view_literals;
using rtmpt_proxy::test::require;

namespace {

struct Outcome {
  std::vector<GatedCommand> asked;
  std::vector<std::uint64_t> passed; // at each question
  GateFault fault = GateFault::none;
  bool operator==(const Outcome&) const = default;
};

// Another reader of the same bytes: how many end before a publish or play, or a connect, that is complete after so
// many. Reads no more than what passed, so it must find none that was not allowed.
std::size_t commands_in(std::string_view bytes) {
  RtmpChunkReader reader = RtmpChunkReader::strict();
  std::size_t count = 0;
  for (;;) {
    const auto [progress, consumed_bytes] = reader.feed(bytes);
    bytes.remove_prefix(consumed_bytes);
    if (progress != ChunkProgress::message) return count;
    std::string_view text = reader.command();
    if (reader.is_amf3_command() && !text.empty()) text.remove_prefix(1);
    for (const std::string_view name : {std::string_view("\2\0\7publish", 10), std::string_view("\2\0\4play", 7)})
      if (text.starts_with(name)) {
        const bool ends_publishing =
            name.ends_with("publish") && text.substr(std::min(text.size(), name.size() + 10)).starts_with("\1\0"sv);
        if (!ends_publishing) ++count;
      }
  }
}

Outcome follow(std::string_view input, std::size_t piece_bytes, StreamGate::Begin begin) {
  StreamGate gate(begin);
  PublishedMedia media;
  Outcome outcome;
  std::uint64_t passable = 0;
  for (std::string_view rest = input; !rest.empty();) {
    const std::size_t taken = gate.feed(rest.substr(0, piece_bytes), media);
    rest.remove_prefix(taken);
    require(gate.followed_bytes() == input.size() - rest.size(), "followed bytes are counted");
    require(gate.passable_bytes() >= passable && gate.passable_bytes() <= gate.followed_bytes(), "what passes grows");
    passable = gate.passable_bytes();
    if (gate.fault() != GateFault::none) {
      require(gate.feed("x", media) == 0 && gate.passable_bytes() == passable, "nothing passes after a fault");
      break;
    }
    if (!gate.is_asking()) continue;
    if (begin == StreamGate::Begin::behind_handshake)
      require(commands_in(input.substr(0, static_cast<std::size_t>(passable))) <= outcome.asked.size(),
              "no command passes before its verdict");
    outcome.asked.push_back(gate.command());
    outcome.passed.push_back(passable);
    require(gate.feed(rest, media) == 0, "nothing is followed before the verdict");
    gate.allow();
    passable = gate.passable_bytes();
  }
  outcome.fault = gate.fault();
  return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // Inputs that begin as a handshake are RTMPT's.
  const auto begin =
      size > 3073 && data[0] == 3 ? StreamGate::Begin::at_handshake : StreamGate::Begin::behind_handshake;
  const Outcome whole = follow(input, input.size(), begin);
  require(whole == follow(input, data[size - 1] + 1u, begin), "a cut changes nothing");
  require(whole == follow(input, 1, begin), "bytes one by one change nothing");
  return 0;
}
