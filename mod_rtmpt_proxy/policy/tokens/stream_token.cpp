// SPDX-License-Identifier: Apache-2.0
#include "policy/routing/ask_text.hpp"

#include <rtmpt_proxy/policy/tokens/stream_token.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace rtmpt_proxy::policy {

using protocol::KeyedDigest;
using protocol::KeyedDigestFunction;

namespace {

constexpr std::string_view kTokenField = "token=";
constexpr std::string_view kExpiresField = "expires=";
constexpr std::size_t kHexDigits = 2 * std::tuple_size_v<KeyedDigest>;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

// In small letters, and of "[::1]" what is between the brackets.
std::string plain_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return lower_case(host);
}

std::string signed_text(const TokenRight& right) {
  std::string text;
  for (const std::string_view line : {right.method, right.host, right.path})
    text.append(line).append("\n");
  return text + std::to_string(right.expires) + "\n" + std::string(right.address) + "\n";
}

std::string hex_of(const KeyedDigest& digest) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest)
    text += {kHex[byte >> 4], kHex[byte & 15]};
  return text;
}

// Looks at every character whatever the first ones are, so that the time tells nothing about them.
bool are_equal(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  volatile unsigned char difference = 0; // so that the compiler cannot leave the loop early
  for (std::size_t i = 0; i < one.size(); ++i)
    difference = static_cast<unsigned char>(difference | (one[i] ^ other[i]));
  return difference == 0;
}

struct TokenFields {
  std::string_view key_id;
  std::string_view hmac;
  std::uint64_t expires = 0;
  TokenFault fault = TokenFault::none;
};

TokenFields failed(TokenFault fault) {
  TokenFields fields;
  fields.fault = fault;
  return fields;
}

// Digits alone, without a sign or zeros in front.
std::optional<std::uint64_t> read_expires(std::string_view text) {
  std::uint64_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || rest != end || seconds > kMostTokenExpiry || text.starts_with('0')) return std::nullopt;
  return seconds;
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

TokenFields read_token(std::string_view query) {
  std::optional<std::string_view> token;
  std::optional<std::string_view> expires;
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    for (const auto& [name, value] : {std::pair{kTokenField, &token}, std::pair{kExpiresField, &expires}}) {
      if (!field.starts_with(name)) continue;
      if (*value) return failed(TokenFault::malformed);
      *value = field.substr(name.size());
    }
  }
  if (!token && !expires) return failed(TokenFault::missing);
  if (!token || !expires) return failed(TokenFault::malformed);
  const std::size_t dot = token->find('.');
  const std::optional<std::uint64_t> time = read_expires(*expires);
  if (dot == std::string_view::npos || !time) return failed(TokenFault::malformed);
  const std::string_view hmac = token->substr(dot + 1);
  if (hmac.size() != kHexDigits || !is_hex(hmac)) return failed(TokenFault::malformed);
  return {token->substr(0, dot), hmac, *time, TokenFault::none};
}

// "/live/" of "/live/cam1".
std::string folder_of(std::string_view path) {
  return std::string(path.substr(0, path.rfind('/') + 1));
}

} // namespace

std::string_view to_string(TokenFault fault) {
  switch (fault) {
  case TokenFault::none: return "no error";
  case TokenFault::missing: return "it has no token";
  case TokenFault::malformed: return "its token is not written as one";
  case TokenFault::unknown_key: return "its token names a key that there is not";
  case TokenFault::expired: return "its token has expired";
  case TokenFault::other:
    return "its token is for another method, host, stream, time or address, or was not signed with that key";
  case TokenFault::only_folder: return "its token stands behind the application and is not for all of it";
  }
  return "unknown";
}

std::string signed_query(const TokenKey& key, const TokenRight& right, KeyedDigestFunction digest) {
  TokenRight lower = right;
  const std::string host = plain_host(right.host);
  lower.host = host;
  return std::string(kTokenField) + key.id + "." + hex_of(digest(key.secret, signed_text(lower))) + "&" +
         std::string(kExpiresField) + std::to_string(right.expires);
}

TokenFault judge_token(const TokenRequest& request, const TokenKeys& keys, std::uint64_t now,
                       KeyedDigestFunction digest) {
  TokenFields fields = read_token(request.query);
  const bool is_of_app = fields.fault == TokenFault::missing && !request.app_query.empty();
  if (is_of_app) fields = read_token(request.app_query);
  if (fields.fault != TokenFault::none) return fields.fault;
  const TokenKey* const key = find_token_key(keys, fields.key_id);
  if (!key) return TokenFault::unknown_key;
  if (now > fields.expires + static_cast<std::uint64_t>(kTokenClockSkew.count())) return TokenFault::expired;
  if (has_control(request.path)) return TokenFault::other; // a line end would move the lines that are signed
  const std::string host = plain_host(request.host);
  const auto fits = [&](std::string_view path) {
    const auto is_signed_for = [&](std::string_view address) {
      const TokenRight right{request.method, host, path, fields.expires, address};
      return are_equal(hex_of(digest(key->secret, signed_text(right))), fields.hmac);
    };
    return is_signed_for({}) || is_signed_for(request.address);
  };
  if (fits(folder_of(request.path)) || fits(std::string(request.path) + "/")) return TokenFault::none;
  if (!fits(request.path)) return TokenFault::other;
  return is_of_app ? TokenFault::only_folder : TokenFault::none;
}

// Wherever the words stand: "&amp;token=" of a page that was escaped twice is a secret as well.
bool looks_like_token(std::string_view query) {
  return query.find(kTokenField) != std::string_view::npos && query.find(kExpiresField) != std::string_view::npos;
}

std::string_view path_of_view(std::string_view path) {
  constexpr std::string_view kFlv = ".flv";
  return path.ends_with(kFlv) ? path.substr(0, path.size() - kFlv.size()) : path;
}

} // namespace rtmpt_proxy::policy
