// SPDX-License-Identifier: Apache-2.0
#include "policy/text/header_text.hpp"

#include <rtmpt_proxy/policy/routing/stream_rules.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kPublishMethod = "PUBLISH";
constexpr std::string_view kPlayMethod = "PLAY";
constexpr std::array<std::string_view, 2> kStreamMethods{kPublishMethod, kPlayMethod};
constexpr std::string_view kOpenMethod = "OPEN";
constexpr std::array<std::string_view, 2> kStreamProviders{"stream-token", "stream-callback"};
constexpr std::array<std::string_view, 2> kMethodVariables{"REQUEST_METHOD", "THE_REQUEST"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Where `word` stands in `text`, in any case of letters; npos: nowhere.
std::size_t find_in_any_case(std::string_view text, std::string_view word, std::size_t from) {
  for (; from + word.size() <= text.size(); ++from)
    if (equal_in_any_case(text.substr(from, word.size()), word)) return from;
  return std::string_view::npos;
}

bool is_whole_word(std::string_view text, std::size_t at, std::size_t count) {
  const std::size_t end = at + count;
  return (at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]));
}

bool has_whole_word(std::string_view text, std::string_view word) {
  std::size_t at = find_in_any_case(text, word, 0);
  for (; at != std::string_view::npos; at = find_in_any_case(text, word, at + 1))
    if (is_whole_word(text, at, word.size())) return true;
  return false;
}

// Whether one of the words is the method: "PLAY", "PLAY>" or, for AllowMethods, "+PLAY".
bool lists(const SiteLine& line, std::string_view method) {
  return std::any_of(line.words.begin(), line.words.end(),
                     [method](const std::string& word) { return has_whole_word(word, method); });
}

std::string joined(const SiteLine& line, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < line.words.size(); ++i)
    text += line.words[i] + " ";
  return text;
}

// OPEN counts as well: a rule that lets only OPEN through is about streams. In small letters it is RTMPT's path.
bool names_open(std::string_view text) {
  for (std::size_t at = text.find(kOpenMethod); at != std::string_view::npos; at = text.find(kOpenMethod, at + 1))
    if (is_whole_word(text, at, kOpenMethod.size())) return true;
  return false;
}

bool names_method_of_asks(std::string_view text) {
  return names_open(text) || std::any_of(kStreamMethods.begin(), kStreamMethods.end(),
                                         [text](std::string_view method) { return has_whole_word(text, method); });
}

// Whether an expression or the subject of a condition has a variable that begins with the method.
bool speaks_of_method(std::string_view text) {
  return std::any_of(kMethodVariables.begin(), kMethodVariables.end(), [text](std::string_view variable) {
    return find_in_any_case(text, variable, 0) != std::string_view::npos;
  });
}

StreamRule rule_of_expression(std::string_view text) {
  return speaks_of_method(text) && names_method_of_asks(text) ? StreamRule::named : StreamRule::none;
}

// RewriteCond %{REQUEST_METHOD} ^(PUBLISH|PLAY)$
StreamRule rule_of_condition(const SiteLine& line) {
  if (line.words.size() < 2) return StreamRule::none;
  if (equal_in_any_case(line.words[0], "expr")) return rule_of_expression(joined(line, 1));
  return speaks_of_method(line.words[0]) && names_method_of_asks(line.words[1]) ? StreamRule::named : StreamRule::none;
}

// SetEnvIf Request_Method ^PUBLISH$ publishes
StreamRule rule_of_set_env_if(const SiteLine& line) {
  const bool is_about_method = line.words.size() >= 2 && equal_in_any_case(line.words[0], "Request_Method");
  return is_about_method && names_method_of_asks(line.words[1]) ? StreamRule::named : StreamRule::none;
}

bool is_directive(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [name](std::string_view one) { return equal_in_any_case(name, one); });
}

bool has_word(const SiteLine& line, std::string_view word) {
  return std::any_of(line.words.begin(), line.words.end(),
                     [word](const std::string& one) { return equal_in_any_case(one, word); });
}

// "Require stream-token": it is about streams whatever methods it holds for.
bool has_provider_of_streams(const SiteLine& line) {
  return std::any_of(kStreamProviders.begin(), kStreamProviders.end(),
                     [&line](std::string_view provider) { return has_word(line, provider); });
}

// "Require not method GET", "<AuthzProviderAlias method watching PLAY>", and both with expressions.
StreamRule rule_of_provider(const SiteLine& line) {
  if (has_provider_of_streams(line)) return StreamRule::named;
  const std::string text = joined(line, 0);
  if (has_word(line, "expr")) return rule_of_expression(text);
  return has_word(line, "method") && names_method_of_asks(text) ? StreamRule::named : StreamRule::none;
}

} // namespace

StreamRule stream_rule(const SiteLine& line) {
  const auto named = std::count_if(kStreamMethods.begin(), kStreamMethods.end(),
                                   [&line](std::string_view method) { return lists(line, method); });
  if (is_directive(line.name, {"<Limit"})) return named > 0 ? StreamRule::named : StreamRule::none;
  if (is_directive(line.name, {"AllowMethods"}))
    return named > 0 || lists(line, kOpenMethod) ? StreamRule::named : StreamRule::none;
  if (is_directive(line.name, {"<LimitExcept"})) {
    if (named == 0) return StreamRule::implied;
    return named == static_cast<std::ptrdiff_t>(kStreamMethods.size()) ? StreamRule::none : StreamRule::named;
  }
  if (is_directive(line.name, {"RewriteCond"})) return rule_of_condition(line);
  if (is_directive(line.name, {"SetEnvIf", "SetEnvIfNoCase"})) return rule_of_set_env_if(line);
  if (is_directive(line.name, {"Require", "<AuthzProviderAlias"})) return rule_of_provider(line);
  if (is_directive(line.name, {"<If", "<ElseIf", "SetEnvIfExpr"})) return rule_of_expression(joined(line, 0));
  return StreamRule::none;
}

bool names_publish(const SiteLine& section) {
  return lists(section, kPublishMethod);
}

bool names_play(const SiteLine& section) {
  return lists(section, kPlayMethod);
}

const std::vector<std::string_view>& stream_rule_directives() {
  static const std::vector<std::string_view> known{
      "<Limit",  "<LimitExcept", "AllowMethods", "Require",        "<AuthzProviderAlias", "<If",
      "<ElseIf", "RewriteCond",  "SetEnvIf",     "SetEnvIfNoCase", "SetEnvIfExpr"};
  return known;
}

} // namespace rtmpt_proxy::policy
