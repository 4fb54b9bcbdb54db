// SPDX-License-Identifier: Apache-2.0
#include "policy/text/header_text.hpp"

#include <rtmpt_proxy/policy/routing/site_lines.hpp>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>

namespace rtmpt_proxy::policy {

namespace {

using Words = std::vector<std::string>;

constexpr int kFirstError = 400;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [text](std::string_view name) { return equal_in_any_case(text, name); });
}

bool is_refusing_status(const std::string& word) {
  return word == "gone" || std::atoi(word.c_str()) >= kFirstError;
}

// "[R=301,L]": each flag with its value.
Words flags_of(const Words& words) {
  Words flags;
  std::string_view text = words.size() > 2 ? std::string_view(words[2]) : std::string_view();
  const auto from = text.find_first_not_of("[ ");
  text = from == std::string_view::npos ? std::string_view() : text.substr(from, text.find(']') - from);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    flags.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return flags;
}

bool is_refusing_flag(const std::string& flag) {
  const std::size_t value = flag.find('=');
  if (value == std::string::npos) return is_one_of(flag, {"F", "forbidden", "G", "gone"});
  return is_one_of(flag.substr(0, value), {"R", "redirect"}) && is_refusing_status(flag.substr(value + 1));
}

bool rule_takes(const Words& words, const MatchesPath& matches) {
  if (words.size() < 2 || words[1] == "-") return false;
  const Words flags = flags_of(words);
  if (std::any_of(flags.begin(), flags.end(), is_refusing_flag)) return false;
  const bool in_any_case = std::any_of(flags.begin(), flags.end(), [](const auto& flag) {
    return is_one_of(flag, {"NC", "nocase"});
  });
  const bool negated = words[0].starts_with('!');
  return matches(words[0].substr(negated ? 1 : 0), in_any_case) != negated;
}

bool redirect_takes(const Words& words, bool is_pattern, std::string_view path, const MatchesPath& matches) {
  const bool has_status = words.size() == 3;
  if (words.size() < 2 || is_refusing_status(words[0])) return false;
  const std::string& from = words[has_status ? 1 : 0];
  return is_pattern ? matches(from, false) : covers_path(from, path);
}

bool alias_takes(const Words& words, bool is_pattern, std::string_view path, const MatchesPath& matches) {
  return words.size() >= 2 && (is_pattern ? matches(words[0], false) : covers_path(words[0], path));
}

} // namespace

bool covers_path(std::string_view prefix, std::string_view path) {
  if (prefix.empty() || !path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

bool sends_elsewhere(const SiteLine& line, std::string_view path, const MatchesPath& matches) {
  const Words& words = line.words;
  const bool is_pattern = is_one_of(line.name, {"RedirectMatch", "AliasMatch", "ScriptAliasMatch", "ProxyPassMatch"});
  if (is_one_of(line.name, {"RewriteRule"})) return rule_takes(words, matches);
  if (is_one_of(line.name, {"FallbackResource"})) return !words.empty() && words[0] != "disabled";
  if (is_one_of(line.name, {"ProxyPass", "ProxyPassMatch"}))
    return words.size() >= 2 && words[1] != "!" && words[1].find("://") != std::string::npos &&
           alias_takes(words, is_pattern, path, matches);
  if (is_one_of(line.name, {"Alias", "AliasMatch", "ScriptAlias", "ScriptAliasMatch"}))
    return alias_takes(words, is_pattern, path, matches);
  return redirect_takes(words, is_pattern, path, matches);
}

bool location_holds_for(const SiteLine& section, std::string_view path, const MatchesPath& matches) {
  bool is_pattern = equal_in_any_case(section.name, "<LocationMatch");
  if (!is_pattern && !equal_in_any_case(section.name, "<Location")) return false;
  std::size_t place = 0;
  if (!section.words.empty() && section.words[0] == "~") {
    is_pattern = true;
    place = 1;
  }
  std::string prefix = section.words.size() > place ? section.words[place] : std::string();
  if (prefix.ends_with('>')) prefix.pop_back();
  if (is_pattern) return matches(prefix, false);
  return prefix.empty() || covers_path(prefix, path);
}

} // namespace rtmpt_proxy::policy
