// SPDX-License-Identifier: Apache-2.0
// Chunks say the same however their bytes are cut (where, the last byte says), and take no memory that was not sent.
#include "require.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <vector>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

constexpr std::size_t kStreamsBytes = 2 * kMaxChunkStreams * 80; // a vector grows by doubling

struct Followed {
  std::vector<std::string> commands;
  std::size_t messages = 0;
  ChunkError error = ChunkError::none;
  std::size_t bytes = 0; // consumed
  bool operator==(const Followed&) const = default;
};

Followed follow(std::string_view bytes, std::size_t piece_bytes, ChunkRules rules) {
  RtmpChunkReader reader(rules);
  Followed followed;
  while (followed.bytes < bytes.size() && followed.error == ChunkError::none) {
    std::string_view piece = bytes.substr(followed.bytes, piece_bytes);
    for (ChunkProgress progress = ChunkProgress::message; progress == ChunkProgress::message && !piece.empty();) {
      const ChunkFeedResult result = reader.feed(piece);
      progress = result.progress;
      require(result.consumed_bytes <= piece.size(), "no more is consumed than there is");
      piece.remove_prefix(result.consumed_bytes);
      followed.bytes += result.consumed_bytes;
      require(progress != ChunkProgress::need_more || piece.empty(), "who wants more has taken all");
      require(reader.held_bytes() <= kStreamsBytes + 2 * followed.bytes, "memory is what was sent");
      if (progress == ChunkProgress::message) ++followed.messages;
      if (progress == ChunkProgress::message && !reader.command().empty())
        followed.commands.push_back(std::string(reader.command()) + (reader.is_amf3_command() ? "3" : "0"));
    }
    followed.error = reader.error();
  }
  require(followed.error == ChunkError::none || reader.feed("x").progress == ChunkProgress::failed, "an error stays");
  return followed;
}

Followed check(std::string_view bytes, ChunkRules rules) {
  const Followed whole = follow(bytes, bytes.size(), rules);
  require(whole == follow(bytes, static_cast<std::uint8_t>(bytes.back()) + 1u, rules), "a cut changes nothing");
  require(whole == follow(bytes, 1, rules), "bytes one by one change nothing");
  require(whole.messages <= bytes.size(), "a message has a byte at least");
  for (const std::string& command : whole.commands)
    require(command.size() <= kMaxCommandBytes + 1, "a command keeps its limit");
  return whole;
}

// What stricter rules take is read as by the others.
void require_part(const Followed& strict, const Followed& lenient) {
  require(strict.bytes <= lenient.bytes && strict.messages <= lenient.messages, "stricter rules take no more");
  require(strict.error != ChunkError::none || strict == lenient, "what all rules take means the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Followed lenient = check(bytes, ChunkRules::lenient);
  const Followed client = check(bytes, ChunkRules::client);
  require_part(client, lenient);
  require_part(check(bytes, ChunkRules::strict), client);
  return 0;
}
