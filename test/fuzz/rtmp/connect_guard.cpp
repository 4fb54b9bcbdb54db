// SPDX-License-Identifier: Apache-2.0
// A client's bytes behind its handshake pass or do not pass alike, however they are cut (where, the last byte says).
#include "require.hpp"

#include <rtmpt_proxy/protocol/rtmp/connect_guard.hpp>

#include <algorithm>
#include <string_view>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

ConnectFault fault_of(std::string_view bytes, std::size_t piece_bytes) {
  ConnectGuard guard;
  PublishedMedia media;
  while (!bytes.empty()) {
    const std::size_t count = std::min(piece_bytes, bytes.size());
    const bool passed = guard.feed(bytes.substr(0, count), media);
    require(passed == (guard.fault() == ConnectFault::none), "what does not pass has a reason");
    if (!passed) {
      require(!guard.feed("x", media), "nothing passes after a fault");
      break;
    }
    bytes.remove_prefix(count);
  }
  return guard.fault();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const ConnectFault whole = fault_of(input, input.size());
  require(whole == fault_of(input, data[size - 1] + 1u), "a cut changes nothing");
  require(whole == fault_of(input, 1), "bytes one by one change nothing");
  return 0;
}
