// SPDX-License-Identifier: Apache-2.0
// A client of RTMP whose bytes the test says.
#pragma once

#include "support/clients/byte_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

inline constexpr std::size_t kHandshakePart = 1536;                     // C1, C2, S1, S2
inline constexpr std::size_t kHandshakeAnswer = 1 + 2 * kHandshakePart; // S0, S1 and S2; or C0, C1 and C2

// A connect with that application and tcUrl (none when empty), as it is sent behind the handshake.
std::string connect_command(std::string_view app, std::string_view tc_url = {});

// Messages of a picture with random bytes, together about `bytes` of payload: what a client may send behind its
// connect.
std::string picture_messages(std::size_t bytes, std::uint32_t seed);

class RtmpClient {
 public:
  explicit RtmpClient(const Endpoint& endpoint) : stream_(connect_to(endpoint)) {}

  void send(std::string_view bytes) { stream_->write_all(bytes); }

  // C0 and C1, takes S0, S1 and S2, then C2. Throws std::runtime_error when S2 is not C1.
  void shake_hands();

  // shake_hands() and connect_command().
  void connect(std::string_view app, std::string_view tc_url = {});

  // The next so many bytes. Throws TimedOut, and std::runtime_error when the connection ends before.
  std::string receive(std::size_t count, Deadline deadline = Deadline{});

  // Everything up to the end of the connection, also when that is a reset. Throws TimedOut.
  std::string receive_all(Deadline deadline = Deadline{});

  // What has come and was not received yet; does not wait.
  std::string receive_what_is_there();

  // Ends the connection.
  void close() { stream_.reset(); }

  ByteStream& stream() { return *stream_; }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::string unread_;
};

} // namespace rtmpt_proxy::test
