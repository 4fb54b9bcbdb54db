// SPDX-License-Identifier: Apache-2.0
// A byte-exact HTTP/1.x client: what is sent is written out by the test, what comes back is taken apart strictly.
#pragma once

#include "support/clients/byte_stream.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::test {

struct HttpResponse {
  int status = 0;
  std::string head; // status line and headers as they came, with the empty line
  std::string body;

  // The value of the header of exactly this spelling (librtmp knows only one), or nothing.
  std::optional<std::string> header(std::string_view name) const;

  // Whether the server says that it closes the connection after this answer.
  bool says_close() const;
};

class HttpConnection {
 public:
  explicit HttpConnection(const Endpoint& endpoint) : stream_(connect_to(endpoint)) {}
  explicit HttpConnection(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

  // Sends these bytes and nothing else.
  void send(std::string_view bytes, Deadline deadline = Deadline{}) { stream_->write_all(bytes, deadline); }

  // Reads one response; a 1xx is one of its own. Throws TimedOut, and std::runtime_error quoting what came when it is
  // no response with a Content-Length or in chunks (or, after `Connection: close`, one that ends with the connection).
  HttpResponse receive(Deadline deadline = Deadline{});

  // send() and receive().
  HttpResponse exchange(std::string_view bytes, Deadline deadline = Deadline{});

  // Whether the server ends the connection (or resets it) by `deadline` without another byte.
  bool closed_by_server(Deadline deadline = Deadline{});

  // Whether a byte of an answer, or the end of the connection, is there to read, now or by `deadline`.
  bool readable(Deadline deadline);

  // Ends the connection with a reset instead of a proper end.
  void reset();

  ByteStream& stream() { return *stream_; }

 private:
  std::string read_head(Deadline deadline);
  std::string read_body(const HttpResponse& response, Deadline deadline);
  std::string read_chunks(const HttpResponse& response, Deadline deadline);
  void await_bytes(std::size_t count, const HttpResponse& response, Deadline deadline);

  std::unique_ptr<ByteStream> stream_;
  std::string buffer_; // read and not yet consumed
};

// "POST <target> HTTP/1.1" with the headers given (each with its CRLF), Content-Length and the body. Without a Host
// among the headers it is localhost.
std::string post(std::string_view target, std::string_view body, std::string_view headers = {});

// "GET <target> HTTP/1.1" likewise.
std::string get(std::string_view target, std::string_view headers = {});

// One GET on a connection of its own.
HttpResponse fetch(const Endpoint& endpoint, std::string_view target, Deadline deadline = Deadline{});

} // namespace rtmpt_proxy::test
