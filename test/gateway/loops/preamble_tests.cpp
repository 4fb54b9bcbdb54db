// SPDX-License-Identifier: Apache-2.0
// What the gateway sends an RTMP server in front of the client's bytes: read from a server that gives everything back.
#include "echo_backend.hpp"
#include "gateway_rig.hpp"
#include "tunnel_legs.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using apache::GatewayClient;
using protocol::ClientForwarding;
using protocol::TunnelRequestKind;

namespace {

constexpr ClientForwarding kAll[] = {ClientForwarding::none, ClientForwarding::x_forwarded_for,
                                     ClientForwarding::proxy_v1, ClientForwarding::proxy_v2, ClientForwarding::srs};

protocol::Endpoint endpoint(std::string_view address, std::uint16_t port) {
  return {protocol::parse_ip_address(address).value(), port};
}

protocol::Admission admission(const EchoBackend& backend, ClientForwarding how, std::string_view client) {
  protocol::Admission message = admission_to(backend.port());
  message.forward_client = how;
  message.client = {endpoint(client, 4711), endpoint("198.51.100.2", 80)};
  return message;
}

// Sends `bytes` and polls until so many have come back as they and the preamble are; then what has.
std::string echo(TunnelLeg& leg, const std::string& id, const std::string& bytes, std::size_t preamble_bytes) {
  std::string back = leg.request({TunnelRequestKind::send, id, 0u, bytes}).body;
  for (std::uint32_t number = 1; back.size() < preamble_bytes + bytes.size() && number < 100; ++number)
    back += leg.request({TunnelRequestKind::idle, id, number, {}}).body;
  return back;
}

} // namespace

TEST_CASE("An RTMP server is told of the client before its first byte, once", "[preamble]") {
  GatewayRig gateway(1);
  const EchoBackend backend;
  GatewayClient client({gateway.door()}, 0);
  const std::string bytes(5000, 'x');
  for (const std::string address : {"192.0.2.1", "2001:db8::1"})
    for (const ClientForwarding how : kAll) {
      INFO(address << ", " << static_cast<int>(how));
      const protocol::Admission message = admission(backend, how, address);
      const std::string expected = client_preamble(how, message.client);
      const std::string id = open_session(client, message);
      const auto leg = how == ClientForwarding::proxy_v2 ? handed_over_leg(client, id) : forwarding_leg(client);
      CHECK(echo(*leg, id, bytes, expected.size()) == expected + bytes);
    }
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}

TEST_CASE("The address of a name that answers is told of the client, whichever was tried before", "[preamble]") {
  GatewayRig gateway(1);
  const EchoBackend backend; // at 127.0.0.1: where localhost is ::1 as well, that is refused first
  GatewayClient client({gateway.door()}, 0);
  protocol::Admission message = admission(backend, ClientForwarding::proxy_v1, "192.0.2.1");
  message.backend.host = "localhost";
  const std::string id = open_session(client, message);
  const auto leg = forwarding_leg(client);
  CHECK(echo(*leg, id, "C0", 47) == "PROXY TCP4 192.0.2.1 198.51.100.2 4711 80\r\nC0");
  gateway.signal(SIGTERM);
  CHECK(gateway.wait_for_end(kPatience) == 0);
}
