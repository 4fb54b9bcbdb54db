// SPDX-License-Identifier: Apache-2.0
// A client's command, as the server that answers it reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::protocol {

enum class ClientCommandKind : std::uint8_t {
  unreadable, // it has no name or no transaction
  other,      // of no interest
  connect,
  create_stream,
  release_stream,
  announce_publish,   // FCPublish
  announce_unpublish, // FCUnpublish
  publish,
  play,
  delete_stream,
  close_stream,
};

// Texts point into the message.
struct ClientCommand {
  static constexpr std::size_t kMostFourCcs = 32;

  ClientCommandKind kind = ClientCommandKind::unreadable;
  double transaction_id = 0; // 0: the client wants no answer
  // Of publish and play; unset for publish(false), which ends a publishing, or when it is no text or too long.
  std::optional<std::string_view> stream_name;
  bool ends_publishing = false; // publish(false)
  // Of connect.
  std::string_view app;
  std::optional<double> object_encoding;
  std::vector<std::string_view> four_ccs; // enhanced RTMP's fourCcList; at most kMostFourCcs
};

// Reads AMF0. What stands behind the parts above is not looked at.
ClientCommand read_client_command(std::string_view message);

} // namespace rtmpt_proxy::protocol
