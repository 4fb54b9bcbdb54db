// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/access_log_words.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::policy {

namespace {

struct NamedWord {
  std::string_view name;
  AccessLogWord word;
};

constexpr std::array<NamedWord, 6> kWords{{
    {"session", AccessLogWord::session},
    {"backend", AccessLogWord::backend},
    {"app", AccessLogWord::app},
    {"stream", AccessLogWord::stream},
    {"kind", AccessLogWord::kind},
    {"way", AccessLogWord::way},
}};

constexpr std::string_view kModifiers = "0123456789,!<>-";

// Removes from `rest` the token that begins after its '%'. Returns the text of its last braces, as mod_log_config keeps
// it, if the token is ours.
std::optional<std::string_view> take_token(std::string_view& rest) {
  std::string_view argument;
  while (!rest.empty()) {
    if (rest.starts_with(kAccessLogTag)) {
      rest.remove_prefix(kAccessLogTag.size());
      return argument;
    }
    if (rest.front() == '{') {
      const std::size_t end = std::min(rest.find('}'), rest.size());
      argument = rest.substr(1, end - 1);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      continue;
    }
    const bool more = kModifiers.find(rest.front()) != std::string_view::npos;
    rest.remove_prefix(1);
    if (!more) break; // another one's tag, or the second of "%%"
  }
  return std::nullopt;
}

} // namespace

std::optional<AccessLogWord> find_access_log_word(std::string_view name) {
  const auto* const found =
      std::find_if(kWords.begin(), kWords.end(), [&](const NamedWord& w) { return w.name == name; });
  return found == kWords.end() ? std::nullopt : std::optional(found->word);
}

AccessLogUse find_access_log_words(std::string_view format) {
  AccessLogUse use;
  std::string_view rest = format;
  for (std::size_t percent = rest.find('%'); percent != std::string_view::npos; percent = rest.find('%')) {
    rest.remove_prefix(percent + 1);
    const std::optional<std::string_view> name = take_token(rest);
    if (!name) continue;
    const std::optional<AccessLogWord> word = find_access_log_word(*name);
    if (!word)
      use.unknown.emplace_back(*name);
    else if (*word != AccessLogWord::way)
      use.wants_facts = true;
  }
  return use;
}

} // namespace rtmpt_proxy::policy
