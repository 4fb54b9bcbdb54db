// SPDX-License-Identifier: Apache-2.0
// The words of %{word}^RT in formats of httpd's access log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

enum class AccessLogWord : std::uint8_t { session, backend, app, stream, kind, way };

inline constexpr std::string_view kAccessLogTag = "^RT";
// For messages.
inline constexpr std::string_view kAccessLogWords = "session, backend, app, stream, kind or way";

// The word of that name, in lower case.
std::optional<AccessLogWord> find_access_log_word(std::string_view name);

struct AccessLogUse {
  bool wants_facts = false;         // a word needs facts that only the gateway knows: any word but `way`
  std::vector<std::string> unknown; // words that do not exist; empty: no braces
};

// Which words a format asks for. `format` may be the whole text behind LogFormat or CustomLog, file name, quotes and
// all. Reads tokens as mod_log_config does: %, then any of status codes, "!", "<", ">" and "{...}", then the tag; "%%"
// is no token.
AccessLogUse find_access_log_words(std::string_view format);

} // namespace rtmpt_proxy::policy
