// SPDX-License-Identifier: Apache-2.0
// The key cache= of a media server's line, which is ours and none of mod_proxy's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

struct CacheKey {
  std::optional<bool> is_on; // unset: there is no such key
  std::string rest;          // the other words, as they were
  std::string error;         // of a value that is neither On nor Off: what was expected, quoting it
};

// Takes the key out of the words behind a server's URL: "retry=5 cache=on". Of several the last one counts. Words are
// httpd's: one may stand in quotation marks.
CacheKey take_cache_key(std::string_view words);

} // namespace rtmpt_proxy::policy
