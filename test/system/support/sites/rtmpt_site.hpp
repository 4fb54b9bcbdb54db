// SPDX-License-Identifier: Apache-2.0
// An httpd whose streams go to a scripted RTMPT server.
#pragma once

#include "support/clients/tunnel_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/scripted_rtmpt_server.hpp"
#include "support/sites/tunnel_site.hpp"

#include <cstddef>
#include <string>

namespace rtmpt_proxy::test {

// A session as a test sees it: the client's end, and its place at the server.
struct RtmptSession {
  TunnelClient client;
  std::size_t at_server = 0; // ScriptedRtmptServer::session()
};

class RtmptSite {
 public:
  // `options.site` gets RTMPTProxyPass to the server, with `keys` behind the URL, in front. Started on return.
  explicit RtmptSite(HttpdOptions options = {}, RtmptServerOptions server = {}, const std::string& keys = {});

  // A client that has not opened a session yet.
  TunnelClient client(const Carriage& carriage) const;

  // A client with a session. Throws when there is none to be had.
  RtmptSession session(const Carriage& carriage = handed_over());

  HttpdFixture& httpd() { return httpd_; }
  ScriptedRtmptServer& server() { return server_; }

 private:
  ScriptedRtmptServer server_;
  HttpdFixture httpd_;
};

// Sends about `bytes` random bytes each way in pieces of random size, all at once in both directions, and compares what
// arrived at either end with what was sent. Throws std::runtime_error naming the first difference.
void carry_both_ways(RtmptSite& site, RtmptSession& session, std::size_t bytes, std::uint32_t seed);

} // namespace rtmpt_proxy::test
