// SPDX-License-Identifier: Apache-2.0
// By which key limits count a client.
#pragma once

#include <string>

namespace rtmpt_proxy::policy {

// The /64 of an IPv6 address, because one client has all of it; any other address, or text, itself.
std::string counted_as(const std::string& client_address);

} // namespace rtmpt_proxy::policy
