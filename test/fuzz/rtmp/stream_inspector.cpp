// SPDX-License-Identifier: Apache-2.0
// What is learnt is the same however the bytes are cut (where, the last byte says), keeps its limits, has no query, and
// costs no memory once it is known. Inputs of up to 2048 bytes go behind a handshake: fuzzers find none by themselves.
#include "require.hpp"

#include <rtmpt_proxy/protocol/rtmp/stream_inspector.hpp>

#include <algorithm>
#include <string>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

constexpr std::size_t kMaxBareBytes = 2048;

StreamFacts inspect(const std::string& front, std::string_view bytes, std::size_t piece_bytes) {
  StreamInspector inspector;
  inspector.feed(front);
  StreamFacts last = inspector.facts();
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece_bytes, bytes.size()))) {
    inspector.feed(bytes.substr(0, piece_bytes));
    require(last.state == InspectionState::looking || inspector.facts() == last, "what is done stays");
    last = inspector.facts();
  }
  require(inspector.is_done() == (last.state != InspectionState::looking), "it is done or looking");
  require(!inspector.is_done() || inspector.held_bytes() == 0, "memory is given back");
  return last;
}

void check(const std::string& front, std::string_view bytes, std::size_t piece_bytes) {
  const StreamFacts facts = inspect(front, bytes, bytes.size() + 1);
  require(facts == inspect(front, bytes, piece_bytes), "a cut changes nothing");
  require(facts == inspect(front, bytes, 1), "bytes one by one change nothing");
  require((facts.state == InspectionState::known) == (facts.kind != StreamKind::none), "known is publish or play");
  require((facts.state == InspectionState::unparsable) != facts.problem.empty(), "a problem has words");
  require(facts.app.size() <= kMaxAppBytes && facts.stream_name.size() <= kMaxStreamNameBytes &&
              facts.flash_version.size() <= kMaxFlashVersionBytes,
          "names keep their limits");
  require((facts.app + facts.stream_name).find('?') == std::string::npos, "queries are left out");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t piece_bytes = data[size - 1] + 1u;
  if (size <= kMaxBareBytes) check('\x03' + std::string(2 * 1536, 'c'), bytes, piece_bytes);
  check({}, bytes, piece_bytes);
  return 0;
}
