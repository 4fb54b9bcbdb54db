// SPDX-License-Identifier: Apache-2.0
#include "module/core/hop_name.hpp"

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/rtmpt/hop_list.hpp>

#include <array>
#include <cstdint>

namespace rtmpt_proxy::apache {

namespace {

// A change of the layout needs a new key: the memory outlives the module.
constexpr const char* kRetainedKey = "rtmpt_proxy_hop_key_1";

using Key = std::array<unsigned char, APR_SIPHASH_KSIZE>;

// Random, and kept through graceful and restart.
const Key& retained_key() {
  if (const void* const kept = ap_retained_data_get(kRetainedKey)) return *static_cast<const Key*>(kept);
  Key random{};
  // Without the system's own randomness a stranger could guess the key, and gain no more than an error line by it.
  if (apr_generate_random_bytes(random.data(), random.size()) != APR_SUCCESS)
    ap_random_insecure_bytes(random.data(), random.size());
  auto* const key = static_cast<Key*>(ap_retained_data_create(kRetainedKey, sizeof(Key)));
  *key = random;
  return *key;
}

} // namespace

std::string make_hop_name(const protocol::VhostKey& key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  static_assert(protocol::kHopNameBytes == 2 * sizeof(apr_uint64_t));
  std::uint64_t hash = apr_siphash24(key.text().data(), key.text().size(), retained_key().data());
  std::string name(protocol::kHopNameBytes, '0');
  for (auto digit = name.rbegin(); digit != name.rend(); ++digit, hash >>= 4)
    *digit = kDigits[hash & 0xf];
  return name;
}

} // namespace rtmpt_proxy::apache
