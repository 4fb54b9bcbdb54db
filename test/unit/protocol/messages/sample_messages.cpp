// SPDX-License-Identifier: Apache-2.0
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
  admission.tls_facts = {"TLSv1.3", "C"};
  admission.backend = {BackendKind::rtmpt, "m", 1935};
  admission.connect_timeout = 5s;
  admission.terms.idle_hold = 500ms;
  admission.terms.gather = 20ms;
  admission.terms.session_timeout = 15s;
  admission.terms.buffer_bytes = 1u << 20;
  admission.terms.max_sessions = 1000;
  admission.terms.max_sessions_per_client = 3;
  admission.terms.anonymize_client = true;
  admission.terms.authorize_streams = true;
  admission.terms.adobe_login = true;
  admission.terms.tells_connect = true;
  admission.terms.tells_end = true;
  admission.terms.max_bits_per_second = 8'000'000;
  admission.terms.throttles_bit_rate = true;
  admission.terms.max_viewers = 100;
  admission.terms.one_publisher = true;
  admission.terms.hide_stream_name = true;
  admission.terms.hub_wait = 10s;
  admission.terms.gop_cache_bytes = 1u << 16;
  admission.forward_client = ClientForwarding::proxy_v2;
  admission.client = {{*parse_ip_address("192.0.2.1"), 4711}, {*parse_ip_address("2001:db8::2"), 80}};
  admission.hops = "h1";
  admission.host = "live.example.com:8080";
  admission.ticket = 0x0102030405060708;
  admission.tls = {true, false, "/ca"};
  admission.client_is_local = true;
  admission.cached = true;
  return admission;
}

// From 192.0.2.1, port 4711, to 2001:db8::2, port 443.
const std::string kProxiedConnection = "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xC0\0\2\1\x12\x67"
                                       "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\2\1\xBB"s;

const std::string kAdmissionPayload = "\0\2vh\0\3www\0\1l\0\3::1\0\0\0\10rtmp://m\1\0\7TLSv1.3\0\1C"
                                      "\2\0\1m\7\x8F"
                                      "\0\0\x13\x88\0\0\1\xF4\0\0\0\x14\0\0\x3A\x98\0\x10\0\0"
                                      "\0\0\3\xE8\0\0\0\3\1\1\1\1\1\0\x7A\x12\0\1\0\0\0\x64\1\1\0\0\x27\x10\0\1\0\0\4"
                                      "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xC0\0\2\1\x12\x67"
                                      "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\2\0\x50"
                                      "\0\2h1\0\25live.example.com:8080\1\2\3\4\5\6\7\10"
                                      "\1\0\0\3/ca\1\1"s;

std::vector<Sample> make_samples() {
  const TunnelRequest send{TunnelRequestKind::send, SessionId("id"), 258};
  const TunnelRequest waiting_idle{TunnelRequestKind::idle, SessionId("id"), 258};
  const TunnelRequest waiting_close{TunnelRequestKind::close, SessionId("id"), {}};
  const TunnelRequest none_yet{TunnelRequestKind::idle, SessionId("id"), {}};
  const std::string send_bytes = "\2\0\2id\1\0\0\1\2"s;
  return {
      {"Hello", Hello{1, "0.1.0", 0x01020304, 8, "Tag_", true},
       frame_of(1, "\0\0\0\1\0\5"s + "0.1.0" + "\1\2\3\4" + "\0\0\0\10"s + "\0\4Tag_\1"s)},
      {"GatewaySettings", GatewaySettings{7, "www", 64, true, false, true, 37, {}, {}, {}},
       frame_of(2, "\7\0\3www\0\0\0\100\1\0\1\0\0\0\x25\0\0\0\0\0\0"s)},
      {"GatewaySettings with session logs",
       GatewaySettings{7, "www", 64, true, true, false, 1, {{"l", SessionLogKind::syslog, "%a", "rtmpt", 17}}, {}, {}},
       frame_of(2, "\7\0\3www\0\0\0\100\1\1\0\0\0\0\1\0\1\0\1l\3\0\2%a\0\5rtmpt\x11\0\0\0\0"s)},
      {"GatewaySettings with members",
       GatewaySettings{7,
                       "www",
                       64,
                       false,
                       true,
                       false,
                       1,
                       {},
                       {{"", "media", {BackendKind::rtmp, "m", 1935}, "rtmp://m", MemberCondition::unknown, 100}},
                       {}},
       frame_of(2,
                "\7\0\3www\0\0\0\100\0\1\0\0\0\0\1\0\0\0\1\0\0\0\5media\1\0\1m\7\x8F\0\10rtmp://m\10\0\0\0\x64\0\0"s)},
      {"GatewaySettings with trusted certificates",
       GatewaySettings{7, "www", 64, false, false, false, 1, {}, {}, {{"/ca", "PEM"}}},
       frame_of(2, "\7\0\3www\0\0\0\100\0\0\0\0\0\0\1\0\0\0\0\0\1\0\3/ca\0\0\0\3PEM"s)},
      {"Retire", Retire{}, "\0\0\0\0\3\0\0\0"s},
      {"Admission", sample_admission(), frame_of(4, kAdmissionPayload)},
      {"Admitted", Admitted{SessionId("s-1"), SessionName("n1")}, "\0\0\0\11\5\0\0\0\0\3s-1\0\2n1"s},
      {"Refused", Refused{Refusal::gateway_retiring, "old"}, frame_of(6, "\4\0\3old"s)},
      {"HandOver of an idle", HandOver{VhostKey("vh"), "10.0.0.1", "h:80", 4096, true, waiting_idle, true, 3, 0},
       frame_of(7, "\0\2vh\0\10"s + "10.0.0.1" + "\0\4h:80\0\0\x10\0\1"s + "\3\0\2id\1\0\0\1\2"s +
                       "\1\0\0\0\3\0\0\0\0\0\0\0\0"s)},
      {"HandOver of a close without keep-alive",
       HandOver{VhostKey(), "", "", 0, false, waiting_close, true, 0, 0x0100000000000002},
       frame_of(7, "\0\0\0\0\0\0\0\0\0\0\0"s + "\4\0\2id\0"s + "\1\0\0\0\0\1\0\0\0\0\0\0\2"s)},
      {"HandOver without a request", HandOver{VhostKey(), "", "", 0, true, none_yet, false, 0, 0},
       frame_of(7, "\0\0\0\0\0\0\0\0\0\0\1"s + "\3\0\2id\0"s + "\0\0\0\0\0\0\0\0\0\0\0\0\0"s)},
      {"Take", Take{}, "\0\0\0\0\10\0\0\0"s},
      {"Residue", Residue{"POST"}, frame_of(9, "\0\0\0\4POST\0\0\0\0\0\0\0\0"s)},
      {"Residue of a relayed connection", Residue{"POST", 0x0102}, frame_of(9, "\0\0\0\4POST\0\0\0\0\0\0\1\2"s)},
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
      {"EndSession", EndSession{SessionName("n1"), 0ms}, frame_of(16, "\0\2n1\0\0\0\0"s)},
      {"EndSession with a ban", EndSession{SessionName("n1"), 10min}, frame_of(16, "\0\2n1\0\x09\x27\xC0"s)},
      {"LiftBan", LiftBan{0x0102}, frame_of(26, "\0\0\0\0\0\0\1\2"s)},
      {"DrainBackend of an RTMPS server", DrainBackend{{BackendKind::rtmps, "m", 443}, true},
       frame_of(17, "\3\0\1m\1\xBB\1"s)},
      {"DrainBackend of a hub", DrainBackend{{BackendKind::hub, "m", 0}, true}, frame_of(17, "\4\0\1m\0\0\1"s)},
      {"DrainBackend", DrainBackend{{BackendKind::rtmpt, "m", 80}, false}, frame_of(17, "\2\0\1m\0\x50\0"s)},
      {"OpenRefused", OpenRefused{SessionName("n1"), "www", "l", "::1", "", "rtmp://m", true, true, "no"},
       frame_of(18, "\0\2n1\0\3www\0\1l\0\3::1\0\0\0\10rtmp://m\1\1\0\2no"s)},
      {"Done", Done{true}, frame_of(19, "\1"s)},
      {"BodyPiece", BodyPiece{"rtmp", false, false, 0}, frame_of(20, "\0\0\0\4rtmp\0\0\0\0"s)},
      {"BodyPiece that ends a whole body", BodyPiece{"", true, false, 0}, frame_of(20, "\0\0\0\0\1\0\0\0"s)},
      {"BodyPiece that ends a cut body", BodyPiece{"r", true, true, 0}, frame_of(20, "\0\0\0\1r\1\1\0\0"s)},
      {"BodyPiece of a refused body", BodyPiece{"", true, true, 413}, frame_of(20, "\0\0\0\0\1\1\1\x9D"s)},
      {"RequestRefused", RequestRefused{VhostKey("vh"), send, 413}, frame_of(22, "\0\2vh"s + send_bytes + "\1\x9D"s)},
      {"HandOverRtmp",
       HandOverRtmp{{{*parse_ip_address("192.0.2.1"), 4711}, {*parse_ip_address("2001:db8::2"), 443}},
                    true,
                    "www",
                    {"TLSv1.2", "C"},
                    "192.0.2.0"},
       frame_of(23, kProxiedConnection + "\1\0\3www\0\7TLSv1.2\0\1C\0\11"s + "192.0.2.0")},
      {"TlsServers",
       TlsServers{{{"id",
                    "www",
                    {{"C", "K"}},
                    0x0303,
                    0x0304,
                    0x0100000000000004,
                    2,
                    "A:B",
                    "S",
                    {{"Groups", "X"}},
                    {std::string(80, 'k'), "ctx", 300s}}}},
       frame_of(24, "\0\1\0\2id\0\3www\0\1\0\0\0\1C\0\0\0\1K\3\3\3\4\1\0\0\0\0\0\0\4\0\0\0\2\0\3A:B\0\1S"
                    "\0\1\0\6Groups\0\1X\0\x50"s +
                        std::string(80, 'k') + "\0\3ctx\0\4\x93\xe0"s)},
      {"TlsServers, none", TlsServers{}, frame_of(24, "\0\0"s)},
      {"HandOverViewer",
       HandOverViewer{sample_admission(), "live", "cam", ViewerFraming::websocket, true, "HTTP", 0x0203},
       frame_of(27, kAdmissionPayload + "\0\4live\0\3cam\3\1\0\4HTTP\0\0\0\0\0\0\2\3"s)},
      {"AskStreams", AskStreams{"main", "live"}, frame_of(28, "\0\4main\0\4live"s)},
      {"StreamList", StreamList{{{"cam", true, 3, {"h264", "aac", 1280, 720, 29970}, 0x65000000}}, 2},
       frame_of(29, "\0\1\0\3cam\1\0\0\0\0\0\0\0\3\0\4h264\0\3aac\0\0\5\0\0\0\2\xD0\0\0\x75\x12"
                    "\0\0\0\0\x65\0\0\0\0\0\0\0\0\0\0\2"s)},
      {"StreamList, empty", StreamList{}, frame_of(29, "\0\0\0\0\0\0\0\0\0\0"s)},
      {"HandOverTls",
       HandOverTls{{{*parse_ip_address("192.0.2.1"), 4711}, {*parse_ip_address("2001:db8::2"), 443}},
                   "id",
                   "www",
                   "192.0.2.0",
                   true},
       frame_of(25, kProxiedConnection + "\0\2id\0\3www\0\11"s + "192.0.2.0\1")},
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
