// SPDX-License-Identifier: Apache-2.0
// A command of a media server, as a viewer reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class ServerWordKind : std::uint8_t {
  unreadable, // it has no name, or no transaction
  other,      // of no interest
  result,     // _result
  error,      // _error
  status,     // onStatus
};

// Texts point into the message.
struct ServerWord {
  ServerWordKind kind = ServerWordKind::unreadable;
  double transaction_id = 0;
  std::optional<double> number; // of a result: its value, when that is a number
  std::string_view code;        // of a status, result or error: "NetStream.Play.Start"
  std::string_view level;       // likewise: "status", "error"
  bool is_error() const { return kind == ServerWordKind::error || level == "error"; }
};

// Reads AMF0. What stands behind the parts above is not looked at.
ServerWord read_server_word(std::string_view message);

// What became of a stream, by the code of a status.
enum class PlayState : std::uint8_t { other, begins, ends, missing, refused };
PlayState play_state_of(const ServerWord& status);

} // namespace rtmpt_proxy::protocol
