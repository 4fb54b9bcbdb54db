#include "sample_messages.hpp"

using namespace rtmpt_proxy::protocol;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace rtmpt_proxy::test {

namespace {

Admission sample_admission() {
  Admission admission;
  admission.vhost_key = VhostKey("vh");
  admission.server_name = "www";
  admission.session_log = "l";
  admission.client_address = "::1";
  admission.user = "";
  admission.backend_name = "rtmp://m";
  admission.over_tls = true;
  admission.backend = {BackendKind::rtmpt, "m", 1935};
  admission.connect_timeout = 5s;
  admission.terms.idle_hold = 500ms;
  admission.terms.gather = 20ms;
  admission.terms.session_timeout = 15s;
  admission.terms.buffer_bytes = 1u << 20;
  admission.terms.max_sessions = 1000;
  admission.terms.max_sessions_per_client = 3;
  admission.forward_client = ClientForwarding::proxy_v2;
  admission.client = {{*parse_ip_address("192.0.2.1"), 4711}, {*parse_ip_address("2001:db8::2"), 80}};
  admission.hops = "h1";
  return admission;
}

const std::string kAdmissionPayload = "\0\2vh\0\3www\0\1l\0\3::1\0\0\0\10rtmp://m\1\2\0\1m\7\x8F"
                                      "\0\0\x13\x88\0\0\1\xF4\0\0\0\x14\0\0\x3A\x98\0\x10\0\0"
                                      "\0\0\3\xE8\0\0\0\3\4"
                                      "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xC0\0\2\1\x12\x67"
                                      "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\2\0\x50"
                                      "\0\2h1"s;

std::vector<Sample> make_samples() {
  const TunnelRequest send{TunnelRequestKind::send, SessionId("id"), 258};
  const TunnelRequest waiting_idle{TunnelRequestKind::idle, SessionId("id"), 258};
  const TunnelRequest waiting_close{TunnelRequestKind::close, SessionId("id"), {}};
  const TunnelRequest none_yet{TunnelRequestKind::idle, SessionId("id"), {}};
  const std::string send_bytes = "\2\0\2id\1\0\0\1\2"s;
  return {
      {"Hello", Hello{1, "0.1.0", 0x01020304, 8, "Tag_"},
       frame_of(1, "\0\0\0\1\0\5"s + "0.1.0" + "\1\2\3\4" + "\0\0\0\10"s + "\0\4Tag_"s)},
      {"GatewaySettings", GatewaySettings{7, "www", 64, true, false, {}, {}},
       frame_of(2, "\7\0\3www\0\0\0\100\1\0\0\0\0\0"s)},
      {"GatewaySettings with session logs",
       GatewaySettings{7, "www", 64, true, true, {{"l", SessionLogKind::syslog, "%a", "rtmpt", 17}}, {}},
       frame_of(2, "\7\0\3www\0\0\0\100\1\1\0\1\0\1l\3\0\2%a\0\5rtmpt\x11\0\0"s)},
      {"GatewaySettings with members",
       GatewaySettings{7,
                       "www",
                       64,
                       false,
                       true,
                       {},
                       {{"", "media", {BackendKind::rtmp, "m", 1935}, "rtmp://m", MemberCondition::unknown, 100}}},
       frame_of(2, "\7\0\3www\0\0\0\100\0\1\0\0\0\1\0\0\0\5media\1\0\1m\7\x8F\0\10rtmp://m\10\0\0\0\x64"s)},
      {"Retire", Retire{}, "\0\0\0\0\3\0\0\0"s},
      {"Admission", sample_admission(), frame_of(4, kAdmissionPayload)},
      {"Admitted", Admitted{SessionId("s-1"), SessionName("n1")}, "\0\0\0\11\5\0\0\0\0\3s-1\0\2n1"s},
      {"Refused", Refused{Refusal::gateway_retiring, "old"}, frame_of(6, "\4\0\3old"s)},
      {"HandOver of an idle", HandOver{VhostKey("vh"), "10.0.0.1", "h:80", 4096, true, waiting_idle, true, 3},
       frame_of(7, "\0\2vh\0\10"s + "10.0.0.1" + "\0\4h:80\0\0\x10\0\1"s + "\3\0\2id\1\0\0\1\2"s + "\1\0\0\0\3"s)},
      {"HandOver of a close without keep-alive", HandOver{VhostKey(), "", "", 0, false, waiting_close, true, 0},
       frame_of(7, "\0\0\0\0\0\0\0\0\0\0\0"s + "\4\0\2id\0"s + "\1\0\0\0\0"s)},
      {"HandOver without a request", HandOver{VhostKey(), "", "", 0, true, none_yet, false, 0},
       frame_of(7, "\0\0\0\0\0\0\0\0\0\0\1"s + "\3\0\2id\0"s + "\0\0\0\0\0"s)},
      {"Take", Take{}, "\0\0\0\0\10\0\0\0"s},
      {"Residue", Residue{"POST"}, frame_of(9, "\0\0\0\4POST"s)},
      {"Forward", Forward{VhostKey("vh"), 50ms, 2s, send},
       frame_of(10, "\0\2vh\0\0\0\x32\0\0\7\xD0"s + send_bytes + "\1\0"s)},
      {"Forward for a client that reads nothing", Forward{VhostKey("vh"), 50ms, 2s, send, false},
       frame_of(10, "\0\2vh\0\0\0\x32\0\0\7\xD0"s + send_bytes + "\0\0"s)},
      {"Forward that wants facts", Forward{VhostKey("vh"), 50ms, 2s, send, true, true},
       frame_of(10, "\0\2vh\0\0\0\x32\0\0\7\xD0"s + send_bytes + "\1\1"s)},
      {"Reply with a polling byte", Reply{200, false, std::uint8_t{0x21}, "rtmp", {}},
       frame_of(11, "\0\xC8\0\1\x21\0\0\0\4rtmp\0"s)},
      {"Reply without one, closing", Reply{503, true, {}, "", {}}, frame_of(11, "\1\xF7\1\0\0\0\0\0\0"s)},
      {"Reply with the session's facts",
       Reply{200, false, std::uint8_t{1}, "",
             SessionFacts{SessionName("n1"), "rtmp://m", "live", "cam", StreamKind::publish}},
       frame_of(11, "\0\xC8\0\1\1\0\0\0\0\1\0\2n1\0\10rtmp://m\0\4live\0\3cam\1"s)},
      {"Choose", Choose{{{{BackendKind::rtmp, "a", 1935}, 100}, {{BackendKind::rtmpt, "::1", 80}, 300}}},
       frame_of(12, "\0\2\1\0\1a\7\x8F\0\0\0\x64\2\0\3::1\0\x50\0\0\1\x2C"s)},
      {"Chosen", Chosen{1}, frame_of(13, "\0\0\0\1"s)},
      {"AskStatus",
       AskStatus{StatusForm::metrics,
                 "www",
                 true,
                 {{"www", "media", {BackendKind::rtmp, "m", 1935}, "rtmp://m", MemberCondition::draining, 100}}},
       frame_of(14, "\2\0\3www\1\0\1\0\3www\0\5media\1\0\1m\7\x8F\0\10rtmp://m\4\0\0\0\x64"s)},
      {"AskStatus without members", AskStatus{StatusForm::json, "", false, {}}, frame_of(14, "\1\0\0\0\0\0"s)},
      {"StatusPiece", StatusPiece{"{}", true}, frame_of(15, "\0\0\0\2{}\1"s)},
      {"EndSession", EndSession{SessionName("n1")}, frame_of(16, "\0\2n1"s)},
      {"DrainBackend", DrainBackend{{BackendKind::rtmpt, "m", 80}, false}, frame_of(17, "\2\0\1m\0\x50\0"s)},
      {"OpenRefused", OpenRefused{"www", "l", "::1", "", "rtmp://m", true, "no"},
       frame_of(18, "\0\3www\0\1l\0\3::1\0\0\0\10rtmp://m\1\0\2no"s)},
      {"Done", Done{true}, frame_of(19, "\1"s)},
      {"BodyPiece", BodyPiece{"rtmp", false, false, 0}, frame_of(20, "\0\0\0\4rtmp\0\0\0\0"s)},
      {"BodyPiece that ends a whole body", BodyPiece{"", true, false, 0}, frame_of(20, "\0\0\0\0\1\0\0\0"s)},
      {"BodyPiece that ends a cut body", BodyPiece{"r", true, true, 0}, frame_of(20, "\0\0\0\1r\1\1\0\0"s)},
      {"BodyPiece of a refused body", BodyPiece{"", true, true, 413}, frame_of(20, "\0\0\0\0\1\1\1\x9D"s)},
      {"RequestRefused", RequestRefused{VhostKey("vh"), send, 413}, frame_of(22, "\0\2vh"s + send_bytes + "\1\x9D"s)},
      {"StopGracefully", StopGracefully{10s}, frame_of(21, "\0\0\x27\x10"s)},
  };
}

} // namespace

std::string frame_of(unsigned char type, std::string_view payload) {
  std::string frame = "\0\0"s;
  frame += static_cast<char>(payload.size() >> 8);
  frame += static_cast<char>(payload.size() & 0xFF);
  frame += static_cast<char>(type);
  frame += "\0\0\0"s;
  return frame.append(payload);
}

const std::vector<Sample>& sample_messages() {
  static const std::vector<Sample> kSamples = make_samples();
  return kSamples;
}

} // namespace rtmpt_proxy::test
