#include "gateway/facts/session_watch.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

namespace {

using policy::SessionEndReason;

SessionEndReason reason_of(SessionEnd end) {
  switch (end) {
  case SessionEnd::closed: return SessionEndReason::close;
  case SessionEnd::backend_closed: return SessionEndReason::backend_closed;
  case SessionEnd::timeout: return SessionEndReason::timeout;
  case SessionEnd::client_gone: return SessionEndReason::client_gone;
  case SessionEnd::lost_request: return SessionEndReason::lost_request;
  case SessionEnd::backend_stalled: return SessionEndReason::backend_stalled;
  case SessionEnd::body_too_large: return SessionEndReason::body_too_large;
  case SessionEnd::request_refused: return SessionEndReason::request_refused;
  case SessionEnd::unclaimed: return SessionEndReason::unclaimed;
  case SessionEnd::administrator: return SessionEndReason::administrator;
  case SessionEnd::shutdown:
  case SessionEnd::none: break; // the gateway ends before the session
  }
  return SessionEndReason::shutdown;
}

std::chrono::microseconds between(TimePoint begin, TimePoint end) {
  return std::chrono::duration_cast<std::chrono::microseconds>(end - begin);
}

} // namespace

SessionWatch::SessionWatch(const protocol::Admission& admission, protocol::SessionName name, WallTime start,
                           TimePoint now)
    : begin_(now), last_request_(now), meter_(now) {
  record_.session_name = std::move(name);
  record_.server_name = admission.server_name;
  record_.client_address = admission.client_address;
  record_.user = admission.user;
  record_.backend_url = admission.backend_name;
  record_.client_leg = admission.over_tls ? policy::ClientLeg::rtmpts : policy::ClientLeg::rtmpt;
  record_.start = start;
}

protocol::SessionFacts SessionWatch::facts() const {
  const protocol::StreamFacts& stream = inspector_.facts();
  return {record_.session_name, record_.backend_url, stream.app, stream.stream_name, stream.kind};
}

void SessionWatch::passed(const Pieces& bytes, std::size_t count) {
  if (inspector_.is_done()) return;
  const std::string_view front = bytes[0].substr(0, count);
  inspector_.feed(front);
  inspector_.feed(bytes[1].substr(0, count - front.size()));
}

void SessionWatch::came(policy::Way way, TimePoint now) {
  way_ = way;
  last_request_ = now;
  record_.ways.handed_over |= way == policy::Way::handed_over;
  record_.ways.pumped |= way == policy::Way::pumped;
  record_.ways.forwarded |= way == policy::Way::forwarded;
}

void SessionWatch::sample(const SessionCounters& counters, TimePoint now) {
  meter_.sample(now, {counters.bytes_to_backend, counters.bytes_to_client});
}

SessionReport SessionWatch::report(const SessionCounters& counters, TimePoint now) const {
  return {record(counters, now), way_, between(last_request_, now), meter_.rates(), meter_.history()};
}

policy::SessionLogRecord SessionWatch::last_record(const SessionCounters& counters, SessionEnd end, std::string detail,
                                                   TimePoint now) const {
  policy::SessionLogRecord last = record(counters, now);
  last.end = reason_of(end);
  last.end_detail = std::move(detail);
  return last;
}

policy::SessionLogRecord SessionWatch::record(const SessionCounters& counters, TimePoint now) const {
  policy::SessionLogRecord record = record_;
  record.stream = inspector_.facts();
  record.duration = between(begin_, now);
  record.requests = counters.requests;
  record.bytes_received = counters.bytes_to_backend;
  record.bytes_sent = counters.bytes_to_client;
  return record;
}

policy::SessionLogRecord record_of(const protocol::OpenRefused& refusal, WallTime now) {
  policy::SessionLogRecord record;
  record.server_name = refusal.server_name;
  record.client_address = refusal.client_address;
  record.user = refusal.user;
  record.backend_url = refusal.backend_name;
  record.client_leg = refusal.over_tls ? policy::ClientLeg::rtmpts : policy::ClientLeg::rtmpt;
  record.start = now;
  record.end = SessionEndReason::refused;
  record.end_detail = refusal.detail;
  return record;
}

} // namespace rtmpt_proxy::gateway
