// SPDX-License-Identifier: Apache-2.0
// The size of the pieces that bytes come in (the last byte says it) changes nothing in what is read of replies.
#include "gateway/backends/reply_reader.hpp"
#include "require.hpp"

#include <string>

using namespace rtmpt_proxy::gateway;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = [&bytes](std::size_t step) {
    HttpReplyReader reader;
    std::string seen;
    for (std::size_t at = 0, end = 0, used = 0;; at += used) {
      const ReplyProgress progress = reader.feed(bytes.substr(at, end - at), used);
      require(at + used <= end && (progress == ReplyProgress::bad) == (reader.error() != ReplyError::none),
              "in bounds");
      seen += std::string(reader.piece()) + (progress == ReplyProgress::complete ? "\n" : "");
      if (progress == ReplyProgress::head) seen += std::to_string(reader.head().content_length) + " ";
      if (progress == ReplyProgress::bad) return seen + std::string(to_string(reader.error()));
      if (progress != ReplyProgress::need_more) continue;
      require(end - at - used < HttpReplyReader::kMaxHeadBytes, "what waits for more is shorter than a head");
      if (end == bytes.size()) return seen + (reader.in_reply() ? "..." : "");
      end = end + step < bytes.size() ? end + step : bytes.size();
    }
  };
  require(size == 0 || read(1 + data[size - 1] % 64) == read(size), "a cut changes nothing");
  return 0;
}
