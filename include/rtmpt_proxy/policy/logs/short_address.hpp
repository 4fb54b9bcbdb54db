// SPDX-License-Identifier: Apache-2.0
// What logs and status pages tell of a client's address where it must not be told whole.
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// The network that the address belongs to: of IPv4 the first three numbers, "203.0.113.0"; of IPv6 the first 48 bits,
// "2001:db8:4f2::", and of 2002::/16, where an IPv4 address follows, the first 40. A zone is left out. "-" for a text
// that is no address: it could be anything.
std::string short_address(std::string_view address);

} // namespace rtmpt_proxy::policy
