#include "gateway/sessions/stream.hpp"

#include "gateway/base/loop_services.hpp"
#include "gateway/facts/session_logs.hpp"
#include "gateway/session/session_id.hpp"
#include "gateway/sessions/session_table.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;

namespace {

// How long a stream that has ended may take to send its last bytes to the backend.
constexpr std::chrono::seconds kWindUp{5};

} // namespace

Stream::Stream(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places,
               const MakeLeg& make_leg, protocol::SessionId id)
    : home_(home),
      descriptor_(home.loop.descriptors),
      id_(std::move(id)),
      name_("session of " + admission.client_address + " at " + admission.backend_name + " (" +
            admission.vhost_key.text() + ")"),
      places_(std::move(places)),
      backend_(make_leg(*this)),
      client_(admission.terms, *this, home.loop, name_, steady_clock::now()),
      watch_(admission, make_session_name(), std::chrono::system_clock::now(), steady_clock::now()),
      log_(home.logs.named(admission.session_log)),
      started_(steady_clock::now()) {}

Stream::~Stream() = default;

void Stream::start() {
  home_.loop.log.debug("RTMPT302: {} begins", name_);
  home_.loop.timer.enter(*this);
  home_.events.session_began(*this);
  settled();
}

void Stream::end_because(SessionEnd why) {
  client_.end_because(why, steady_clock::now());
  settled();
}

void Stream::abandon() {
  winding_up_ = true;
  backend_->close();
  places_.reset();
  home_.sessions.remove(id_.secret());
  home_.loop.timer.leave(*this);
  if (auto last = home_.sessions.release(*this)) boost::asio::post(home_.loop.io, [kept = std::move(last)] {});
  home_.events.session_abandoned();
}

void Stream::log_shutdown() {
  if (log_) log_->write(watch_.last_record(client_.counters(), SessionEnd::none, {}, steady_clock::now()));
}

std::size_t Stream::write(const Pieces& bytes) {
  const std::size_t taken = backend_->write(bytes);
  watch_.passed(bytes, taken);
  return taken;
}

void Stream::read_backend() {
  if (winding_up_ || !backend_->is_readable()) return;
  backend_->read();
  backend_pauses();
}

void Stream::backend_readable() {
  client_.backend_readable(steady_clock::now());
}

void Stream::backend_bytes(std::string_view bytes) {
  if (!winding_up_) client_.from_backend(bytes, steady_clock::now());
}

void Stream::backend_pauses() {
  if (!winding_up_) client_.backend_pauses(steady_clock::now());
}

void Stream::backend_writable() {
  client_.backend_writable(steady_clock::now());
}

void Stream::log_failure(std::string_view reason) const {
  std::string left_out_words;
  if (!winding_up_) {
    const auto left_out = home_.loop.backend_lines.admit(steady_clock::now());
    if (!left_out) return;
    left_out_words = policy::words_for_left_out(*left_out);
  }
  home_.loop.log.log(winding_up_ ? spdlog::level::debug : spdlog::level::err, "RTMPT316: {}: {}{}", name_, reason,
                     left_out_words);
}

void Stream::backend_closed(std::string_view reason) {
  // After the end of the stream a failure of the backend's connection harms nobody.
  if (!winding_up_) failure_ = reason;
  if (!reason.empty()) log_failure(reason);
  client_.backend_closed(steady_clock::now());
  settled();
}

// Called after every event: makes the backend leg and the timer follow the client leg's new state.
void Stream::settled() {
  if (ended() && !winding_up_) return wind_up();
  if (backend_->is_open()) {
    // After the end of the stream all bytes of the backend are read and dropped.
    const std::size_t room = winding_up_ ? home_.loop.scratch.size() : client_.room_bytes();
    backend_->follow(room, client_.bytes_for_backend());
  }
  if (!winding_up_ || backend_->is_open())
    return home_.loop.timer.call_by(*this, winding_up_ ? wind_up_deadline_ : client_.next_deadline());
  home_.loop.timer.leave(*this);
  // Posted, because the stream or its leg may be on the stack.
  if (auto last = home_.sessions.release(*this)) boost::asio::post(home_.loop.io, [kept = std::move(last)] {});
}

void Stream::deadline_changed() {
  if (!winding_up_) home_.loop.timer.call_by(*this, client_.next_deadline());
}

void Stream::on_deadline() {
  const auto now = steady_clock::now();
  if (!winding_up_)
    client_.on_time(now);
  else if (now >= wind_up_deadline_)
    backend_->close();
  settled();
}

void Stream::wind_up() {
  winding_up_ = true;
  const auto now = steady_clock::now();
  const SessionCounters& counters = client_.counters();
  home_.loop.log.info("RTMPT303: {} ended: {}; {} requests, {} bytes to the backend, {} bytes to the client, {} s",
                      name_, to_string(client_.end()), counters.requests, counters.bytes_to_backend,
                      counters.bytes_to_client,
                      std::chrono::duration_cast<std::chrono::seconds>(now - started_).count());
  const auto self = shared_from_this();
  home_.sessions.remove(id_.secret());
  places_.reset();
  client_.let_connections_go();
  if (backend_->is_open()) {
    wind_up_deadline_ = now + kWindUp;
    backend_->finish();
  }
  if (failure_.empty()) failure_ = client_.end_detail();
  const policy::SessionLogRecord record = watch_.last_record(counters, client_.end(), std::exchange(failure_, {}), now);
  if (log_) log_->write(record);
  home_.events.session_ended(record);
  settled();
}

} // namespace rtmpt_proxy::gateway
