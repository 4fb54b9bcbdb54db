// SPDX-License-Identifier: Apache-2.0
#include "gateway/viewers/flv_client_leg.hpp"

#include "gateway/base/loop_services.hpp"
#include "gateway/sockets/lingering_socket.hpp"

#include <rtmpt_proxy/protocol/websocket/frame_writer.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using protocol::ViewerFraming;
using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";

ViewerForm form_of(ViewerFraming framing) {
  switch (framing) {
  case ViewerFraming::none:
  case ViewerFraming::until_close: break;
  case ViewerFraming::chunked: return ViewerForm::flv_chunked;
  case ViewerFraming::websocket: return ViewerForm::flv_websocket;
  }
  return ViewerForm::flv;
}

// Without it the kernel would take many seconds of a stream for a viewer who is slow.
void bound_kernels_queue(ClientSocket& socket) {
  if (!is_tcp(socket)) return;
  const int most = FlvClientLeg::kKernelBytes;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof most);
}

} // namespace

FlvClientLeg::FlvClientLeg(ClientOwner& owner, LoopServices& loop, std::shared_ptr<HubLoop> hub, FlvViewerTerms terms,
                           ClientSocket socket, TimePoint now)
    : owner_(owner),
      loop_(loop),
      hub_(std::move(hub)),
      descriptor_(loop.descriptors),
      socket_(std::move(socket)),
      terms_(std::move(terms)),
      queue_(form_of(terms_.framing)),
      own_output_(std::exchange(terms_.head, {})),
      progress_(now) {
  if (is_websocket()) frames_.emplace();
}

FlvClientLeg::~FlvClientLeg() {
  hub_->leave(*this);
}

void FlvClientLeg::begin(TimePoint now) {
  owner_.client_asked(terms_.way, now);
  counters_.requests = 1;
  bound_kernels_queue(socket_);
  const StreamView view = hub_->join(terms_.hub, terms_.path, *this);
  queue_.begin(view.kept);
  if (!view.is_published) publisher_by_ = now + terms_.wait;
  if (terms_.pull && !terms_.pull(hub_))
    return finish(SessionEnd::backend_closed,
                  "as many streams are fetched from media servers as may be, in all or for this client");
  write_on(now);
  await_readable();
}

std::size_t FlvClientLeg::bytes_for_client() const {
  return own_output_.size() + queue_.waiting_bytes();
}

void FlvClientLeg::take_segment(const protocol::SharedSegment& segment) {
  if (ended()) return;
  const auto now = steady_clock::now();
  publisher_by_ = TimePoint::max();
  if (!has_output()) progress_ = now;
  queue_.offer(segment);
  if (!awaits_writable_) write_on(now);
  owner_.settled();
}

void FlvClientLeg::publisher_left(std::chrono::milliseconds wait) {
  if (ended()) return;
  publisher_by_ = steady_clock::now() + wait;
  owner_.settled();
}

void FlvClientLeg::source_failed(SourceFault fault) {
  if (ended() || fault != SourceFault::missing) return;
  finish(SessionEnd::backend_closed);
  owner_.settled();
}

// Writes what comes next. False when the socket takes no more now, or has failed.
bool FlvClientLeg::write_piece() {
  const bool is_own = !own_output_.empty() && !queue_.is_within_segment();
  const auto parts = is_own ? std::array<std::string_view, 2>{own_output_, {}} : queue_.parts();
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(parts[0].data(), parts[0].size()),
                                                  asio::buffer(parts[1].data(), parts[1].size())};
  ErrorCode error;
  const std::size_t count = socket_.write_some(buffers, error);
  if (is_own)
    own_output_.erase(0, count);
  else
    queue_.advance(count);
  counters_.bytes_to_client += count;
  if (!error || error == asio::error::would_block) return !error && count > 0;
  client_deaf_ = true;
  finish(SessionEnd::client_gone);
  return false;
}

void FlvClientLeg::write_on(TimePoint now) {
  while (has_output() && !ended()) {
    const std::uint64_t before = counters_.bytes_to_client;
    const bool may_go_on = write_piece();
    if (counters_.bytes_to_client != before) progress_ = now;
    if (!may_go_on) break;
  }
  if (has_output() || socket_.has_unsent()) await_writable();
}

void FlvClientLeg::read_client(TimePoint now) {
  const std::size_t most = loop_.scratch.size();
  for (int turn = 0; turn < 2 && !ended(); ++turn) {
    ErrorCode error;
    const std::size_t count = socket_.read_some(asio::buffer(loop_.scratch.data(), most), error);
    if (error == asio::error::would_block) return;
    if (error) return finish(error == asio::error::eof ? SessionEnd::closed : SessionEnd::client_gone);
    if (frames_) take_frames({loop_.scratch.data(), count});
    if (!ended()) write_on(now);
    if (count < most) return;
  }
}

void FlvClientLeg::take_frames(std::string_view bytes) {
  constexpr std::size_t kMostControlBytes = 4096; // that wait for a client that takes none
  while (!bytes.empty() && !ended()) {
    const auto [progress, consumed] = frames_->feed(bytes);
    bytes.remove_prefix(consumed);
    switch (progress) {
    case protocol::FrameProgress::need_more: return;
    case protocol::FrameProgress::ping:
      if (own_output_.size() < kMostControlBytes) own_output_ += protocol::pong_frame(frames_->payload());
      break;
    case protocol::FrameProgress::close: return finish(SessionEnd::closed);
    case protocol::FrameProgress::failed:
      close_code_ = frames_->close_code();
      return finish(SessionEnd::client_gone, "the client's WebSocket: " + std::string(to_string(frames_->error())));
    }
  }
}

void FlvClientLeg::await_readable() {
  if (ended() || !socket_.is_open() || std::exchange(awaits_readable_, true)) return;
  socket_.async_wait(ClientSocket::wait_read, [this, kept = owner_.keep()](const ErrorCode& error) {
    awaits_readable_ = false;
    if (error || ended()) return;
    read_client(steady_clock::now());
    await_readable();
    owner_.settled();
  });
}

void FlvClientLeg::await_writable() {
  if (ended() || !socket_.is_open() || std::exchange(awaits_writable_, true)) return;
  socket_.async_wait(ClientSocket::wait_write, [this, kept = owner_.keep()](const ErrorCode& error) {
    awaits_writable_ = false;
    if (error || ended()) return;
    if (!has_output() && socket_.has_unsent()) { // TLS has taken all of it
      ErrorCode ignored;
      socket_.write_some(asio::buffer("", 0), ignored);
    }
    write_on(steady_clock::now());
    owner_.settled();
  });
}

TimePoint FlvClientLeg::next_deadline() const {
  if (ended()) return TimePoint::max();
  return has_output() ? std::min(progress_ + kStalled, publisher_by_) : publisher_by_;
}

void FlvClientLeg::on_time(TimePoint now) {
  if (ended() || now < next_deadline()) return;
  if (now >= publisher_by_) return finish(SessionEnd::backend_closed);
  client_deaf_ = true; // it would not take the end either
  finish(SessionEnd::client_gone, "the viewer took nothing for 30 s");
}

void FlvClientLeg::refuse(std::string /*last_words*/, TimePoint /*now*/) {
  if (!ended()) finish(SessionEnd::stream_refused);
}

void FlvClientLeg::end_because(SessionEnd why, TimePoint /*now*/) {
  if (!ended()) finish(why);
}

void FlvClientLeg::finish(SessionEnd why, std::string detail) {
  if (why == SessionEnd::shutdown) close_code_ = protocol::WebSocketClose::going_away;
  end_ = why;
  end_detail_ = std::move(detail);
  hub_->leave(*this);
}

// The end of the client's form, when it can stand behind what was sent.
std::string FlvClientLeg::last_bytes() const {
  if (client_deaf_ || queue_.is_within_segment() || !own_output_.empty()) return {};
  switch (terms_.framing) {
  case ViewerFraming::none:
  case ViewerFraming::until_close: break;
  case ViewerFraming::chunked: return std::string(kLastChunk);
  case ViewerFraming::websocket: return protocol::close_frame(close_code_);
  }
  return {};
}

void FlvClientLeg::let_connections_go() {
  ErrorCode ignored;
  socket_.cancel(ignored);
  if (client_deaf_) return socket_.close(ignored);
  linger_and_close(loop_.io, loop_.descriptors, std::move(socket_), last_bytes());
}

} // namespace rtmpt_proxy::gateway
