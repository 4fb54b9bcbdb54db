// SPDX-License-Identifier: Apache-2.0
// An httpd that takes clients of RTMP for a scripted media server.
#pragma once

#include "support/clients/rtmp_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/scripted_backend.hpp"

#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace rtmpt_proxy::test {

// A session as a test sees it: the client's end and the media server's, which has answered the gateway's handshake and
// has got the client's connect, and nothing else, behind it.
struct RtmpSession {
  RtmpClient client;
  std::unique_ptr<BackendConnection> media;

  // What the media server got behind the handshake and the connect.
  std::string received_by_media() const { return media->received().substr(media_begin); }

  std::size_t media_begin = 0;
};

// Takes the gateway's handshake and answers it; then waits for `connect` behind it, and returns how many bytes have
// come up to its end. Throws TimedOut, std::runtime_error.
std::size_t greet_gateway(BackendConnection& media, const std::string& connect);

// Connects with that application, and waits for the media server's connection. Throws as the parts do.
RtmpSession begin_session(ScriptedBackend& backend, const Endpoint& endpoint, const std::string& app = "live",
                          const std::string& tc_url = {});

class RtmpSite {
 public:
  // `options.site` gets RTMPTProxyPass to the media server and RTMPTAcceptRTMP On in front. Started on return.
  explicit RtmpSite(HttpdOptions options = {});

  // A session of a client at the plain port.
  RtmpSession session(const std::string& app = "live", const std::string& tc_url = {});

  HttpdFixture& httpd() { return httpd_; }
  ScriptedBackend& backend() { return backend_; }

 private:
  ScriptedBackend backend_;
  HttpdFixture httpd_;
};

// What a client is sent whose connect is refused with these words.
std::string refusal(protocol::RefusalWords words);

// The endpoint for a client with an address of its own, because refusals of one address come later and later.
Endpoint nth_address(Endpoint endpoint, std::size_t number);

// What a client with this connect is answered, up to the end of its connection.
std::string answer_to(const Endpoint& endpoint, const std::string& app, const std::string& tc_url = {});

// Checks that the site's page comes within three seconds.
void check_page(HttpdFixture& httpd);

// Sends about `bytes` random bytes each way in pieces of random size, in both directions at once, and compares what
// arrived at either end with what was sent: pictures from the client, anything from the media server. Throws
// std::runtime_error naming the first difference, TimedOut.
void carry_both_ways(RtmpSession& session, std::size_t bytes, std::uint32_t seed);

} // namespace rtmpt_proxy::test
