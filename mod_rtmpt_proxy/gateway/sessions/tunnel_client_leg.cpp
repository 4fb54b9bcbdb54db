// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/tunnel_client_leg.hpp"

#include "gateway/base/loop_services.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;

namespace {

// Reading from the backend continues when there is this much room, so that a full buffer does not fill in tiny pieces.
constexpr std::size_t kResumeBytes = 16384;
constexpr std::size_t kResumeShare = 4; // for a small buffer: this part of it
// While gathering, check every kGatherLook. If kMuchBytes already wait, answer now: the sender is faster than real
// time, and it would soon have to wait because the kernel's buffer is full.
constexpr std::chrono::milliseconds kGatherLook{20};
constexpr std::size_t kMuchBytes = 32768;

} // namespace

TunnelClientLeg::TunnelClientLeg(const protocol::SessionTerms& terms, ClientOwner& owner, LoopServices& loop,
                                 const std::string& stream_name, TimePoint now)
    : owner_(owner),
      loop_(loop),
      stream_name_(stream_name),
      session_(terms, owner, now),
      resume_bytes_(std::min<std::size_t>(kResumeBytes, terms.buffer_bytes / kResumeShare)),
      readable_since_(now),
      next_look_(now) {}

void TunnelClientLeg::request(const SessionRequest& request, Exchange& exchange, policy::Way way) {
  const auto now = steady_clock::now();
  owner_.client_asked(way, now);
  const bool gathers = request.kind == protocol::TunnelRequestKind::idle && now < pull_time();
  if (!gathers) owner_.read_backend();
  session_.request(request, exchange, now);
  owner_.settled();
}

std::size_t TunnelClientLeg::body_room_bytes(const Exchange& exchange) {
  const std::size_t room = session_.body_room_bytes(exchange);
  if (room == 0) owner_.deadline_changed(); // the send may wait for room only so long
  return room;
}

void TunnelClientLeg::take_body(const Exchange& exchange, std::string_view piece) {
  session_.take_body(exchange, piece, steady_clock::now());
  owner_.settled();
}

void TunnelClientLeg::end_body(const Exchange& exchange) {
  owner_.read_backend();
  session_.end_body(exchange, steady_clock::now());
  owner_.settled();
}

void TunnelClientLeg::body_refused(std::uint32_t sequence_number, const Exchange* carrier,
                                   std::optional<std::uint64_t> limit_bytes) {
  session_.body_refused(sequence_number, carrier, steady_clock::now());
  owner_.deadline_changed();
  if (std::exchange(told_of_refused_body_, true)) return;
  const auto left_out = loop_.body_lines.admit(steady_clock::now());
  if (!left_out) return;
  const std::string limit = limit_bytes ? " (" + std::to_string(*limit_bytes) + " bytes)" : "";
  loop_.log.warn("RTMPT330: {}: a send has a larger body than RTMPTBodyLimit or LimitRequestBody allows{}: it is "
                 "refused with 413{}",
                 stream_name_, limit, policy::words_for_left_out(*left_out));
}

void TunnelClientLeg::hurry(const Exchange& exchange) {
  owner_.read_backend();
  session_.hurry(exchange, steady_clock::now());
  owner_.settled();
}

void TunnelClientLeg::hurry_for_poll(const Exchange& exchange) {
  session_.hurry_for_poll(exchange, steady_clock::now());
  owner_.settled();
}

void TunnelClientLeg::forget(const Exchange& exchange) {
  session_.forget(exchange, steady_clock::now());
  owner_.settled();
}

bool TunnelClientLeg::join(AttachedConnection& connection, std::uint32_t forwarded_requests) {
  if (connections_.size() >= kMostConnections) {
    const auto makes_room = [](AttachedConnection* other) { return other->close_if_unused(); }; // it leaves later
    if (std::none_of(connections_.begin(), connections_.end(), makes_room)) return false;
  }
  connections_.push_back(&connection);
  owner_.client_asked(connection.way(), steady_clock::now());
  session_.connection_joined(forwarded_requests);
  return true;
}

void TunnelClientLeg::leave(AttachedConnection& connection) {
  const auto found = std::find(connections_.begin(), connections_.end(), &connection);
  if (found == connections_.end()) return;
  connections_.erase(found);
  session_.connection_left(steady_clock::now());
  owner_.settled();
}

void TunnelClientLeg::let_connections_go() {
  const SessionEnd why = session_.end();
  const bool client_may_go_on =
      why != SessionEnd::timeout && why != SessionEnd::client_gone && why != SessionEnd::shutdown;
  for (AttachedConnection* connection : std::exchange(connections_, {}))
    connection->session_ended(client_may_go_on);
}

void TunnelClientLeg::backend_readable(TimePoint now) {
  readable_since_ = now;
  next_look_ = now + kGatherLook;
  if (session_.is_holding() && now >= pull_time()) owner_.read_backend();
}

// When the bytes that wait in the kernel are read to answer an idle.
TimePoint TunnelClientLeg::pull_time() const {
  return readable_since_ + session_.gather_time();
}

bool TunnelClientLeg::has_gathered(TimePoint now) const {
  return now >= pull_time() || owner_.backend_readable_bytes() >= std::min(kMuchBytes, session_.backend_room_bytes());
}

std::size_t TunnelClientLeg::room_bytes() const {
  const std::size_t room = session_.backend_room_bytes();
  return room >= resume_bytes_ ? room : 0;
}

TimePoint TunnelClientLeg::next_deadline() const {
  const TimePoint due = session_.next_deadline();
  return session_.is_holding() && owner_.backend_is_readable() ? std::min({due, pull_time(), next_look_}) : due;
}

void TunnelClientLeg::on_time(TimePoint now) {
  if (now >= next_deadline()) {
    // At the end of the hold the bytes that wait are brought, however short their gather was.
    if (has_gathered(now) || now >= session_.next_deadline())
      owner_.read_backend();
    else
      next_look_ = now + kGatherLook;
  }
  session_.on_time(now);
}

// The session tells its client the rest as it does when the backend has ended.
void TunnelClientLeg::refuse(std::string last_words, TimePoint now) {
  is_refused_ = true;
  if (session_.backend_room_bytes() >= last_words.size()) session_.from_backend(last_words, now);
  session_.backend_closed(now);
}

std::string TunnelClientLeg::end_detail() const {
  if (session_.end() != SessionEnd::request_refused) return {};
  return "a request was answered " + std::to_string(session_.refused_status());
}

} // namespace rtmpt_proxy::gateway
