// SPDX-License-Identifier: Apache-2.0
#include "limited_streams.hpp"

#include "test/gateway/loops/tunnel_legs.hpp"
#include "test/support/deadline.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <utility>

namespace rtmpt_proxy::test {

protocol::Admission limited_admission(const RtmpRig& rig, const std::string& client_address) {
  protocol::Admission admission = admission_to(rig.backend.port());
  admission.client_address = client_address;
  admission.client = {{*protocol::parse_ip_address(client_address), 4711},
                      {*protocol::parse_ip_address("192.0.2.99"), 80}};
  return admission;
}

CarriedStream carry_with(RtmpRig& rig, protocol::Admission admission) {
  RtmpPeer client = rtmp_client(rig.client);
  client.greet("live");
  AskedQuestion question = rig.httpd.next();
  admission.ticket = question.preamble.ticket;
  REQUIRE(std::holds_alternative<protocol::Admitted>(admit(rig.client, admission)));
  question.answer(200);
  RtmpPeer server = rig.backend.accept();
  server.answer_greeting();
  const std::string connect = connect_chunks("live");
  REQUIRE(server.receive(connect.size()) == connect);
  return {std::move(client), std::move(server)};
}

bool comes_through(CarriedStream& stream, const std::string& bytes) {
  stream.client.send(bytes);
  return stream.server.receive(bytes.size()) == bytes;
}

std::string delete_stream() {
  return chunks({3, 20, amf_string("deleteStream") + amf_number(0) + amf_null() + amf_number(1)});
}

bool is_done(RtmpRig& rig, const protocol::GatewayMessage& order) {
  auto conversation = rig.client.exchange(0, order, kPatience);
  const auto* const done = std::get_if<protocol::Done>(&conversation.answer);
  REQUIRE(done);
  const bool found = done->found;
  rig.client.give_back(0, std::move(conversation.channel));
  return found;
}

} // namespace rtmpt_proxy::test
