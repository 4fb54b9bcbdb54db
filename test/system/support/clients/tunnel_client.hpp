// SPDX-License-Identifier: Apache-2.0
// An RTMPT client whose every request is written by the test.
#pragma once

#include "support/clients/http_connection.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// "/send/<id>/<number>" and so on.
std::string tunnel_target(std::string_view kind, std::string_view id, std::uint32_t number);

// An id that no session has, made of one that a session has: it names the same gateway and event loop, so the answer is
// the gateway's own.
std::string unknown_id(std::string id);

// The RTMP bytes in the reply to a send or idle: all but the polling byte. Throws std::runtime_error when the reply is
// not a 200 with at least that byte.
std::string rtmp_bytes(const HttpResponse& reply);

// One session, on one keep-alive connection at a time. Numbers start at `first_number` and grow by one a request.
class TunnelClient {
 public:
  // `headers` go into each request, each with its CRLF ("Via: 1.1 test\r\n").
  explicit TunnelClient(Endpoint endpoint, std::string headers = {}, std::uint32_t first_number = 0)
      : endpoint_(std::move(endpoint)), headers_(std::move(headers)), next_number_(first_number) {
    reconnect();
  }

  // Opens the session; throws std::runtime_error with the answer when there is none to be had.
  void open();

  // The same, but returns whatever the server says.
  HttpResponse try_open();

  HttpResponse send(std::string_view bytes, Deadline deadline = Deadline{});
  HttpResponse idle(Deadline deadline = Deadline{});
  HttpResponse close();

  // Polls until `count` RTMP bytes have come in all, adding to `received()`. Throws TimedOut.
  std::string poll_for(std::size_t count, Deadline deadline = Deadline{});

  // RTMP bytes of all replies to send() and idle() so far.
  const std::string& received() const { return received_; }

  // Text of a request, for tests that choose number, pieces and connection themselves.
  std::string request(std::string_view kind, std::uint32_t number, std::string_view body) const;
  std::uint32_t take_number() { return next_number_++; }

  // Uses a new connection from now on; the old one is closed.
  void reconnect() { connection_ = std::make_unique<HttpConnection>(endpoint_); }

  HttpConnection& connection() { return *connection_; }
  const Endpoint& endpoint() const { return endpoint_; }
  const std::string& id() const { return id_; }
  const std::string& headers() const { return headers_; }

 private:
  HttpResponse polled(HttpResponse reply);

  Endpoint endpoint_;
  std::string headers_;
  std::uint32_t next_number_;
  std::string id_;
  std::string received_;
  std::unique_ptr<HttpConnection> connection_;
};

} // namespace rtmpt_proxy::test
