// SPDX-License-Identifier: Apache-2.0
// What a viewer says to a media server, in chunks of the first chunk size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// The transactions of a viewer that plays one stream.
inline constexpr double kConnectTransaction = 1;
inline constexpr double kCreateStreamTransaction = 2;
inline constexpr double kPlayTransaction = 3;

std::string player_connect(std::string_view app, std::string_view tc_url);
std::string player_create_stream();
// Plays the stream live, or waits for its publisher where the server lets viewers wait.
std::string player_play(std::string_view stream_name, std::uint32_t message_stream);

} // namespace rtmpt_proxy::protocol
