// SPDX-License-Identifier: Apache-2.0
#include "session_rig.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace rtmpt_proxy::test {

using gateway::TimePoint;
using protocol::TunnelRequestKind;

std::size_t FakeBackend::write(const gateway::Pieces& bytes) {
  const std::string all = std::string(bytes[0]) + std::string(bytes[1]);
  const std::size_t count = std::min(all.size(), takes_bytes);
  received += all.substr(0, count);
  takes_bytes -= count;
  return count;
}

void FakeExchange::answer(const gateway::Answer& answer) {
  ++answers;
  status = answer.status;
  close = answer.close;
  polling_interval = answer.polling_interval;
  body = std::string(answer.body[0]) + std::string(answer.body[1]);
}

std::string FakeExchange::text() const {
  if (answers == 0) return "-";
  if (status != 200) return std::to_string(status);
  return (polling_interval ? std::string(1, static_cast<char>(*polling_interval)) : std::string()) + body;
}

protocol::SessionTerms usual_terms() {
  protocol::SessionTerms terms;
  terms.idle_hold = 500ms;
  terms.gather = 20ms;
  terms.session_timeout = 15s;
  terms.buffer_bytes = 1u << 20;
  return terms;
}

protocol::SessionTerms small_buffer(std::uint32_t buffer_bytes) {
  protocol::SessionTerms terms = usual_terms();
  terms.buffer_bytes = buffer_bytes;
  return terms;
}

SessionRig::SessionRig(const protocol::SessionTerms& terms) : session(terms, backend, now_) {}

SessionRig::~SessionRig() {
  CHECK(std::all_of(exchanges_.begin(), exchanges_.end(),
                    [](const FakeExchange& exchange) { return exchange.answers <= 1; }));
}

FakeExchange& SessionRig::request(gateway::SessionRequest request, const Terms& terms) {
  FakeExchange& exchange = exchanges_.emplace_back();
  exchange.takes_data = terms.takes_data;
  request.hold_limit = terms.hold_limit;
  request.wait_limit = terms.wait_limit;
  // The session may look at the body during the call only.
  std::string body(request.body);
  request.body = body;
  session.request(request, exchange, now_);
  std::fill(body.begin(), body.end(), '#');
  settle();
  return exchange;
}

FakeExchange& SessionRig::send(std::uint32_t number, std::string_view body, const Terms& terms) {
  gateway::SessionRequest send;
  send.kind = TunnelRequestKind::send;
  send.sequence_number = number;
  send.body = body;
  return request(send, terms);
}

FakeExchange& SessionRig::begin_send(std::uint32_t number, const Terms& terms) {
  gateway::SessionRequest send;
  send.kind = TunnelRequestKind::send;
  send.sequence_number = number;
  send.body_follows = true;
  return request(send, terms);
}

std::size_t SessionRig::give(const FakeExchange& exchange, std::string_view bytes) {
  std::size_t given = 0;
  while (given < bytes.size()) {
    const std::size_t room = session.body_room_bytes(exchange);
    if (room == 0) break;
    std::string piece(bytes.substr(given, room));
    session.take_body(exchange, piece, now_);
    given += piece.size();
    std::fill(piece.begin(), piece.end(), '#');
    settle();
  }
  return given;
}

void SessionRig::end_body(const FakeExchange& exchange) {
  session.end_body(exchange, now_);
  settle();
}

FakeExchange& SessionRig::idle(std::uint32_t number, const Terms& terms) {
  gateway::SessionRequest idle;
  idle.sequence_number = number;
  return request(idle, terms);
}

FakeExchange& SessionRig::close(std::optional<std::uint32_t> number) {
  gateway::SessionRequest close;
  close.kind = TunnelRequestKind::close;
  close.sequence_number = number;
  return request(close, Terms());
}

void SessionRig::hurry(const FakeExchange& exchange) {
  session.hurry(exchange, now_);
  settle();
}

void SessionRig::hurry_for_poll(const FakeExchange& exchange) {
  session.hurry_for_poll(exchange, now_);
  settle();
}

void SessionRig::forget(const FakeExchange& exchange) {
  session.forget(exchange, now_);
  settle();
}

void SessionRig::leave() {
  session.connection_left(now_);
  settle();
}

void SessionRig::from_backend(std::string_view bytes) {
  if (bytes.size() > session.backend_room_bytes()) FAIL("no room for " << bytes.size() << " bytes of the backend");
  session.from_backend(bytes, now_);
  settle();
}

void SessionRig::backend_takes(std::size_t count) {
  backend.takes_bytes += count;
  while (session.bytes_for_backend() > 0 && backend.takes_bytes > 0) {
    const std::size_t before = backend.takes_bytes;
    session.backend_writable(now_);
    if (backend.takes_bytes == before && session.bytes_for_backend() > 0)
      FAIL("the session wants to write and does not");
  }
  settle();
}

void SessionRig::backend_closes() {
  session.backend_closed(now_);
  settle();
}

void SessionRig::settle() {
  if (session.next_deadline() <= now_) session.on_time(now_);
  if (session.next_deadline() <= now_) FAIL("the next deadline is not ahead: a timer would spin");
}

void SessionRig::pass(std::chrono::milliseconds duration) {
  const TimePoint end = now_ + duration;
  while (session.next_deadline() <= end) {
    now_ = session.next_deadline();
    session.on_time(now_);
    if (session.next_deadline() <= now_) FAIL("the next deadline is not ahead: a timer would spin");
  }
  now_ = end;
  session.on_time(now_); // a timer may also fire for nothing
  settle();
}

std::string stream_bytes(std::size_t count, std::uint64_t from) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<char>(((from + i) * 2654435761U) >> 13);
  return bytes;
}

} // namespace rtmpt_proxy::test
