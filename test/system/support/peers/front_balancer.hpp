// SPDX-License-Identifier: Apache-2.0
// A real balancer in front of several httpds, with the lines that docs/behind-a-balancer.md gives administrators.
#pragma once

#include "support/clients/byte_stream.hpp"
#include "support/peers/front_program.hpp"

#include <array>
#include <cstdint>
#include <ostream>
#include <string>

namespace rtmpt_proxy::test {

enum class FrontBalancerKind { haproxy_tcp, haproxy_http, nginx_http, nginx_stream };

std::ostream& operator<<(std::ostream& out, FrontBalancerKind kind);

// The documented rule by which requests of a session reach one httpd, or plain turns instead.
enum class Sticking { documented, none };

// Where the balancer connects from: an address that is nobody else's.
inline constexpr const char* kBalancerAddress = "127.0.0.2";

// The lines that the document gives for each httpd behind this balancer.
std::string lines_for_httpd(FrontBalancerKind kind);

// One process, from construction to the end of the object.
class FrontBalancer {
 public:
  // In front of two httpds on 127.0.0.1. Returns when it accepts connections; throws with its log's text.
  FrontBalancer(FrontBalancerKind kind, std::array<std::uint16_t, 2> httpd_ports,
                Sticking sticking = Sticking::documented);

  Endpoint endpoint() const { return {"127.0.0.1", port_}; }

 private:
  std::string config(FrontBalancerKind kind, std::array<std::uint16_t, 2> httpd_ports, Sticking sticking) const;

  std::uint16_t port_;
  FrontProgram program_;
};

} // namespace rtmpt_proxy::test
