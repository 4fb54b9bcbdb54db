// SPDX-License-Identifier: Apache-2.0
#include "policy/restore/forwarded_element.hpp"

#include "policy/text/header_text.hpp"
#include "policy/text/url_text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace rtmpt_proxy::policy {

namespace {

using protocol::Endpoint;

// tchar of RFC 9110 5.6.2.
constexpr bool is_token_character(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr bool is_obfuscated_character(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
}

// What a quoted string may contain, escaped or not: HTAB, SP, VCHAR and obs-text.
constexpr bool is_quotable(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f');
}

// Where the quoted string begins that ends at `closing`; npos when nothing opens it. An opening quotation mark comes
// after '='; one inside the string comes after a backslash.
std::size_t opening_mark(std::string_view text, std::size_t closing) {
  for (std::size_t at = closing; at-- > 0;)
    if (text[at] == '"' && (at == 0 || text[at - 1] != '\\')) return at;
  return std::string_view::npos;
}

// A value without its escapes. Empty (and so no address) when it is longer than any node that proxies write.
class UnquotedText {
 public:
  void put(char c) {
    if (size_ < characters_.size()) characters_[size_] = c;
    ++size_;
  }
  std::string_view view() const {
    return size_ <= characters_.size() ? std::string_view(characters_.data(), size_) : std::string_view();
  }

 private:
  std::array<char, 128> characters_{};
  std::size_t size_ = 0;
};

// Reads the parts of the grammar from the front of an element. Each function returns false when the part is not there.
class ElementReader {
 public:
  explicit ElementReader(std::string_view element) : rest_(element) {}

  bool at_end() const { return rest_.empty(); }
  bool at(char c) const { return rest_.starts_with(c); }

  bool skip(char c) {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool token(std::string_view& token) {
    const auto* const end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
    token = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(token.size());
    return !token.empty();
  }

  bool value(UnquotedText& value) {
    if (skip('"')) return quoted_rest(value);
    std::string_view text;
    if (!token(text)) return false;
    for (const char c : text)
      value.put(c);
    return true;
  }

 private:
  bool quoted_rest(UnquotedText& value) {
    while (!skip('"')) {
      skip('\\'); // of a pair the second character counts, whatever it is
      if (at_end() || !is_quotable(rest_.front())) return false;
      value.put(rest_.front());
      rest_.remove_prefix(1);
    }
    return true;
  }

  std::string_view rest_;
};

// The names of one element's parameters, in any case, each once.
class ParameterNames {
 public:
  bool add(std::string_view name) {
    const auto known = std::span(names_).first(count_);
    const auto is_name = [name](std::string_view other) { return equal_in_any_case(name, other); };
    if (count_ == names_.size() || std::any_of(known.begin(), known.end(), is_name)) return false;
    names_[count_++] = name;
    return true;
  }

 private:
  std::array<std::string_view, kMaxForwardedParameters> names_{};
  std::size_t count_ = 0;
};

// An IPv6 address stands in brackets here, and a port may be hidden behind a made-up word.
std::optional<Endpoint> parse_node(std::string_view node) {
  const std::size_t hidden = node.find(":_");
  if (hidden != std::string_view::npos) {
    const std::string_view word = node.substr(hidden + 2);
    if (word.empty() || !std::all_of(word.begin(), word.end(), is_obfuscated_character)) return std::nullopt;
    node = node.substr(0, hidden);
  }
  if (!node.starts_with('[') && node.find(':') != node.rfind(':')) return std::nullopt;
  const std::optional<Endpoint> endpoint = protocol::parse_endpoint(node);
  const bool two_ports = hidden != std::string_view::npos && endpoint && endpoint->port != 0;
  return two_ports ? std::nullopt : endpoint;
}

} // namespace

std::size_t last_element_begin(std::string_view text) {
  for (std::size_t end = text.size(); end > 0; --end) {
    const char last = text[end - 1];
    if (last == ',') return end;
    if (last != '"') continue;
    const std::size_t opening = opening_mark(text, end - 1);
    if (opening == std::string_view::npos) return opening;
    end = opening + 1;
  }
  return 0;
}

std::optional<Endpoint> forwarded_for(std::string_view element) {
  ElementReader reader(element);
  ParameterNames names;
  std::optional<Endpoint> client;
  do {
    if (reader.at_end() || reader.at(';')) continue; // the grammar allows a pair to be missing
    std::string_view name;
    UnquotedText value;
    if (!reader.token(name) || !reader.skip('=') || !reader.value(value) || !names.add(name)) return std::nullopt;
    if (!equal_in_any_case(name, "for")) continue;
    client = parse_node(value.view());
    if (!client) return std::nullopt;
  } while (reader.skip(';'));
  return reader.at_end() ? client : std::nullopt;
}

} // namespace rtmpt_proxy::policy
