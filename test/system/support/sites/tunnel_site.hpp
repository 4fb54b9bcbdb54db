// SPDX-License-Identifier: Apache-2.0
// An httpd whose streams go to a scripted backend, and the ways a client can reach it.
#pragma once

#include "support/clients/tunnel_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/scripted_backend.hpp"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// One way for tunnel requests to travel.
struct Carriage {
  std::string name;
  bool tls = false;
  std::string headers; // of each request, each with its CRLF
  bool handed_over = false;
};

std::ostream& operator<<(std::ostream& out, const Carriage& carriage);

// Handed over; forwarded because of a Via header; over TLS, pumped on MPM event and forwarded on the others.
std::vector<Carriage> carriages();
Carriage handed_over();
Carriage forwarded();

// A session as a test sees it: the client's end and the backend's.
struct TunnelSession {
  TunnelClient client;
  std::unique_ptr<BackendConnection> media;
};

// Sends the request on a new connection to where the session's client connects.
HttpResponse ask_anew(const TunnelSession& session, const std::string& request);

// Options whose virtual hosts have these lines.
HttpdOptions site_with(const std::string& lines);

class TunnelSite {
 public:
  // `options.site` gets RTMPTProxyPass to the backend in front. Started on return.
  explicit TunnelSite(HttpdOptions options = {}, int backend_receive_buffer_bytes = 0);

  // A client that has not opened a session yet.
  TunnelClient client(const Carriage& carriage, std::uint32_t first_number = 0) const;

  // A client with a session and its backend connection. Throws when there is none to be had.
  TunnelSession session(const Carriage& carriage, std::uint32_t first_number = 0);

  HttpdFixture& httpd() { return httpd_; }
  ScriptedBackend& backend() { return backend_; }

 private:
  ScriptedBackend backend_;
  HttpdFixture httpd_;
};

// Sends about `bytes` random bytes each way in pieces of random size, all at once in both directions, and compares what
// arrived at either end with what was sent. Throws std::runtime_error naming the first difference.
void carry_both_ways(TunnelSession& session, std::size_t bytes, std::uint32_t seed);

} // namespace rtmpt_proxy::test
