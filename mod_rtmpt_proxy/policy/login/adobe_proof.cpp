// SPDX-License-Identifier: Apache-2.0
#include "policy/login/equal_text.hpp"

#include <rtmpt_proxy/policy/login/adobe_proof.hpp>
#include <rtmpt_proxy/policy/text/base64.hpp>

#include <cstddef>

namespace rtmpt_proxy::policy {

namespace {

std::string in_base64(const Md5& hash) {
  return to_base64(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

} // namespace

std::optional<Md5> read_realm_hash(std::string_view digits) {
  Md5 hash{};
  if (digits.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const int high = value_of(digits[2 * i]);
    const int low = value_of(digits[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return hash;
}

std::string adobe_response(const Md5& realm_hash, std::string_view opaque, std::string_view challenge,
                           Md5Function md5) {
  return in_base64(md5(in_base64(realm_hash).append(opaque).append(challenge)));
}

bool proves_password(const protocol::AdobeLogin& login, const Md5& realm_hash, Md5Function md5) {
  return login.answers() &&
         equal_secrets(login.response, adobe_response(realm_hash, login.opaque, login.challenge, md5));
}

} // namespace rtmpt_proxy::policy
