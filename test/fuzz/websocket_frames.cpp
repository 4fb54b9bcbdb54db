// SPDX-License-Identifier: Apache-2.0
// A WebSocket client's frames are read the same however its bytes are cut (where, the last byte says), and no more is
// kept of them than a control frame has.
#include "require.hpp"

#include <rtmpt_proxy/protocol/websocket/frame_reader.hpp>

#include <string>
#include <string_view>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

struct Heard {
  std::string pings;
  bool is_closed = false;
  WebSocketError error = WebSocketError::none;
  bool operator==(const Heard&) const = default;
};

Heard hear(std::string_view bytes, std::size_t piece_bytes) {
  WebSocketFrameReader reader;
  Heard heard;
  while (!bytes.empty() && !heard.is_closed && heard.error == WebSocketError::none) {
    const auto [progress, consumed_bytes] = reader.feed(bytes.substr(0, piece_bytes));
    require(consumed_bytes <= bytes.size(), "no more is taken than there is");
    require(consumed_bytes > 0 || progress == FrameProgress::failed, "reading goes on");
    bytes.remove_prefix(consumed_bytes);
    require(reader.payload().size() <= kMaxControlPayloadBytes, "no more is kept than a control frame has");
    if (progress == FrameProgress::ping) heard.pings.append(reader.payload()).append(";");
    heard.is_closed = progress == FrameProgress::close;
    heard.error = reader.error();
    require((progress == FrameProgress::failed) == (heard.error != WebSocketError::none), "a failure has a reason");
  }
  return heard;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Heard whole = hear(bytes, size);
  require(whole == hear(bytes, data[size - 1] + 1u), "a cut changes nothing");
  require(whole == hear(bytes, 1), "bytes one by one change nothing");
  return 0;
}
