// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/session_log_record.hpp>

namespace rtmpt_proxy::policy {

std::string_view to_string(ClientLeg leg) {
  switch (leg) {
  case ClientLeg::rtmpt: return "rtmpt";
  case ClientLeg::rtmpts: return "rtmpts";
  case ClientLeg::rtmp: return "rtmp";
  case ClientLeg::rtmps: return "rtmps";
  case ClientLeg::http: return "http";
  case ClientLeg::https: return "https";
  case ClientLeg::ws: return "ws";
  case ClientLeg::wss: return "wss";
  }
  return "unknown";
}

std::string_view to_string(SessionEndReason reason) {
  switch (reason) {
  case SessionEndReason::close: return "close";
  case SessionEndReason::backend_closed: return "backend-closed";
  case SessionEndReason::timeout: return "timeout";
  case SessionEndReason::client_gone: return "client-gone";
  case SessionEndReason::refused: return "refused";
  case SessionEndReason::administrator: return "administrator";
  case SessionEndReason::shutdown: return "shutdown";
  case SessionEndReason::lost_request: return "lost-request";
  case SessionEndReason::backend_stalled: return "backend-stalled";
  case SessionEndReason::body_too_large: return "body-too-large";
  case SessionEndReason::request_refused: return "request-refused";
  case SessionEndReason::unclaimed: return "unclaimed";
  case SessionEndReason::stream_refused: return "stream-refused";
  }
  return "unknown";
}

int http_status(SessionEndReason reason) {
  switch (reason) {
  case SessionEndReason::close:
  case SessionEndReason::backend_closed:
  case SessionEndReason::timeout:
  case SessionEndReason::client_gone:
  case SessionEndReason::administrator:
  case SessionEndReason::shutdown: return 200;
  case SessionEndReason::refused: return 503;
  case SessionEndReason::body_too_large: return 413;
  case SessionEndReason::request_refused: return 400;
  case SessionEndReason::stream_refused: return 403;
  case SessionEndReason::lost_request:
  case SessionEndReason::backend_stalled:
  case SessionEndReason::unclaimed: break;
  }
  return 500;
}

std::string to_string(const UsedWays& ways) {
  std::string words;
  const auto add = [&words](bool is_used, std::string_view word) {
    if (!is_used) return;
    if (!words.empty()) words += '+';
    words += word;
  };
  add(ways.handed_over, "handed-over");
  add(ways.pumped, "pumped");
  add(ways.forwarded, "forwarded");
  return words;
}

} // namespace rtmpt_proxy::policy
