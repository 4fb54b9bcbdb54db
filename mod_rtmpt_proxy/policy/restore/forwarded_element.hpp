// SPDX-License-Identifier: Apache-2.0
// One element of RFC 7239's header Forwarded.
//
//   forwarded-element = [ pair ] *( ";" [ pair ] )        pair = token "=" ( token / quoted-string )
//   node (of for=)    = IPv4 / "[" IPv6 "]" / "unknown" / obfuscated, then [ ":" ( port / obfuscated ) ]
#pragma once

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::policy {

// More parameters than any proxy writes (RFC 7239 has four) would make looking for duplicates cost more than its bytes.
inline constexpr std::size_t kMaxForwardedParameters = 16;

// The position after the last comma of `text` that is not inside a quoted string; 0 when there is no such comma; npos
// when quotation marks after it do not match. Correct for every text that ends with elements of the grammar, whatever
// is before them. forwarded_for() checks the element itself.
std::size_t last_element_begin(std::string_view text);

// The address after "for=" when the whole of `element`, without blanks around it, follows the grammar; none when it
// does not, has a parameter twice, or has no for= with an address. The port is 0 where it is obfuscated or missing.
std::optional<protocol::Endpoint> forwarded_for(std::string_view element);

} // namespace rtmpt_proxy::policy
