// SPDX-License-Identifier: Apache-2.0
// Sees to it that a client of RTMP says connect once. httpd allowed one application; a media server that took a second
// connect would open another one.
#pragma once

#include <rtmpt_proxy/protocol/rtmp/published_media.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstdint>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class ConnectFault : std::uint8_t {
  none,
  second_connect,
  bad_chunks,  // no chunk stream: see ChunkError
  bad_command, // a command that cannot be read, and might be a connect
  hiding,      // a message that could hide a command: Abort, or an aggregate
};

// A short sentence for a log; it quotes nothing of the client.
std::string_view to_string(ConnectFault fault);

// Follows everything that a client sends behind its handshake, for as long as its stream lives. Takes pieces of any
// size. Memory: a table of chunk streams, and commands that are under way. Not thread-safe.
class ConnectGuard {
 public:
  // False when these bytes must not go to the media server; then and always afterwards. `media` takes the messages.
  bool feed(std::string_view bytes, PublishedMedia& media);

  ConnectFault fault() const { return fault_; }

 private:
  void take_message();

  RtmpChunkReader chunks_{ChunkRules::client};
  bool connected_ = false;
  ConnectFault fault_ = ConnectFault::none;
};

} // namespace rtmpt_proxy::protocol
