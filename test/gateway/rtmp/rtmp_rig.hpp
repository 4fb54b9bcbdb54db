// SPDX-License-Identifier: Apache-2.0
// The gateway, httpd's private listener and a media server, all in the test's hands.
#pragma once

#include "fake_httpd.hpp"
#include "rtmp_peer.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace rtmpt_proxy::test {

// So many bytes that do not repeat soon.
std::string varied_text(std::size_t bytes);

// So many bytes and some more, as a picture of a client: the gateway follows a client's chunks.
std::string picture_of(std::size_t bytes);

// Both ends of a stream, behind handshake and connect.
struct CarriedStream {
  RtmpPeer client;
  RtmpPeer server;
};

struct RtmpRig {
  static constexpr std::uint32_t kLoops = 2;

  GatewayRig gateway{kLoops};
  FakeHttpd httpd;
  RtmpListener backend;
  apache::GatewayClient client{{gateway.door()}, 0};

  RtmpRig() { httpd.introduce_to(gateway); }

  // Lets the client in that is asked about next.
  void admit_next() {
    AskedQuestion question = httpd.next();
    REQUIRE(std::holds_alternative<protocol::Admitted>(admit(client, question.preamble.ticket, backend.port())));
    question.answer(200);
  }

  // A stream of a new client.
  CarriedStream carry();
};

} // namespace rtmpt_proxy::test
