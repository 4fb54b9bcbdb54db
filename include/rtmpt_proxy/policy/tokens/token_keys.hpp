// SPDX-License-Identifier: Apache-2.0
// The file of RTMPTTokenKeys: the keys that sign the tokens of streams.
//
//   # a comment
//   2026a 0f53…      an id, and the secret behind it, separated by spaces or tabs
//
// Several keys are good at once, so that one can be replaced: a token names its key.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

inline constexpr std::size_t kMaxTokenKeyFileBytes = 64u << 10;
inline constexpr std::size_t kMaxTokenKeys = 16;
inline constexpr std::size_t kMaxTokenKeyIdBytes = 16;
inline constexpr std::size_t kLeastTokenSecretBytes = 32;
inline constexpr std::size_t kMostTokenSecretBytes = 256;

struct TokenKey {
  std::string id;     // small letters, digits and '-': it stands in each token
  std::string secret; // printable ASCII without spaces; its bytes as they are written are the key
  bool operator==(const TokenKey&) const = default;
};

using TokenKeys = std::vector<TokenKey>; // in the order of the file; the first one signs unless another is named

struct TokenKeysResult {
  TokenKeys keys;
  // For people: the line, what is wrong with it, and what was expected. Quotes no secret. Empty: the keys are good.
  std::string error;
};

// Understands the whole text of a key file. A file without a key is an error.
TokenKeysResult parse_token_keys(std::string_view text);

// The key of that id; null: there is none.
const TokenKey* find_token_key(const TokenKeys& keys, std::string_view id);

} // namespace rtmpt_proxy::policy
