// SPDX-License-Identifier: Apache-2.0
// What a client of RTMP says behind its handshake.
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::probe {

inline constexpr double kConnectTransaction = 1;

// The connect command in chunks of the first chunk size.
std::string connect_command(std::string_view app, std::string_view tc_url);

} // namespace rtmpt_proxy::probe
