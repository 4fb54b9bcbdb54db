// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/session_watch.hpp"

#include <rtmpt_proxy/policy/logs/short_address.hpp>

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
  case SessionEnd::stream_refused: return SessionEndReason::stream_refused;
  case SessionEnd::unclaimed: return SessionEndReason::unclaimed;
  case SessionEnd::administrator: return SessionEndReason::administrator;
  case SessionEnd::shutdown:
  case SessionEnd::none: break; // the gateway ends before the session
  }
  return SessionEndReason::shutdown;
}

policy::ClientLeg leg_of(bool speaks_rtmp, bool over_tls) {
  if (speaks_rtmp) return over_tls ? policy::ClientLeg::rtmps : policy::ClientLeg::rtmp;
  return over_tls ? policy::ClientLeg::rtmpts : policy::ClientLeg::rtmpt;
}

std::chrono::microseconds between(TimePoint begin, TimePoint end) {
  return std::chrono::duration_cast<std::chrono::microseconds>(end - begin);
}

} // namespace

std::string shown_client(const protocol::Admission& admission) {
  return admission.terms.anonymize_client ? policy::short_address(admission.client_address) : admission.client_address;
}

SessionWatch::SessionWatch(const protocol::Admission& admission, protocol::SessionName name, WallTime start,
                           TimePoint now, HideName hide)
    : begin_(now), last_request_(now), hide_(std::move(hide)), meter_(now) {
  record_.session_name = std::move(name);
  record_.server_name = admission.server_name;
  record_.client_address = shown_client(admission);
  record_.user = admission.user;
  record_.backend_url = admission.backend_name;
  record_.client_leg = leg_of(admission.ticket != 0, admission.over_tls);
  record_.tls = admission.tls_facts;
  record_.start = start;
}

protocol::SessionFacts SessionWatch::facts() const {
  const protocol::StreamFacts stream = shown_stream();
  return {record_.session_name, record_.backend_url, stream.app, stream.stream_name, stream.kind};
}

void SessionWatch::plays(policy::ClientLeg leg, std::string app, std::string stream_name) {
  record_.client_leg = leg;
  known_.emplace();
  known_->kind = protocol::StreamKind::play;
  known_->app = std::move(app);
  known_->stream_name = std::move(stream_name);
  if (hide_) hidden_name_ = hide_(known_->stream_name);
}

void SessionWatch::passed(const Pieces& bytes, std::size_t count) {
  if (inspector_.is_done()) return;
  const std::string_view front = bytes[0].substr(0, count);
  inspector_.feed(front);
  inspector_.feed(bytes[1].substr(0, count - front.size()));
  if (hide_ && !inspector_.facts().stream_name.empty()) hidden_name_ = hide_(inspector_.facts().stream_name);
}

protocol::StreamFacts SessionWatch::shown_stream() const {
  protocol::StreamFacts shown = true_stream();
  if (!hide_) return shown;
  shown.stream_name = hidden_name_;
  shown.is_stream_name_cut = false;
  return shown;
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

SessionReport SessionWatch::report(const SessionCounters& counters, FlowReport flow, TimePoint now) const {
  return {record(counters, now), way_, between(last_request_, now), meter_.rates(), meter_.history(), flow};
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
  record.stream = shown_stream();
  record.duration = between(begin_, now);
  record.requests = counters.requests;
  record.bytes_received = counters.bytes_to_backend;
  record.bytes_sent = counters.bytes_to_client;
  return record;
}

policy::SessionLogRecord record_of(const protocol::OpenRefused& refusal, WallTime now) {
  policy::SessionLogRecord record;
  record.session_name = refusal.session_name;
  record.server_name = refusal.server_name;
  record.client_address = refusal.client_address;
  record.user = refusal.user;
  record.backend_url = refusal.backend_name;
  record.client_leg = leg_of(refusal.speaks_rtmp, refusal.over_tls);
  record.start = now;
  record.end = SessionEndReason::refused;
  record.end_detail = refusal.detail;
  return record;
}

} // namespace rtmpt_proxy::gateway
