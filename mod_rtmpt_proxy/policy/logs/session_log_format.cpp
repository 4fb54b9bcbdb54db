// SPDX-License-Identifier: Apache-2.0
#include "policy/logs/log_time.hpp"
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/logs/session_log_format.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace rtmpt_proxy::policy {

namespace {

using Field = SessionLogField;

struct Token {
  std::string_view name; // the letter; for %{name}r the name
  Field field;
};

// Letters with the meaning they have in mod_log_config and mod_logio.
constexpr std::array<Token, 18> kLetters{{
    {"a", Field::client_address},
    {"h", Field::client_address},
    {"l", Field::nothing},
    {"u", Field::user},
    {"v", Field::server_name},
    {"t", Field::begin_time},
    {"D", Field::duration_us},
    {"T", Field::duration_s},
    {"r", Field::request_line},
    {"m", Field::method},
    {"U", Field::path},
    {"H", Field::protocol},
    {"s", Field::status},
    {"I", Field::bytes_received},
    {"O", Field::bytes_sent},
    {"B", Field::bytes_sent},
    {"b", Field::bytes_sent_or_dash},
    {"S", Field::bytes_both_ways},
}};

constexpr std::array<Token, 14> kNames{{
    {"app", Field::app},
    {"stream", Field::stream},
    {"kind", Field::kind},
    {"flashver", Field::flash_version},
    {"inspection", Field::inspection},
    {"way", Field::way},
    {"leg", Field::leg},
    {"tls_protocol", Field::tls_protocol},
    {"tls_cipher", Field::tls_cipher},
    {"backend", Field::backend},
    {"requests", Field::requests},
    {"end", Field::end},
    {"detail", Field::end_detail},
    {"session", Field::session},
}};

constexpr std::array<Token, 3> kDurations{{
    {"us", Field::duration_us},
    {"ms", Field::duration_ms},
    {"s", Field::duration_s},
}};

constexpr std::string_view kCommonTime = "[%d/%b/%Y:%H:%M:%S %z]";

template <std::size_t size>
std::optional<Field> find(const std::array<Token, size>& tokens, std::string_view name) {
  const auto found =
      std::find_if(tokens.begin(), tokens.end(), [name](const Token& token) { return token.name == name; });
  return found == tokens.end() ? std::nullopt : std::optional(found->field);
}

template <std::size_t size>
std::string listed(const std::array<Token, size>& tokens) {
  std::string list;
  for (const Token& token : tokens)
    list.append(list.empty() ? "" : " ").append(token.name);
  return list;
}

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}

class FormatParser {
 public:
  explicit FormatParser(std::string_view text) : rest_(text) {}

  SessionLogFormatResult run() && {
    while (!rest_.empty()) {
      if (rest_.front() == '%')
        take_token();
      else if (rest_.front() == '\\')
        take_escape();
      else
        take_character();
    }
    if (!errors_.empty()) return {{}, std::move(errors_)};
    return {SessionLogFormat(std::move(items_)), {}};
  }

 private:
  void take_character() {
    if (is_control(rest_.front()))
      error(rest_.substr(0, 1), "a control character", "a format of one line without any");
    else
      add_literal(rest_.front());
    rest_.remove_prefix(1);
  }

  void take_escape() {
    const std::string_view escape = rest_.substr(0, 2);
    const char letter = escape.size() < 2 ? '\0' : escape[1];
    if (letter == 't')
      add_literal('\t');
    else if (letter == '"' || letter == '\\')
      add_literal(letter);
    else
      error(escape, "no escape of a session log", R"(\t, \" or \\, for each session is one line)");
    rest_.remove_prefix(escape.size());
  }

  // %, perhaps < or >, perhaps an argument in braces, a letter.
  void take_token() {
    const std::string_view begin = rest_;
    rest_.remove_prefix(1);
    if (rest_.starts_with('<') || rest_.starts_with('>')) rest_.remove_prefix(1); // a session has one status
    std::optional<std::string_view> argument;
    if (rest_.starts_with('{')) {
      const std::size_t end = rest_.find('}');
      if (end == std::string_view::npos) {
        rest_ = {};
        return error(begin, "not complete", "a } behind the {");
      }
      argument = rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
    }
    const std::string_view letter = rest_.substr(0, 1);
    rest_.remove_prefix(letter.size());
    add_token(begin.substr(0, begin.size() - rest_.size()), letter, argument);
  }

  void add_token(std::string_view token, std::string_view letter, std::optional<std::string_view> argument) {
    if (letter.empty()) return error(token, "not complete", "a letter");
    if (letter == "%" && token == "%%") return add_literal('%');
    const std::optional<Field> field = find(kLetters, letter);
    if (!field)
      return error(token, "no token of a session log", "%% or % and one of " + listed(kLetters) + ", or %{name}r");
    if (letter == "t") return add_time(token, argument.value_or(""));
    if (!argument) return add(*field);
    if (letter == "r") return add_named(token, kNames, *argument);
    if (letter == "T") return add_named(token, kDurations, *argument);
    error(token, "no token of a session log", "%" + std::string(letter) + " without an argument");
  }

  void add_time(std::string_view token, std::string_view argument) {
    Field field = Field::begin_time;
    if (argument.starts_with("end:")) field = Field::end_time;
    if (argument.starts_with("end:") || argument.starts_with("begin:")) argument.remove_prefix(argument.find(':') + 1);
    const std::string_view pattern = argument.empty() ? kCommonTime : argument;
    if (std::any_of(pattern.begin(), pattern.end(), is_control))
      return error(token, "no time", "a format of one line without control characters");
    if (const std::string_view bad = bad_log_time_conversion(pattern); !bad.empty())
      return error(token, "no time because of " + quoted(bad),
                   "% and one of " + std::string(kLogTimeConversions) + ", or sec, msec, usec, msec_frac, usec_frac");
    items_.push_back({field, std::string(pattern)});
  }

  template <std::size_t size>
  void add_named(std::string_view token, const std::array<Token, size>& names, std::string_view name) {
    const std::optional<Field> field = find(names, name);
    if (!field) return error(token, "no token of a session log", "one of " + listed(names) + " between the braces");
    add(*field);
  }

  void add(Field field) { items_.push_back({field, {}}); }

  void add_literal(char c) {
    if (items_.empty() || items_.back().field != Field::literal) add(Field::literal);
    items_.back().text += c;
  }

  void error(std::string_view token, std::string_view what, std::string_view expected) {
    errors_.push_back(quoted(token) + " is " + std::string(what) + ": expected " + std::string(expected));
  }

  std::string_view rest_;
  std::vector<SessionLogItem> items_;
  std::vector<std::string> errors_;
};

} // namespace

SessionLogFormatResult parse_session_log_format(std::string_view text) {
  if (text == "common") return FormatParser(kCommonSessionLog).run();
  if (text == "combined") return FormatParser(kCombinedSessionLog).run();
  if (text.empty()) return {{}, {"\"\" is no format of a session log: expected common, combined or %-tokens"}};
  if (text.size() > kMaxSessionLogFormatBytes) {
    return {{},
            {quoted(text) + " is no format of a session log: expected at most " +
             std::to_string(kMaxSessionLogFormatBytes) + " bytes"}};
  }
  return FormatParser(text).run();
}

} // namespace rtmpt_proxy::policy
