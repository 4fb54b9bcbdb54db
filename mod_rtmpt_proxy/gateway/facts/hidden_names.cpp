// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/hidden_names.hpp"

#include "gateway/base/keyed_digest.hpp"
#include "gateway/base/random_bytes.hpp"

#include <rtmpt_proxy/policy/routing/stream_target.hpp>

#include <cstddef>

namespace rtmpt_proxy::gateway {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kShownBytes = 5; // a million names at once hardly share one

} // namespace

HiddenNames::HiddenNames() : key_(random_text(kKeyBytes)) {}

std::string HiddenNames::hide(std::string_view name) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const protocol::KeyedDigest digest = keyed_digest(key_, policy::bare_stream_name(name));
  std::string shown = "hidden-";
  for (std::size_t i = 0; i < kShownBytes; ++i) {
    shown += kDigits[digest[i] >> 4];
    shown += kDigits[digest[i] & 15];
  }
  return shown;
}

} // namespace rtmpt_proxy::gateway
