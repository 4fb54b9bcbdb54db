#include "gateway/sessions/live_session.hpp"

#include "gateway/base/loop_services.hpp"
#include "gateway/facts/session_logs.hpp"
#include "gateway/session/session_id.hpp"
#include "gateway/sessions/session_table.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

namespace {

// How long a finished session may take to bring its last bytes to the backend.
constexpr std::chrono::seconds kWindUp{5};
// Reading from the backend goes on again when there is this much room, so that a full buffer is not filled by crumbs.
constexpr std::size_t kResumeBytes = 16384;
constexpr std::size_t kResumeShare = 4; // of a small buffer
// A gather longer than this looks so often whether much has come meanwhile, and then has gathered enough: what comes
// faster than it plays is a download, and little more than this fits into the kernel before its sender has to wait.
constexpr std::chrono::milliseconds kGatherLook{20};
constexpr std::size_t kMuchBytes = 32768;

SessionSettings settings_of(const protocol::Admission& admission) {
  SessionSettings settings;
  settings.idle_hold = admission.idle_hold;
  settings.gather = admission.gather;
  settings.timeout = admission.session_timeout;
  settings.buffer_bytes = admission.buffer_bytes;
  return settings;
}

} // namespace

LiveSession::LiveSession(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places,
                         const MakeLeg& make_leg, std::string id)
    : home_(home),
      descriptor_(home.loop.descriptors),
      id_(std::move(id)),
      name_("session of " + admission.client_address + " at " + admission.backend_name + " (" + admission.virtual_host +
            ")"),
      places_(std::move(places)),
      leg_(make_leg(*this)),
      session_(settings_of(admission), *this, steady_clock::now()),
      watch_(admission, make_session_name(), std::chrono::system_clock::now(), steady_clock::now()),
      log_(home.logs.named(admission.session_log)),
      resume_bytes_(std::min<std::size_t>(kResumeBytes, admission.buffer_bytes / kResumeShare)),
      started_(steady_clock::now()) {}

LiveSession::~LiveSession() = default;

void LiveSession::start() {
  home_.loop.log.debug("RTMPT302: {} begins", name_);
  home_.loop.timer.enter(shared_from_this());
  home_.events.session_began(*this);
  settled();
}

void LiveSession::request(const SessionRequest& request, Exchange& exchange, policy::Way way) {
  const auto now = steady_clock::now();
  watch_.came(way, now);
  const bool gathers = request.kind == protocol::TunnelRequestKind::idle && now < pull_time();
  if (!gathers) pull();
  session_.request(request, exchange, now);
  settled();
}

void LiveSession::take_body(const Exchange& exchange, std::string_view piece) {
  session_.take_body(exchange, piece, steady_clock::now());
  settled();
}

void LiveSession::end_body(const Exchange& exchange) {
  pull();
  session_.end_body(exchange, steady_clock::now());
  settled();
}

void LiveSession::body_refused(std::uint32_t sequence_number, std::optional<std::uint64_t> limit_bytes) {
  session_.body_refused(sequence_number, steady_clock::now());
  if (std::exchange(told_of_refused_body_, true)) return;
  const auto left_out = home_.loop.body_lines.admit(steady_clock::now());
  if (!left_out) return;
  const std::string limit = limit_bytes ? " (" + std::to_string(*limit_bytes) + " bytes)" : "";
  home_.loop.log.warn("RTMPT330: {}: a send has a larger body than RTMPTBodyLimit or LimitRequestBody allows{}: it is "
                      "refused with 413{}",
                      name_, limit, LogLimit::words(*left_out));
}

void LiveSession::hurry(const Exchange& exchange) {
  pull();
  session_.hurry(exchange, steady_clock::now());
  settled();
}

void LiveSession::hurry_for_poll(const Exchange& exchange) {
  session_.hurry_for_poll(exchange, steady_clock::now());
  settled();
}

void LiveSession::forget(const Exchange& exchange) {
  session_.forget(exchange, steady_clock::now());
  settled();
}

bool LiveSession::join(AttachedConnection& connection, std::uint32_t forwarded_requests) {
  if (connections_.size() >= kMostConnections) {
    const auto others = connections_; // closing changes the list
    if (std::none_of(others.begin(), others.end(), [](AttachedConnection* other) { return other->close_if_unused(); }))
      return false;
  }
  connections_.push_back(&connection);
  watch_.came(connection.way(), steady_clock::now());
  session_.connection_joined(forwarded_requests);
  return true;
}

void LiveSession::leave(AttachedConnection& connection) {
  const auto found = std::find(connections_.begin(), connections_.end(), &connection);
  if (found == connections_.end()) return;
  connections_.erase(found);
  session_.connection_left(steady_clock::now());
  settled();
}

void LiveSession::backend_readable() {
  readable_since_ = steady_clock::now();
  next_look_ = readable_since_ + kGatherLook;
  if (session_.is_holding() && readable_since_ >= pull_time()) pull();
}

std::size_t LiveSession::write(const Pieces& bytes) {
  const std::size_t taken = leg_->write(bytes);
  watch_.passed(bytes, taken);
  return taken;
}

void LiveSession::end_by_administrator() {
  session_.end_by_administrator(steady_clock::now());
  settled();
}

void LiveSession::end_unclaimed() {
  session_.end_unclaimed(steady_clock::now());
  settled();
}

void LiveSession::abandon() {
  winding_up_ = true;
  leg_->close();
  places_.reset();
  home_.sessions.remove(id_);
  home_.loop.timer.leave(*this);
  home_.events.session_abandoned();
}

void LiveSession::end_by_shutdown() {
  session_.end_by_shutdown(steady_clock::now());
  settled();
}

void LiveSession::log_shutdown() {
  if (log_) log_->write(watch_.last_record(session_.counters(), SessionEnd::none, {}, steady_clock::now()));
}

// Brings what the backend has sent into the session.
void LiveSession::pull() {
  if (winding_up_ || !leg_->is_readable()) return;
  leg_->read();
  backend_pauses();
}

// When bytes that wait in the kernel are to be brought for an idle.
TimePoint LiveSession::pull_time() const {
  return readable_since_ + session_.gather_time();
}

bool LiveSession::has_gathered(TimePoint now) const {
  return now >= pull_time() || leg_->readable_bytes() >= std::min(kMuchBytes, session_.backend_room_bytes());
}

void LiveSession::backend_bytes(std::string_view bytes) {
  if (!winding_up_) session_.from_backend(bytes, steady_clock::now());
}

void LiveSession::backend_pauses() {
  if (!winding_up_) session_.backend_pauses(steady_clock::now());
}

void LiveSession::backend_writable() {
  session_.backend_writable(steady_clock::now());
}

void LiveSession::log_failure(std::string_view reason) const {
  if (winding_up_) return home_.loop.log.debug("RTMPT316: {}: {}", name_, reason);
  if (const auto left_out = home_.loop.backend_lines.admit(steady_clock::now()))
    home_.loop.log.error("RTMPT316: {}: {}{}", name_, reason, LogLimit::words(*left_out));
}

void LiveSession::backend_closed(std::string_view reason) {
  // Once the client is gone it harms nobody.
  if (!winding_up_) failure_ = reason;
  if (!reason.empty()) log_failure(reason);
  session_.backend_closed(steady_clock::now());
  settled();
}

// After every event: lets the leg and the timer follow the session's state.
void LiveSession::settled() {
  if (session_.ended() && !winding_up_) return wind_up();
  if (leg_->is_open()) leg_->follow(room_bytes(), session_.bytes_for_backend());
  if (!winding_up_ || leg_->is_open()) return home_.loop.timer.call_by(*this, deadline());
  // Posted, for the session or its leg may be on the stack.
  if (auto last = home_.loop.timer.leave(*this)) boost::asio::post(home_.loop.io, [kept = std::move(last)] {});
}

// Reading goes on when it is worth it; once the session has ended everything is read, and dropped.
std::size_t LiveSession::room_bytes() const {
  if (winding_up_) return home_.loop.scratch.size();
  const std::size_t room = session_.backend_room_bytes();
  return room >= resume_bytes_ ? room : 0;
}

TimePoint LiveSession::deadline() const {
  if (winding_up_) return wind_up_deadline_;
  const TimePoint due = session_.next_deadline();
  return session_.is_holding() && leg_->is_readable() ? std::min({due, pull_time(), next_look_}) : due;
}

void LiveSession::on_deadline() {
  const auto now = steady_clock::now();
  if (now >= deadline()) {
    if (winding_up_)
      leg_->close();
    else if (has_gathered(now))
      pull();
    else
      next_look_ = now + kGatherLook;
  }
  if (!winding_up_) session_.on_time(now);
  settled();
}

void LiveSession::wind_up() {
  winding_up_ = true;
  const auto now = steady_clock::now();
  const SessionCounters& counters = session_.counters();
  home_.loop.log.info("RTMPT303: {} ended: {}; {} requests, {} bytes to the backend, {} bytes to the client, {} s",
                      name_, to_string(session_.end()), counters.requests, counters.bytes_to_backend,
                      counters.bytes_to_client,
                      std::chrono::duration_cast<std::chrono::seconds>(now - started_).count());
  const auto self = shared_from_this();
  home_.sessions.remove(id_);
  places_.reset();
  const bool client_may_go_on = session_.end() != SessionEnd::timeout && session_.end() != SessionEnd::client_gone &&
                                session_.end() != SessionEnd::shutdown;
  for (AttachedConnection* connection : std::exchange(connections_, {}))
    connection->session_ended(client_may_go_on);
  if (leg_->is_open()) {
    wind_up_deadline_ = now + kWindUp;
    leg_->finish();
  }
  if (session_.end() == SessionEnd::request_refused && failure_.empty())
    failure_ = "a request was answered " + std::to_string(session_.refused_status());
  const policy::SessionLogRecord record =
      watch_.last_record(counters, session_.end(), std::exchange(failure_, {}), now);
  if (log_) log_->write(record);
  home_.events.session_ended(record);
  settled();
}

} // namespace rtmpt_proxy::gateway
