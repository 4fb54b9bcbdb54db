// A URL that is accepted must come back from its own text; one that is refused must have a printable reason.
#include "require.hpp"

#include <rtmpt_proxy/policy/backend_url.hpp>

#include <algorithm>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const BackendUrlResult result = parse_backend_url(text);
  if (!result.error.empty()) {
    const bool printable =
        std::all_of(result.error.begin(), result.error.end(), [](char c) { return c >= ' ' && c <= '~'; });
    require(printable, "a message is printable");
    return 0;
  }
  require(!result.url.host.empty() && result.url.port != 0, "an accepted URL has a host and a port");
  const BackendUrlResult again = parse_backend_url(to_string(result.url));
  require(again.error.empty() && again.url == result.url, "the text of a URL parses to the same URL");
  return 0;
}
