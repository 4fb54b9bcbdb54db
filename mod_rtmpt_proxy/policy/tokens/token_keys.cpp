// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/tokens/token_keys.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlanks) + 1); // npos + 1 is 0: nothing is left
}

bool is_good_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxTokenKeyIdBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// A stream's query that has one of these words is refused before anybody looks at a token in it.
bool is_taken_for_host(std::string_view id) {
  constexpr std::array<std::string_view, 2> kHosts{"vhost", "domain"};
  return std::any_of(kHosts.begin(), kHosts.end(), [id](auto word) { return id.find(word) != std::string_view::npos; });
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string fault_of_secret(std::string_view secret) {
  const std::string sizes = std::to_string(kLeastTokenSecretBytes) + " to " + std::to_string(kMostTokenSecretBytes);
  if (secret.size() < kLeastTokenSecretBytes || secret.size() > kMostTokenSecretBytes)
    return "a secret of " + std::to_string(secret.size()) + " characters: expected " + sizes +
           ", such as the output of 'openssl rand -hex 32'";
  if (!is_printable(secret)) return "a secret with a space or a character that is not ASCII: expected none";
  return {};
}

// What is wrong with a line that is neither empty nor a comment; empty: nothing, and the key is added.
std::string take_line(std::string_view line, TokenKeys& keys) {
  const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view id = line.substr(0, end);
  const std::string_view secret = trimmed(line.substr(end));
  // A line with one word may be a secret alone: it is not quoted.
  if (secret.empty()) return "one word: expected the id of a key and its secret";
  if (!is_good_id(id))
    return "a bad id in front of the secret: expected 1 to " + std::to_string(kMaxTokenKeyIdBytes) +
           " small letters, digits and '-'";
  const std::string quoted = "the key '" + std::string(id) + "' has ";
  if (is_taken_for_host(id)) return quoted + "an id with 'vhost' or 'domain', which streams' queries must not have";
  if (const std::string fault = fault_of_secret(secret); !fault.empty()) return quoted + fault;
  if (find_token_key(keys, id)) return quoted + "an id that another key has: expected one line for each";
  if (keys.size() == kMaxTokenKeys) return "over " + std::to_string(kMaxTokenKeys) + " keys";
  keys.push_back({std::string(id), std::string(secret)});
  return {};
}

} // namespace

TokenKeysResult parse_token_keys(std::string_view text) {
  TokenKeysResult result;
  const auto failed = [&result](std::string error) {
    result.keys.clear();
    result.error = std::move(error);
    return result;
  };
  if (text.size() > kMaxTokenKeyFileBytes)
    return failed("it is over " + std::to_string(kMaxTokenKeyFileBytes) + " bytes long");
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (const std::string fault = take_line(line, result.keys); !fault.empty())
      return failed("line " + std::to_string(number) + ": " + fault);
  }
  if (result.keys.empty()) return failed("it has no key: expected lines with the id of a key and its secret");
  return result;
}

const TokenKey* find_token_key(const TokenKeys& keys, std::string_view id) {
  const auto found = std::find_if(keys.begin(), keys.end(), [id](const TokenKey& key) { return key.id == id; });
  return found == keys.end() ? nullptr : &*found;
}

} // namespace rtmpt_proxy::policy
