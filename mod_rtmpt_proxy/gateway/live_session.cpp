#include "live_session.hpp"

#include "gateway.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

namespace {

// How long a finished session may take to bring its last bytes to the backend.
constexpr std::chrono::seconds kWindUp{5};
// Reading from the backend goes on again when there is this much room, so that a full buffer is not filled by crumbs.
constexpr std::size_t kResumeBytes = 16384;
constexpr std::size_t kResumeShare = 4; // of a small buffer

SessionSettings settings_of(const protocol::Admission& admission) {
  SessionSettings settings;
  settings.idle_hold = admission.idle_hold;
  settings.gather = admission.gather;
  settings.timeout = admission.session_timeout;
  settings.buffer_bytes = admission.buffer_bytes;
  return settings;
}

} // namespace

LiveSession::LiveSession(Gateway& gateway, const protocol::Admission& admission, tcp::socket backend, std::string id)
    : gateway_(gateway),
      descriptor_(gateway.descriptors()),
      id_(std::move(id)),
      name_("session of " + admission.client_address + " at " + admission.backend_name + " (" + admission.virtual_host +
            ")"),
      backend_(std::move(backend)),
      timer_(gateway.loop()),
      session_(settings_of(admission), *this, steady_clock::now()),
      resume_bytes_(std::min<std::size_t>(kResumeBytes, admission.buffer_bytes / kResumeShare)),
      started_(steady_clock::now()) {}

LiveSession::~LiveSession() = default;

void LiveSession::start() {
  ErrorCode ignored;
  backend_.non_blocking(true, ignored);
  backend_.set_option(tcp::no_delay(true), ignored);
  backend_.set_option(asio::socket_base::keep_alive(true), ignored);
  gateway_.log().debug("RTMPT302: {} begins", name_);
  settle();
}

void LiveSession::request(const SessionRequest& request, Exchange& exchange) {
  session_.request(request, exchange, steady_clock::now());
  settle();
}

void LiveSession::hurry(const Exchange& exchange) {
  session_.hurry(exchange, steady_clock::now());
  settle();
}

void LiveSession::hurry_for_poll(const Exchange& exchange) {
  session_.hurry_for_poll(exchange, steady_clock::now());
  settle();
}

void LiveSession::forget(const Exchange& exchange) {
  session_.forget(exchange, steady_clock::now());
  settle();
}

bool LiveSession::join(AttachedConnection& connection) {
  if (connections_.size() >= kMostConnections) {
    const auto others = connections_; // closing changes the list
    if (std::none_of(others.begin(), others.end(), [](AttachedConnection* other) { return other->close_if_unused(); }))
      return false;
  }
  connections_.push_back(&connection);
  session_.connection_joined();
  return true;
}

void LiveSession::leave(AttachedConnection& connection) {
  const auto found = std::find(connections_.begin(), connections_.end(), &connection);
  if (found == connections_.end()) return;
  connections_.erase(found);
  session_.connection_left(steady_clock::now());
  settle();
}

std::size_t LiveSession::write(const Pieces& bytes) {
  if (write_failed_ || !backend_.is_open()) return 0;
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(bytes[0].data(), bytes[0].size()),
                                                  asio::buffer(bytes[1].data(), bytes[1].size())};
  ErrorCode error;
  const std::size_t written = backend_.write_some(buffers, error);
  if (error && error != asio::error::would_block) write_failed_ = true;
  return error ? 0 : written;
}

// After every event: lets the sockets and the timer follow the session's state.
void LiveSession::settle() {
  // Without a reader nobody else notices that the connection broke.
  if (write_failed_ && !reading_ && backend_.is_open()) {
    session_.backend_closed(steady_clock::now());
    close_backend();
  }
  if (session_.ended() && !winding_up_) return wind_up();
  read_backend();
  write_backend();
  arm_timer();
}

void LiveSession::read_backend() {
  const std::size_t room = session_.backend_room_bytes();
  const bool worth_it = winding_up_ || room >= resume_bytes_;
  if (reading_ || !backend_.is_open() || !worth_it) return;
  reading_ = true;
  backend_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    self->reading_ = false;
    if (!error) self->on_backend_readable();
  });
}

void LiveSession::on_backend_readable() {
  if (winding_up_) return drain_backend();
  auto& scratch = gateway_.scratch();
  const std::size_t most = std::min(scratch.size(), session_.backend_room_bytes());
  ErrorCode error;
  const std::size_t count = most == 0 ? 0 : backend_.read_some(asio::buffer(scratch.data(), most), error);
  const auto now = steady_clock::now();
  if (count > 0)
    session_.from_backend({scratch.data(), count}, now);
  else if (error && error != asio::error::would_block) {
    session_.backend_closed(now);
    close_backend();
  }
  settle();
}

void LiveSession::write_backend() {
  if (writing_ || write_failed_ || !backend_.is_open() || !session_.wants_to_write()) return;
  writing_ = true;
  backend_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    self->writing_ = false;
    if (error) return;
    self->session_.backend_writable(steady_clock::now());
    if (self->winding_up_ && !self->session_.wants_to_write()) {
      ErrorCode ignored;
      self->backend_.shutdown(tcp::socket::shutdown_send, ignored);
    }
    self->settle();
  });
}

void LiveSession::arm_timer() {
  const TimePoint due = winding_up_ ? wind_up_deadline_ : session_.next_deadline();
  // A timer that fires too early costs one look; moving it with every request would cost more.
  if (due == TimePoint::max() || armed_for_ <= due) return;
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
    if (error) return;
    self->armed_for_ = TimePoint::max();
    self->on_timer();
  });
}

void LiveSession::on_timer() {
  const auto now = steady_clock::now();
  if (winding_up_ && now >= wind_up_deadline_) return close_backend();
  session_.on_time(now);
  settle();
}

void LiveSession::wind_up() {
  winding_up_ = true;
  const auto now = steady_clock::now();
  const SessionCounters& counters = session_.counters();
  gateway_.log().info("RTMPT303: {} ended: {}; {} requests, {} bytes to the backend, {} bytes to the client, {} s",
                      name_, to_string(session_.end()), counters.requests, counters.bytes_to_backend,
                      counters.bytes_to_client,
                      std::chrono::duration_cast<std::chrono::seconds>(now - started_).count());
  const auto self = shared_from_this();
  gateway_.sessions().remove(id_);
  const bool client_may_go_on = session_.end() != SessionEnd::timeout && session_.end() != SessionEnd::client_gone;
  for (AttachedConnection* connection : std::exchange(connections_, {}))
    connection->session_ended(client_may_go_on);
  if (backend_.is_open()) {
    // Closing at once would make a reset of bytes that the backend has not read yet.
    wind_up_deadline_ = now + kWindUp;
    if (!session_.wants_to_write()) {
      ErrorCode ignored;
      backend_.shutdown(tcp::socket::shutdown_send, ignored);
    }
  }
  gateway_.session_left();
  settle();
}

void LiveSession::drain_backend() {
  auto& scratch = gateway_.scratch();
  ErrorCode error;
  backend_.read_some(asio::buffer(scratch), error);
  if (error && error != asio::error::would_block) return close_backend();
  read_backend();
}

void LiveSession::close_backend() {
  ErrorCode ignored;
  backend_.close(ignored);
  timer_.cancel();
  armed_for_ = wind_up_deadline_ = TimePoint::max();
}

} // namespace rtmpt_proxy::gateway
