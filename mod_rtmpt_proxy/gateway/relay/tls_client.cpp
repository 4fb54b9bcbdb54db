// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/tls_client.hpp"

#include "gateway/relay/relay.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

// The first byte of RTMP: its version.
constexpr char kRtmpVersion = '\3';

} // namespace

TlsClient::TlsClient(const RelayHome& home, ClientSocket socket, protocol::HandOverTls terms, TlsClientPlaces places)
    : home_(home),
      descriptor_(home.greeting.loop.descriptors),
      httpd_descriptor_(home.greeting.loop.descriptors),
      socket_(std::move(socket)),
      terms_(std::move(terms)),
      places_(std::move(places)) {
  keep_alive(socket_);
}

void TlsClient::start() {
  home_.greeting.loop.timer.enter(*this);
  allow(home_.clients.times.handshake);
  home_.clients.handshakes.add(places_.start.key(), weak_from_this());
}

void TlsClient::allow(std::chrono::milliseconds time) {
  until_ = std::chrono::steady_clock::now() + time;
  home_.greeting.loop.timer.call_by(*this, until_);
}

bool TlsClient::make_step() {
  if (state_ != State::handshake) return false;
  switch (socket_.handshake()) {
  case TlsStep::wants_read: await(ClientSocket::wait_read); break;
  case TlsStep::wants_write: await(ClientSocket::wait_write); break;
  case TlsStep::ended: go(); break;
  case TlsStep::failed: leave(socket_.tls_failure()); break;
  case TlsStep::done:
    state_ = State::first_byte;
    allow(home_.clients.times.first_byte);
    await(ClientSocket::wait_read);
    break;
  }
  return true;
}

void TlsClient::await(ClientSocket::WaitType what) {
  socket_.async_wait(what, [self = shared_from_this()](const ErrorCode& error) {
    if (error || self->state_ == State::gone) return;
    if (self->state_ == State::first_byte) return self->read();
    self->home_.clients.handshakes.add(self->places_.start.key(), self);
  });
}

void TlsClient::read() {
  auto& scratch = home_.greeting.loop.scratch;
  ErrorCode error;
  const std::size_t count = socket_.read_some(asio::buffer(scratch), error);
  if (error == asio::error::would_block) return await(ClientSocket::wait_read);
  if (error) return go();
  decide({scratch.data(), count});
}

void TlsClient::decide(std::string_view bytes) {
  if (bytes.front() == kRtmpVersion && terms_.accepts_rtmp)
    greet(bytes);
  else
    relay(bytes);
}

// The greeter takes a place of its own, so the client's is given back first.
void TlsClient::greet(std::string_view bytes) {
  std::string residue(bytes);
  protocol::HandOverRtmp terms{terms_.client, true, terms_.tls_server_name, socket_.tls_facts(), terms_.shown_client};
  DetachedClient client = socket_.detach();
  { const TlsClientPlaces given_back = std::move(places_); }
  go();
  home_.events.greet_at_chosen_loop(std::move(client), std::move(terms), std::move(residue));
}

void TlsClient::relay(std::string_view bytes) {
  ErrorCode ignored;
  socket_.cancel(ignored);
  auto relay = std::make_shared<Relay>(home_, std::move(socket_), std::move(terms_), std::move(places_));
  home_.clients.relayed.add(relay);
  relay->start(bytes);
  go();
}

void TlsClient::leave(std::string_view why) {
  if (const auto left_out = home_.clients.client_lines.admit(std::chrono::steady_clock::now()))
    home_.greeting.loop.log.info("RTMPT450: the connection of the TLS client {} is closed: {}{}", terms_.shown_client,
                                 why, policy::words_for_left_out(*left_out));
  go();
}

void TlsClient::close() {
  go();
}

void TlsClient::go() {
  if (std::exchange(state_, State::gone) == State::gone) return;
  ErrorCode ignored;
  socket_.close(ignored);
  home_.greeting.loop.timer.leave(*this);
  // Posted, because the client may be on the stack.
  asio::post(home_.greeting.loop.io,
             [kept = home_.clients.beginning.release(*this), &events = home_.events] { events.tls_client_gone(); });
}

void TlsClient::on_deadline() {
  if (std::chrono::steady_clock::now() < until_) return home_.greeting.loop.timer.call_by(*this, until_);
  leave(state_ == State::handshake ? "its TLS handshake did not end in time"
                                   : "it said nothing behind its TLS handshake in time");
}

} // namespace rtmpt_proxy::gateway
