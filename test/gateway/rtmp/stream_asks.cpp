// SPDX-License-Identifier: Apache-2.0
#include "stream_asks.hpp"

#include "test/gateway/loops/tunnel_legs.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <utility>

namespace rtmpt_proxy::test {

protocol::Admission authorized_admission(const RtmpRig& rig) {
  protocol::Admission admission = admission_to(rig.backend.port());
  admission.terms.authorize_streams = true;
  admission.host = "live.example.com:8080";
  admission.client = {{*protocol::parse_ip_address("192.0.2.1"), 4711}, {*protocol::parse_ip_address("192.0.2.9"), 80}};
  return admission;
}

CarriedStream carry_authorized(RtmpRig& rig, bool over_tls, std::string_view app, bool tells_end) {
  RtmpPeer client = over_tls ? rtmps_client(rig.client, "live.example.com") : rtmp_client(rig.client);
  client.greet(app);
  AskedQuestion question = rig.httpd.next();
  protocol::Admission admission = authorized_admission(rig);
  admission.ticket = question.preamble.ticket;
  admission.over_tls = over_tls;
  admission.terms.tells_connect = tells_end;
  admission.terms.tells_end = tells_end;
  REQUIRE(std::holds_alternative<protocol::Admitted>(admit(rig.client, admission)));
  question.answer(200);
  RtmpPeer server = rig.backend.accept();
  server.answer_greeting();
  const std::string connect = connect_chunks(app);
  REQUIRE(server.receive(connect.size()) == connect);
  return {std::move(client), std::move(server)};
}

std::string command(std::string_view name, double transaction_id) {
  return chunks({3, 20, amf_string(name) + amf_number(transaction_id) + amf_null()});
}

std::string publish(std::string_view name) {
  return chunks({4, 20, start_payload("publish", name)});
}

std::string play(std::string_view name) {
  return chunks({4, 20, start_payload("play", name)});
}

std::string data(std::string_view name) {
  return chunks({4, 18, amf_string(name)});
}

} // namespace rtmpt_proxy::test
