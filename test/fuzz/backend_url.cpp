// SPDX-License-Identifier: Apache-2.0
// A target that is accepted must come back from its own text; one that is refused must have a printable reason.
#include "require.hpp"

#include <rtmpt_proxy/policy/routing/pass_target.hpp>

#include <algorithm>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const PassTargetResult result = parse_pass_target(text);
  const BackendUrlResult backend = parse_backend_url(text);
  require(backend.error.empty() == std::holds_alternative<BackendUrl>(result.target), "a backend is a target");
  if (!result.error.empty()) {
    const bool printable =
        std::all_of(result.error.begin(), result.error.end(), [](char c) { return c >= ' ' && c <= '~'; });
    require(printable, "a message is printable");
    return 0;
  }
  if (backend.error.empty())
    require(!backend.url.host.empty() && backend.url.port != 0, "an accepted URL has a host and a port");
  const PassTargetResult again = parse_pass_target(to_string(result.target));
  require(again.error.empty() && again.target == result.target, "the text of a target parses to the same target");
  return 0;
}
