#include "live_session.hpp"

#include "gateway.hpp"

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

SessionSettings settings_of(const protocol::Admission& admission) {
  SessionSettings settings;
  settings.idle_hold = admission.idle_hold;
  settings.gather = admission.gather;
  settings.timeout = admission.session_timeout;
  settings.buffer_bytes = admission.buffer_bytes;
  return settings;
}

} // namespace

LiveSession::LiveSession(Gateway& gateway, const protocol::Admission& admission, SessionPlaces places,
                         const MakeLeg& make_leg, std::string id)
    : gateway_(gateway),
      descriptor_(gateway.descriptors()),
      id_(std::move(id)),
      name_("session of " + admission.client_address + " at " + admission.backend_name + " (" + admission.virtual_host +
            ")"),
      places_(std::move(places)),
      leg_(make_leg(*this)),
      timer_(gateway.loop()),
      session_(settings_of(admission), *this, steady_clock::now()),
      resume_bytes_(std::min<std::size_t>(kResumeBytes, admission.buffer_bytes / kResumeShare)),
      started_(steady_clock::now()) {}

LiveSession::~LiveSession() = default;

void LiveSession::start() {
  gateway_.log().debug("RTMPT302: {} begins", name_);
  settled();
}

void LiveSession::request(const SessionRequest& request, Exchange& exchange) {
  session_.request(request, exchange, steady_clock::now());
  settled();
}

void LiveSession::hurry(const Exchange& exchange) {
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
  settled();
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

void LiveSession::backend_closed(std::string_view reason) {
  // Once the client is gone it harms nobody.
  if (!reason.empty())
    gateway_.log().log(winding_up_ ? spdlog::level::debug : spdlog::level::err, "RTMPT316: {}: {}", name_, reason);
  session_.backend_closed(steady_clock::now());
  settled();
}

// After every event: lets the leg and the timer follow the session's state.
void LiveSession::settled() {
  if (session_.ended() && !winding_up_) return wind_up();
  if (leg_->is_open()) leg_->follow(room_bytes(), session_.bytes_for_backend());
  arm_timer();
}

// Reading goes on when it is worth it; once the session has ended everything is read, and dropped.
std::size_t LiveSession::room_bytes() const {
  if (winding_up_) return gateway_.scratch().size();
  const std::size_t room = session_.backend_room_bytes();
  return room >= resume_bytes_ ? room : 0;
}

void LiveSession::arm_timer() {
  if (winding_up_ && !leg_->is_open()) {
    timer_.cancel();
    armed_for_ = TimePoint::max();
    return;
  }
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
  if (winding_up_ && now >= wind_up_deadline_) return leg_->close();
  session_.on_time(now);
  settled();
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
  places_.reset();
  const bool client_may_go_on = session_.end() != SessionEnd::timeout && session_.end() != SessionEnd::client_gone;
  for (AttachedConnection* connection : std::exchange(connections_, {}))
    connection->session_ended(client_may_go_on);
  if (leg_->is_open()) {
    wind_up_deadline_ = now + kWindUp;
    leg_->finish();
  }
  gateway_.session_left();
  settled();
}

} // namespace rtmpt_proxy::gateway
