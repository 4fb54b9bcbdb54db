// SPDX-License-Identifier: Apache-2.0
// A client's connection, plain or TLS, with deadlines on every operation.
#pragma once

#include "local/descriptor.hpp"
#include "test/support/deadline.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// Where a server listens.
struct Endpoint {
  std::string address = "127.0.0.1"; // numeric, IPv4 or IPv6 without brackets
  std::uint16_t port = 0;
  bool tls = false;
  int receive_buffer_bytes = 0;  // SO_RCVBUF of the client, set before it connects; 0: the system's own
  std::string from_address = {}; // the client's own IPv4 address, such as 127.0.0.2; empty: the system's choice
  std::string preamble = {};     // bytes in front of everything else, TLS too: a PROXY header
  std::string server_name = {};  // with TLS, asked for by SNI; empty: none is
};

// One connection; one thread at a time. Bytes leave at once (no Nagle), so each write is a segment of its own while the
// network keeps up. Errors of the connection are thrown as std::system_error or std::runtime_error (TLS).
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Writes at least one byte of `bytes` and returns how many; 0 when nothing could be written by `deadline`.
  virtual std::size_t write_some(std::string_view bytes, Deadline deadline) = 0;

  // Reads at least one byte; an empty string is the end of the stream. Throws TimedOut.
  virtual std::string read_some(Deadline deadline) = 0;

  // Says that no more will be written, with TLS by its own message and without the end of the TCP stream.
  virtual void end_writing() = 0;

  // The TCP socket beneath; stays with the object.
  virtual int socket() const = 0;

  // Writes all of `bytes`. Throws TimedOut.
  void write_all(std::string_view bytes, Deadline deadline = Deadline{});
};

// Connects, with TLS where the endpoint says so (the server's certificate is not checked). Throws std::system_error,
// std::runtime_error, TimedOut.
std::unique_ptr<ByteStream> connect_to(const Endpoint& endpoint, Deadline deadline = Deadline{});

// Waits until `fd` is ready for `events` of poll(2); false when `deadline` passed first.
bool ready(int fd, short events, Deadline deadline);

// A connected, non-blocking TCP socket. Throws std::system_error, TimedOut.
local::Descriptor connect_tcp(const Endpoint& endpoint, Deadline deadline);

// Whether a server on 127.0.0.1 takes connections at `port`.
bool accepts(std::uint16_t port);

// TLS over a connected socket, which does not block. `server_name` is asked for by SNI; empty: none is.
std::unique_ptr<ByteStream> make_tls_stream(local::Descriptor socket, Deadline deadline,
                                            const std::string& server_name = {});

} // namespace rtmpt_proxy::test
