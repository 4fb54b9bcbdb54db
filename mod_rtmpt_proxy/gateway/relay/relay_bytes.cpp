// SPDX-License-Identifier: Apache-2.0
// Moving the bytes of a relay.
#include "gateway/relay/relay.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using std::chrono::steady_clock;

namespace {

// One record of TLS is read at a time, and so many in a row, so that a side that never pauses does not delay others.
constexpr std::size_t kRelayReadBytes = kTlsRecordBytes;
constexpr int kMostRelayReads = 4;

bool must_wait(TlsStep step) {
  return step == TlsStep::wants_read || step == TlsStep::wants_write;
}

} // namespace

void Relay::advance() {
  if (state_ == State::connecting || state_ == State::gone) return;
  if (state_ == State::open) move_to_httpd();
  if (state_ != State::gone) move_to_client();
  if (state_ != State::gone) end_if_done();
  if (state_ == State::gone) return;
  await_client();
  await_httpd();
  arm_timer();
}

bool Relay::may_read_client() const {
  return state_ == State::open && !client_side_.ended && !httpd_side_.ended && !httpd_side_.deaf &&
         httpd_side_.unsent.empty();
}

void Relay::move_to_httpd() {
  if (!httpd_side_.unsent.empty()) write_to_httpd(std::exchange(httpd_side_.unsent, {}));
  for (int reads = 0; reads < kMostRelayReads && client_side_.readable && may_read_client(); ++reads)
    if (!read_client()) return;
  pass_clients_end();
}

// False when the relay is over. httpd has taken everything of before, so its time begins now.
bool Relay::read_client() {
  auto& scratch = home_.greeting.loop.scratch;
  ErrorCode error;
  const std::size_t count = client_.read_some(asio::buffer(scratch.data(), kRelayReadBytes), error);
  if (error == asio::error::would_block) {
    client_side_.readable = false;
  } else if (error == asio::error::eof) {
    client_side_.ended = true;
  } else if (error) {
    close();
    return false;
  }
  tail_.add({scratch.data(), count});
  httpd_side_.progress = steady_clock::now();
  tail_until_ = httpd_side_.progress + home_.clients.times.tail;
  write_to_httpd({scratch.data(), count});
  return true;
}

// A side that takes nothing more may still have sent something.
void Relay::write_to_httpd(std::string_view bytes) {
  while (!bytes.empty() && !httpd_side_.deaf) {
    const TlsMoved moved = httpd_.write(bytes);
    if (must_wait(moved.step)) {
      httpd_side_.unsent = bytes;
      return;
    }
    if (moved.step != TlsStep::done) httpd_side_.deaf = true;
    httpd_side_.progress = steady_clock::now();
    bytes.remove_prefix(moved.bytes);
  }
}

void Relay::pass_clients_end() {
  if (!client_side_.ended || said_end_ || !httpd_side_.unsent.empty() || httpd_side_.deaf) return;
  if (httpd_.say_end() == TlsStep::wants_write) return await_httpd_writable();
  said_end_ = true;
}

void Relay::move_to_client() {
  if (client_owes()) write_to_client(std::exchange(client_side_.unsent, {}));
  for (int reads = 0; reads < kMostRelayReads && httpd_side_.readable && may_read_httpd(); ++reads)
    if (!read_httpd()) return;
}

// False when the relay is over.
bool Relay::read_httpd() {
  auto& scratch = home_.greeting.loop.backend_scratch;
  const TlsMoved moved = httpd_.read(scratch.data(), kRelayReadBytes);
  read_wants_write_ = moved.step == TlsStep::wants_write;
  if (must_wait(moved.step)) {
    httpd_side_.readable = false;
    return true;
  }
  client_side_.progress = steady_clock::now(); // it has taken everything of before
  if (moved.step != TlsStep::done) {
    httpd_side_.ended = true;
    return true;
  }
  keep_session();
  if (std::exchange(ticket_is_due_, false) && state_ == State::open) client_.give_ticket();
  write_to_client({scratch.data(), moved.bytes});
  return state_ != State::gone;
}

void Relay::write_to_client(std::string_view bytes) {
  do {
    ErrorCode error;
    const std::size_t count = client_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    if (error == asio::error::would_block) {
      client_side_.unsent = bytes;
      return;
    }
    if (error) return close();
    client_side_.progress = steady_clock::now();
    bytes.remove_prefix(count);
  } while (!bytes.empty());
}

void Relay::keep_session() {
  if (std::exchange(session_kept_, true)) return;
  if (InnerSession session = httpd_.session()) home_.clients.inner_sessions.keep(inner_terms_, std::move(session));
}

void Relay::await_client() {
  if (client_owes()) await_client_writable();
  if (!may_read_client()) return;
  if (client_side_.readable) return advance_soon();
  if (std::exchange(client_side_.awaits_readable, true)) return;
  client_.async_wait(ClientSocket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    self->client_side_.awaits_readable = false;
    if (error) return;
    self->client_side_.readable = true;
    self->advance();
  });
}

void Relay::await_client_writable() {
  if (std::exchange(client_side_.awaits_writable, true)) return;
  client_.async_wait(ClientSocket::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    self->client_side_.awaits_writable = false;
    if (!error) self->advance();
  });
}

void Relay::await_httpd() {
  const bool wants_to_write = state_ == State::open && !httpd_side_.unsent.empty() && !httpd_side_.deaf;
  if (wants_to_write || read_wants_write_) await_httpd_writable();
  if (!may_read_httpd() || read_wants_write_) return;
  if (httpd_side_.readable) return advance_soon();
  if (std::exchange(httpd_side_.awaits_readable, true)) return;
  httpd_.async_wait(HttpdLine::Socket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    self->httpd_side_.awaits_readable = false;
    if (error) return;
    self->httpd_side_.readable = true;
    self->advance();
  });
}

void Relay::await_httpd_writable() {
  if (std::exchange(httpd_side_.awaits_writable, true)) return;
  httpd_.async_wait(HttpdLine::Socket::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    self->httpd_side_.awaits_writable = false;
    if (error) return;
    if (std::exchange(self->read_wants_write_, false)) self->httpd_side_.readable = true;
    self->advance();
  });
}

// The loop's other connections have their turn first.
void Relay::advance_soon() {
  if (std::exchange(advances_soon_, true)) return;
  asio::post(home_.greeting.loop.io, [self = shared_from_this()] {
    self->advances_soon_ = false;
    self->advance();
  });
}

} // namespace rtmpt_proxy::gateway
