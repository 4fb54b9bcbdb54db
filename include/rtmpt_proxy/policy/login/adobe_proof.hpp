// SPDX-License-Identifier: Apache-2.0
// Whether a client's answer to a challenge of Adobe's authmod proves its password: see adobe_login.hpp.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

using Md5 = std::array<std::uint8_t, 16>;
// The caller gives it, because this library links no cryptography.
using Md5Function = Md5 (*)(std::string_view text);

// What `htdigest` keeps of a user, as 32 hexadecimal digits: md5("user:realm:password"). Unset for any other text.
std::optional<Md5> read_realm_hash(std::string_view digits);

// The answer of who knows that password.
std::string adobe_response(const Md5& realm_hash, std::string_view opaque, std::string_view challenge, Md5Function md5);

// Takes as long for a wrong answer as for a right one.
bool proves_password(const protocol::AdobeLogin& login, const Md5& realm_hash, Md5Function md5);

} // namespace rtmpt_proxy::policy
