// SPDX-License-Identifier: Apache-2.0
// An httpd with every kind of stream: at a media server, at its own hub, and fetched from another hub.
#pragma once

#include "life/lasting/echo_server.hpp"
#include "life/lasting/lasting_stream.hpp"
#include "support/httpd/httpd_fixture.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// One way for a stream to travel, and who makes a client of it.
struct Leg {
  std::string name;
  std::function<std::unique_ptr<StreamWork>(std::uint32_t seed)> make;
};

using LastingStreams = std::vector<std::unique_ptr<LastingStream>>;

struct LifeOptions {
  std::string lines = {}; // outside of virtual hosts
  std::string session_log = "logs/session.log";
  std::string session_timeout = "120s"; // reloads may take a while
};

// Virtual hosts: localhost, without TLS and with TLS that ends at the gateway; kept.example, whose TLS httpd has. Below
// /show is the hub, below /far what another httpd's hub has, /other goes to an EchoServer of its own, and all else to
// another.
class LifeSite {
 public:
  // Started on return.
  explicit LifeSite(LifeOptions options = {});

  HttpdFixture& httpd() { return httpd_; }
  EchoServer& media() { return media_; }
  // The one of streams below /other.
  EchoServer& other_media() { return *other_; }
  // Ends it, and begins another one at the same port.
  void end_other_media() { other_.reset(); }
  void begin_other_media() { other_ = std::make_unique<EchoServer>(other_port_); }

  // Another virtual host and another certificate, for the next generation of httpd.
  void change_configuration();

  // Streams at the media server whose bytes come back, by all ways that outlive a restart.
  std::vector<Leg> echo_legs();
  // The same whose TLS httpd has, with clients that repeat nothing.
  std::vector<Leg> kept_legs();
  // One of each kind that comes by these ways to httpd's ports; its clients repeat nothing.
  static std::vector<Leg> legs_at(const Endpoint& plain, const Endpoint& tls);
  // Those of RTMPT alone.
  static std::vector<Leg> tunnel_legs_at(const Endpoint& plain, const Endpoint& tls);
  // A stream below /other.
  std::vector<Leg> other_legs();
  // Publishers of /show/cam and /show/tls, and of /far/cam at the other httpd.
  LastingStreams publish();
  // Viewers of these.
  std::vector<Leg> viewer_legs();

  // Sessions that the gateway has now.
  std::size_t sessions() const;

 private:
  HttpdOptions options() const;
  Endpoint kept() const;

  EchoServer media_;
  std::unique_ptr<EchoServer> other_;
  std::uint16_t other_port_;
  LifeOptions terms_;
  int generation_ = 0;
  HttpdFixture origin_;
  HttpdFixture httpd_;
};

// One of each leg in turn, `each` times.
LastingStreams begin(const std::vector<Leg>& legs, int each);

// Checks that each breaks, and forgets them.
void check_all_break(LastingStreams& streams);

// Checks that each goes on.
void check_all_go_on(const LastingStreams& streams);

// Stops them, checks that nothing came otherwise than it should, and returns what they have done together.
std::uint64_t stop_all(const LastingStreams& streams);

} // namespace rtmpt_proxy::test
