// SPDX-License-Identifier: Apache-2.0
// What the server says to a client, each message whole and in chunks of kWrittenChunkBytes.
#pragma once

#include "protocol/server/client_command.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// How many bytes a side may send before they are acknowledged.
inline constexpr std::uint32_t kServerWindowBytes = 2500000;

// Window, bandwidth, chunk size, and the result of connect.
std::string connect_answer(const ClientCommand& connect);
std::string create_stream_answer(double transaction_id, std::uint32_t message_stream);
// A result without a value.
std::string empty_answer(double transaction_id);
// onFCPublish or onFCUnpublish.
std::string announce_answer(std::string_view name, std::string_view code);

// onStatus. `level` is "status" or "error".
std::string status_message(std::uint32_t message_stream, std::string_view level, std::string_view code,
                           std::string_view description);
// What a viewer is told before the first message: Stream Begin, Play.Reset, Play.Start and |RtmpSampleAccess.
std::string play_answer(std::uint32_t message_stream);
// What a viewer is told at the end of the stream.
std::string end_of_play(std::uint32_t message_stream);

} // namespace rtmpt_proxy::protocol
