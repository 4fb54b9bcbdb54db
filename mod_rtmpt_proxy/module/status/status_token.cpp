// SPDX-License-Identifier: Apache-2.0
#include "module/status/status_token.hpp"

#include "module/core/hook_guard.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kSecretKey = "rtmpt_proxy_status_secret_1";
constexpr std::uint64_t kGoodForMinutes = 12 * 60;
constexpr std::uint64_t kMicrosecondsPerMinute = 60'000'000;

// Two keys, for a tag of twice SipHash's 64 bits.
struct Secret {
  bool made;
  unsigned char keys[2][APR_SIPHASH_KSIZE];
};

const Secret* find_secret() {
  const auto* const secret = static_cast<Secret*>(ap_retained_data_get(kSecretKey));
  return secret && secret->made ? secret : nullptr;
}

// Tokens outlive a graceful restart, so the secret does.
int make_secret(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec*) {
  if (ap_retained_data_get(kSecretKey)) return OK;
  auto* const secret = static_cast<Secret*>(ap_retained_data_create(kSecretKey, sizeof(Secret)));
  secret->made = apr_generate_random_bytes(&secret->keys[0][0], sizeof secret->keys) == APR_SUCCESS;
  return OK;
}

std::uint64_t minute_of(const request_rec* r) {
  return static_cast<std::uint64_t>(r->request_time) / kMicrosecondsPerMinute;
}

// "<minute>-<tag>", both in hexadecimal digits.
std::string token_of(const Secret& secret, const request_rec* r, std::uint64_t minute) {
  std::array<char, 32> digits{};
  std::string token(digits.data(), static_cast<std::size_t>(std::snprintf(digits.data(), digits.size(), "%llx",
                                                                          static_cast<unsigned long long>(minute))));
  // The length keeps the path and the user apart, whatever bytes they contain.
  const std::string_view path(r->uri);
  const std::string signed_text =
      token + '\n' + std::to_string(path.size()) + '\n' + std::string(path) + (r->user ? r->user : "");
  token += '-';
  for (const auto& key : secret.keys) {
    const auto tag = static_cast<unsigned long long>(apr_siphash24(signed_text.data(), signed_text.size(), key));
    token.append(digits.data(), static_cast<std::size_t>(std::snprintf(digits.data(), digits.size(), "%016llx", tag)));
  }
  return token;
}

bool equal_in_constant_time(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    difference |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  return difference == 0;
}

} // namespace

std::string make_status_token(const request_rec* r) {
  const Secret* const secret = find_secret();
  return secret ? token_of(*secret, r, minute_of(r)) : std::string();
}

bool is_status_token(const request_rec* r, std::string_view token) {
  const Secret* const secret = find_secret();
  std::uint64_t minute = 0;
  constexpr int kHexadecimal = 16;
  const auto [rest, error] = std::from_chars(token.data(), token.data() + token.size(), minute, kHexadecimal);
  const std::uint64_t now = minute_of(r);
  if (!secret || error != std::errc() || minute > now + 1 || now - std::min(now, minute) > kGoodForMinutes)
    return false;
  return equal_in_constant_time(token_of(*secret, r, minute), token);
}

void register_status_token_hooks(apr_pool_t*) {
  // No order: nobody asks for a token before there are children.
  ap_hook_post_config(guarded<make_secret, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
