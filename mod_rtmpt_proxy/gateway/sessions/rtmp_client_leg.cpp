// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/rtmp_client_leg.hpp"

#include "gateway/base/loop_services.hpp"
#include "gateway/base/random_bytes.hpp"
#include "gateway/sockets/lingering_socket.hpp"
#include "gateway/sockets/low_water.hpp"

#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using std::chrono::steady_clock;

namespace {

// As TunnelClientLeg has it: reading goes on when there is this much room.
constexpr std::size_t kResumeRoomBytes = 16384;
constexpr std::size_t kResumeRoomShare = 4;
// The most reads in a row, so that a client that never pauses does not delay others.
constexpr int kMostClientReads = 2;

// The greeting must fit behind the handshake, however small the virtual host's buffer is.
std::size_t buffer_for_backend(const protocol::SessionTerms& terms) {
  return std::max<std::size_t>(terms.buffer_bytes, protocol::kMaxGreetingBytes + protocol::kHandshakeBytes);
}

} // namespace

RtmpClientLeg::RtmpClientLeg(const protocol::SessionTerms& terms, ClientOwner& owner, LoopServices& loop,
                             GreetedClient client, TimePoint now)
    : owner_(owner),
      loop_(loop),
      descriptor_(loop.descriptors),
      socket_(std::move(client.socket)),
      way_(client.way),
      stall_limit_(terms.session_timeout * Session::kStallTimeouts),
      connect_id_(client.transaction_id),
      greeting_(std::move(client.sent_bytes)),
      to_client_(terms.buffer_bytes),
      to_backend_(buffer_for_backend(terms)),
      resume_bytes_(std::min<std::size_t>(kResumeRoomBytes, terms.buffer_bytes / kResumeRoomShare)),
      backend_pace_(now),
      client_pace_(now),
      began_(now),
      client_progress_(now),
      backend_progress_(now),
      is_authorized_(terms.authorize_streams) {}

void RtmpClientLeg::begin(TimePoint now) {
  owner_.client_asked(way_, now);
  pass_to_backend(protocol::client_handshake(random_text(protocol::kHandshakeRandomBytes)), now);
}

// Returns how many of the backend's bytes belong to its handshake. The answer waits in the buffer until the stream is
// settled, because the backend leg is being read now.
std::size_t RtmpClientLeg::take_handshake(std::string_view bytes, TimePoint now) {
  std::size_t taken = 0;
  for (;;) {
    const protocol::HandshakeFeedResult fed = handshake_.feed(bytes.substr(taken));
    taken += fed.consumed_bytes;
    counters_.bytes_to_client += fed.consumed_bytes; // the gateway's own answer, which the client got, had as many
    if (fed.progress == protocol::HandshakeProgress::failed)
      finish(SessionEnd::backend_closed,
             "the backend's handshake: " + std::string(protocol::to_string(handshake_.error())));
    if (fed.progress != protocol::HandshakeProgress::first) return taken;
    backend_progress_ = now;
    to_backend_.append(handshake_.take_first_part());
    if (passes_guard(greeting_, now)) to_backend_.append(greeting_);
    greeting_ = {};
    greeting_sent_ = true;
  }
}

void RtmpClientLeg::backend_readable(TimePoint) {
  owner_.look_at_backend();
}

void RtmpClientLeg::from_backend(std::string_view bytes, TimePoint now) {
  note_backend_read(bytes.size(), now);
  if (!handshake_.is_done()) bytes.remove_prefix(take_handshake(bytes, now));
  if (ended() || bytes.empty()) return;
  if (to_client_.empty()) {
    client_progress_ = now;
    bytes.remove_prefix(write_to_client(bytes, now));
  }
  if (client_deaf_) return;
  to_client_.append(bytes);
  if (!to_client_.empty()) await_writable();
}

void RtmpClientLeg::backend_pauses(TimePoint) {
  await_readable(); // the greeting may have just gone
}

void RtmpClientLeg::backend_writable(TimePoint now) {
  write_to_backend(now);
  await_readable();
  end_if_done();
}

void RtmpClientLeg::backend_closed(TimePoint now) {
  backend_open_ = false;
  if (!backend_gathers_) client_progress_ = now; // otherwise it may be what ended for a client that takes nothing
  end_if_done();
}

void RtmpClientLeg::backend_gathers() {
  backend_gathers_ = true;
  stall_limit_ = std::min<std::chrono::milliseconds>(stall_limit_, kViewerStall);
  if (is_tcp(socket_)) keep_unsent_short(socket_.native_handle());
}

std::size_t RtmpClientLeg::room_bytes() const {
  if (client_deaf_) return loop_.backend_scratch.size(); // it is dropped
  const std::size_t room = to_client_.room_bytes();
  return room >= resume_bytes_ ? room : 0;
}

// False ends the stream. What stands in front of a fault in the same piece is withheld too.
bool RtmpClientLeg::passes_guard(std::string_view bytes, TimePoint now) {
  if (is_authorized_) return true;
  const std::uint64_t key_frames = media_.key_frames();
  const bool passes = guard_.feed(bytes, media_);
  if (media_.key_frames() != key_frames) key_frame_ = now;
  if (passes) return true;
  finish(SessionEnd::request_refused, std::string(protocol::to_string(guard_.fault())));
  return false;
}

void RtmpClientLeg::pass_to_backend(std::string_view bytes, TimePoint now) {
  if (to_backend_.empty()) {
    const std::size_t written = owner_.write({bytes, {}});
    counters_.bytes_to_backend += written;
    bytes.remove_prefix(written);
    backend_progress_ = now;
  }
  to_backend_.append(bytes);
}

void RtmpClientLeg::write_to_backend(TimePoint now) {
  while (!to_backend_.empty()) {
    const std::size_t written = owner_.write(to_backend_.unsent(to_backend_.unsent_bytes()));
    if (written == 0) return;
    counters_.bytes_to_backend += written;
    to_backend_.advance(written);
    to_backend_.forget_before(to_backend_.position());
    backend_progress_ = now;
  }
}

// Returns how many bytes the client's socket took. After an error the client gets nothing more, but what it has sent
// still goes to the backend: a publisher may end so that its last bytes lie unread here.
std::size_t RtmpClientLeg::write_to_client(std::string_view bytes, TimePoint now) {
  ErrorCode error;
  const std::size_t written = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
  if (error && error != asio::error::would_block) client_deaf_ = true;
  if (error) return 0;
  counters_.bytes_to_client += written;
  client_progress_ = now;
  return written;
}

void RtmpClientLeg::write_on_to_client(TimePoint now) {
  while (!to_client_.empty() && !client_deaf_) {
    const std::size_t written = write_to_client(to_client_.unsent(to_client_.unsent_bytes())[0], now);
    if (written == 0) break;
    to_client_.advance(written);
    to_client_.forget_before(to_client_.position());
  }
  if (!to_client_.empty() && !client_deaf_) await_writable();
}

void RtmpClientLeg::read_client(TimePoint now) {
  for (int reads = 0; reads < kMostClientReads && !client_ended_; ++reads) {
    const std::size_t most = std::min(loop_.scratch.size(), to_backend_.room_bytes());
    if (most == 0 || !backend_open_ || ended()) return;
    ErrorCode error;
    const std::size_t count = socket_.read_some(asio::buffer(loop_.scratch.data(), most), error);
    if (error == asio::error::would_block) return note_client_read(0, now);
    client_ended_ = static_cast<bool>(error);
    client_broken_ = error && error != asio::error::eof;
    if (count == 0) return;
    owner_.client_asked(way_, now);
    note_client_read(count, now);
    const std::string_view bytes(loop_.scratch.data(), count);
    if (passes_guard(bytes, now)) pass_to_backend(bytes, now);
    if (count < most) return;
  }
}

// Both tell the kernel how many bytes are worth waking up for, when that has changed.
void RtmpClientLeg::note_backend_read(std::size_t count, TimePoint now) {
  if (backend_gathers_) return;
  const std::size_t before = backend_pace_.low_water_bytes();
  backend_pace_.note(count, now);
  if (backend_pace_.low_water_bytes() != before) owner_.gather_backend(backend_pace_.low_water_bytes());
}

void RtmpClientLeg::note_client_read(std::size_t count, TimePoint now) {
  if (way_ == policy::Way::handed_over) client_beginning_.note(socket_.native_handle(), count);
  const std::size_t before = client_pace_.low_water_bytes();
  client_pace_.note(count, now);
  if (client_pace_.low_water_bytes() != before) socket_.set_low_water(client_pace_.low_water_bytes());
}

// Waits for the client's bytes when they may be read. What TLS has read is waited for besides the kernel: on_time()
// reads while such a wait is under way, and may leave something.
void RtmpClientLeg::await_readable() {
  const bool may_be_read = greeting_sent_ && to_backend_.room_bytes() >= resume_bytes_;
  if (!may_be_read || !backend_open_ || client_ended_ || ended() || !socket_.is_open()) return;
  bool& awaits = socket_.holds_news() ? awaits_held_ : awaits_readable_;
  if (std::exchange(awaits, true)) return;
  socket_.async_wait(ClientSocket::wait_read, [this, &awaits, kept = owner_.keep()](const ErrorCode& error) {
    awaits = false;
    if (error || ended()) return;
    read_client(steady_clock::now());
    await_readable();
    end_if_done();
    owner_.settled();
  });
}

void RtmpClientLeg::await_writable() {
  if (awaits_writable_ || ended() || !socket_.is_open()) return;
  awaits_writable_ = true;
  socket_.async_wait(ClientSocket::wait_write, [this, kept = owner_.keep()](const ErrorCode& error) {
    awaits_writable_ = false;
    if (error || ended()) return;
    write_on_to_client(steady_clock::now());
    end_if_done();
    owner_.settled();
  });
}

void RtmpClientLeg::end_if_done() {
  if (ended()) return;
  if (!backend_open_ && (to_client_.empty() || client_deaf_))
    return finish(SessionEnd::backend_closed,
                  handshake_.is_done() ? std::string() : "the backend closed its connection during the handshake");
  if (client_ended_ && (to_backend_.empty() || !owner_.may_take_waiting_bytes()))
    finish(client_broken_ ? SessionEnd::client_gone : SessionEnd::closed);
}

bool RtmpClientLeg::is_stalled(TimePoint since, TimePoint now) const {
  return now >= since + stall_limit_;
}

TimePoint RtmpClientLeg::backend_stalled_by() const {
  return std::max(backend_progress_ + stall_limit_, owner_.held_until());
}

TimePoint RtmpClientLeg::backend_look_by() const {
  return backend_gathers_ ? TimePoint::max() : backend_pace_.look_by();
}

TimePoint RtmpClientLeg::next_deadline() const {
  if (ended()) return TimePoint::max();
  TimePoint next = std::min(backend_look_by(), client_pace_.look_by());
  if (!handshake_.is_done()) next = std::min(next, began_ + kHandshakeWithin);
  if (!to_client_.empty() && !client_deaf_) next = std::min(next, client_progress_ + stall_limit_);
  if (!to_backend_.empty()) next = std::min(next, backend_stalled_by());
  return next;
}

void RtmpClientLeg::on_time(TimePoint now) {
  if (ended()) return;
  if (now >= backend_look_by()) {
    note_backend_read(0, now);
    owner_.look_at_backend();
  }
  if (now >= client_pace_.look_by()) {
    note_client_read(0, now);
    read_client(now);
    await_readable();
    end_if_done();
  }
  if (ended()) return;
  if (!handshake_.is_done() && now >= began_ + kHandshakeWithin)
    return finish(SessionEnd::backend_closed, "the backend did not answer the handshake");
  if (!to_client_.empty() && !client_deaf_ && is_stalled(client_progress_, now))
    return finish(SessionEnd::timeout, "the client took no bytes");
  if (!to_backend_.empty() && now >= backend_stalled_by()) finish(SessionEnd::backend_stalled);
}

void RtmpClientLeg::refuse(std::string last_words, TimePoint now) {
  if (ended()) return;
  is_refused_ = true;
  last_words_ = std::move(last_words);
  backend_closed(now);
}

void RtmpClientLeg::end_because(SessionEnd why, TimePoint) {
  if (!ended()) finish(why);
}

MediaReport RtmpClientLeg::media(TimePoint now) const {
  MediaReport report{media_.video_codec(), media_.audio_codec(), media_.width(), media_.height(), std::nullopt};
  if (media_.key_frames() > 0)
    report.key_frame_age = std::chrono::duration_cast<std::chrono::milliseconds>(now - key_frame_);
  return report;
}

void RtmpClientLeg::finish(SessionEnd why, std::string detail) {
  end_ = is_refused_ ? SessionEnd::stream_refused : why;
  end_detail_ = std::move(detail);
}

void RtmpClientLeg::let_connections_go() {
  ErrorCode ignored;
  socket_.cancel(ignored);
  socket_.set_low_water(1);
  const bool connect_failed = end_ == SessionEnd::backend_closed && !handshake_.is_done();
  linger_and_close(loop_.io, loop_.descriptors, std::move(socket_),
                   connect_failed ? protocol::connect_refusal(connect_id_, protocol::RefusalWords::unavailable)
                                  : std::exchange(last_words_, {}));
}

} // namespace rtmpt_proxy::gateway
