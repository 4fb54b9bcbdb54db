// SPDX-License-Identifier: Apache-2.0
#include "tls_rig.hpp"

#include "gateway/loops/loop.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iterator>
#include <utility>

namespace rtmpt_proxy::test {

TlsRig::TlsRig() {
  std::signal(SIGPIPE, SIG_IGN); // as the program does
}

TlsRig::~TlsRig() {
  if (leg) leg->close();
  runs_until([] { return true; });
}

void TlsRig::trust(const std::string& pem) {
  rig_.loop().tls().use({{kTrusted, pem}});
}

protocol::Admission TlsRig::admission_to(const std::string& host, std::uint16_t port) {
  protocol::Admission admission = admission_for(host, port);
  admission.backend.kind = protocol::BackendKind::rtmps;
  admission.tls.trust_file = kTrusted;
  return admission;
}

Attempt TlsRig::connect(const protocol::Admission& admission) {
  gateway::Loop& loop = rig_.loop();
  auto connector = std::make_shared<gateway::BackendConnector>(loop.services(), loop.names(), loop.tls(), admission);
  std::optional<std::string> failure;
  boost::asio::co_spawn(loop.io(), connector->connect(),
                        [&failure](const std::exception_ptr& thrown, std::string outcome) {
                          failure = thrown ? "an exception" : std::move(outcome);
                        });
  runs_until([&] { return failure.has_value(); });
  const Attempt attempt{failure.value_or("no outcome"), connector->fault(), connector->timed_out()};
  if (!attempt.failure.empty()) return attempt;
  if (leg) leg->close();
  if (leg) earlier_legs_.push_back(std::move(leg));
  auto socket = connector->take_socket();
  leg = std::make_unique<gateway::RtmpsBackend>(loop.services(), *this, std::move(socket), connector->take_tls());
  settled();
  return attempt;
}

void TlsRig::send(std::string_view bytes) {
  to_send += bytes;
  backend_writable();
  settled();
}

void TlsRig::give_room(std::size_t bytes) {
  room_bytes_ = bytes;
  if (!leg) return;
  settled();
  if (!looks) backend_readable(); // what is looked at tells of itself
  settled();
}

void TlsRig::finish() {
  leg->finish();
  settled();
}

void TlsRig::backend_readable() {
  if (looks) return leg->look();
  while (leg->is_open() && leg->is_readable() && room_bytes_ > 0)
    leg->read();
}

void TlsRig::backend_bytes(std::string_view bytes) {
  received += bytes;
  room_bytes_ -= bytes.size();
}

// In two pieces, as a session gives its bytes where its ring ends: each time at another place, for what is offered
// again may lie in other memory.
void TlsRig::backend_writable() {
  const std::string_view bytes(to_send);
  const std::size_t places[] = {bytes.size(), bytes.size() / 2, std::min<std::size_t>(bytes.size(), 1)};
  const std::size_t place = places[offers_++ % std::size(places)];
  to_send.erase(0, leg->write({bytes.substr(0, place), bytes.substr(place)}));
}

void TlsRig::settled() {
  if (leg->is_open()) leg->follow(room_bytes_, to_send.size());
}

std::shared_ptr<void> TlsRig::keep() {
  return {this, [](void*) {}};
}

} // namespace rtmpt_proxy::test
