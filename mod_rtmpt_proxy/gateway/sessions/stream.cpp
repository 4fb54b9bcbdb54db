// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/stream.hpp"

#include "gateway/base/loop_services.hpp"
#include "gateway/facts/hidden_names.hpp"
#include "gateway/facts/session_logs.hpp"
#include "gateway/session/session_id.hpp"
#include "gateway/sessions/session_table.hpp"
#include "gateway/sessions/stream_asks.hpp"

#include <rtmpt_proxy/policy/routing/stream_target.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;

namespace {

// The leg to a backend where there is none.
class NoBackend final : public BackendLeg {
 public:
  std::size_t write(const Pieces& bytes) override { return size_of(bytes); }
  bool is_readable() const override { return false; }
  std::size_t readable_bytes() const override { return 0; }
  void read() override {}
  void follow(std::size_t /*room_bytes*/, std::size_t /*waiting_bytes*/) override {}
  void finish() override { close(); }
  void close() override { is_open_ = false; }
  bool is_open() const override { return is_open_; }

 private:
  bool is_open_ = true;
};

HideName hide_by(const HiddenNames& names, const protocol::SessionTerms& terms) {
  if (!terms.hide_stream_name) return {};
  return [&names](std::string_view name) { return names.hide(name); };
}

bool has_limits(const SessionHome& home, const protocol::Admission& admission) {
  return admission.terms.max_viewers > 0 || admission.terms.one_publisher ||
         home.limits.bans.has_streams(admission.vhost_key.text(), steady_clock::now());
}

} // namespace

Stream::Stream(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places,
               const MakeLeg& make_leg, protocol::SessionId id, protocol::SessionName name)
    : home_(home),
      descriptor_(home.loop.descriptors),
      id_(std::move(id)),
      name_("session of " + shown_client(admission) + " at " + admission.backend_name + " (" +
            admission.vhost_key.text() + ")"),
      places_(std::move(places)),
      backend_(make_leg(*this)),
      watch_(admission, std::move(name), std::chrono::system_clock::now(), steady_clock::now(),
             hide_by(home.names, admission.terms)),
      log_(home.logs.named(admission.session_log)),
      started_(steady_clock::now()) {
  address_ = counted_as(admission.client_address);
  shown_client_ = shown_client(admission);
  vhost_ = admission.vhost_key;
  server_name_ = admission.server_name;
}

Stream::Stream(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places,
               protocol::SessionId id, const MakeClient& make_client)
    : Stream(
          home, admission, std::move(places), [](BackendOwner&) { return std::make_unique<NoBackend>(); },
          std::move(id), make_session_name()) {
  client_ = make_client(*this);
}

Stream::Stream(const SessionHome& home, const protocol::Admission& admission, SessionPlaces places,
               const MakeLeg& make_leg, protocol::SessionId id, std::optional<GreetedClient> client)
    : Stream(home, admission, std::move(places), make_leg, std::move(id),
             client ? client->session_name : make_session_name()) {
  protocol::SessionTerms terms = admission.terms;
  upload_cap_ = UploadCap::of(terms, started_);
  if (StreamAuthorizer::is_needed(admission) || has_limits(home, admission)) {
    terms.buffer_bytes = std::max(terms.buffer_bytes, StreamAuthorizer::kLeastBufferBytes);
    terms.authorize_streams = true; // for the legs: the authorizer follows what the client sends
    make_authorizer(admission, client ? &*client : nullptr);
  }
  if (client) {
    client_ = std::make_unique<RtmpClientLeg>(terms, *this, home.loop, *std::move(client), started_);
    return;
  }
  auto leg = std::make_unique<TunnelClientLeg>(terms, *this, home.loop, name_, started_);
  tunnel_ = leg.get();
  client_ = std::move(leg);
}

Stream::~Stream() {
  end_pace();
}

// Takes what it needs of `client`, which is null for one of RTMPT.
void Stream::make_authorizer(const protocol::Admission& admission, GreetedClient* client) {
  // Without a limit as well: a ban may come later.
  auto limits = std::make_unique<StreamLimits>(home_.limits, admission, watch_.name(), reach_by_register());
  authorizer_ = std::make_unique<StreamAuthorizer>(
      admission, client ? std::move(client->tls_server_name) : std::string(), watch_.name(),
      client ? std::move(client->login) : std::nullopt, std::move(limits), hide_by(home_.names, admission.terms));
}

// Called by any thread, which only posts. While the register knows the stream, its loop is there.
StreamLimits::Tell Stream::reach_by_register() {
  const auto at_home = [&io = home_.loop.io, this](auto act) {
    boost::asio::post(io, [weak = weak_from_this(), act = std::move(act)] {
      if (const auto self = weak.lock()) act(*self);
    });
  };
  return {[at_home](const protocol::SessionName& other, const StreamKey& stream) {
            at_home([other, stream](Stream& self) { self.on_take_over(other, stream); });
          },
          [at_home] { at_home([](Stream& self) { self.on_place(); }); }};
}

std::vector<policy::BanSubject> Stream::ban_subjects() const {
  const policy::BanSubject client{vhost_.text(), server_name_, address_, shown_client_, {}, {}};
  std::vector<policy::BanSubject> subjects;
  const auto add = [&](const std::string& path, const std::string& shown_path) {
    subjects.push_back(client);
    subjects.back().stream = path;
    subjects.back().shown_stream = shown_path;
  };
  if (authorizer_) {
    for (const PublishedStream& stream : authorizer_->published())
      add(stream.path, stream.shown_path);
  } else if (const protocol::StreamFacts& stream = watch_.true_stream(); stream.kind == protocol::StreamKind::publish) {
    const std::string path = policy::stream_path(stream.app, stream.stream_name);
    if (!path.empty()) add(path, "/" + stream.app + "/" + watch_.shown_stream().stream_name);
  }
  if (subjects.empty()) subjects.push_back(client);
  return subjects;
}

void Stream::start() {
  home_.loop.log.debug("RTMPT302: {} begins", name_);
  home_.loop.timer.enter(*this);
  home_.events.session_began(*this);
  client_->begin(steady_clock::now());
  settled();
}

void Stream::end_because(SessionEnd why) {
  client_->end_because(why, steady_clock::now());
  settled();
}

void Stream::abandon() {
  winding_up_ = true;
  backend_->close();
  if (authorizer_) authorizer_->end_places();
  places_.reset();
  home_.sessions.remove(id_.secret());
  home_.loop.timer.leave(*this);
  if (auto last = home_.sessions.release(*this)) boost::asio::post(home_.loop.io, [kept = std::move(last)] {});
  home_.events.session_abandoned();
}

void Stream::log_shutdown() {
  if (log_) log_->write(watch_.last_record(client_->counters(), SessionEnd::none, {}, steady_clock::now()));
}

std::size_t Stream::write(const Pieces& bytes) {
  if (!authorizer_ && !upload_cap_) {
    const std::size_t taken = backend_->write(bytes);
    watch_.passed(bytes, taken);
    return taken;
  }
  const auto now = steady_clock::now();
  const std::size_t room = upload_cap_ && !winding_up_ ? upload_cap_->room_bytes(now) : size_of(bytes);
  const std::size_t taken =
      authorizer_ ? authorizer_->write(bytes, room, *backend_, now) : backend_->write(front_of(bytes, room));
  if (upload_cap_) upload_cap_->passed(taken, now);
  watch_.passed(bytes, taken);
  return taken;
}

void Stream::read_backend() {
  if (winding_up_ || !backend_->is_readable()) return;
  backend_->read();
  backend_pauses();
}

void Stream::look_at_backend() {
  if (winding_up_ || !backend_->is_open()) return;
  backend_->look();
  backend_pauses();
}

std::shared_ptr<void> Stream::keep() {
  return shared_from_this();
}

void Stream::backend_readable() {
  client_->backend_readable(steady_clock::now());
}

void Stream::backend_bytes(std::string_view bytes) {
  if (winding_up_) return;
  if (authorizer_) return give_to_client(bytes);
  client_->from_backend(bytes, steady_clock::now());
}

void Stream::backend_pauses() {
  if (!winding_up_) client_->backend_pauses(steady_clock::now());
}

void Stream::backend_writable() {
  client_->backend_writable(steady_clock::now());
}

void Stream::log_failure(std::string_view reason) const {
  const bool is_clients = backend_->blames_client();
  std::string left_out_words;
  if (!winding_up_) {
    const auto left_out = (is_clients ? home_.loop.refusal_lines : home_.loop.backend_lines).admit(steady_clock::now());
    if (!left_out) return;
    left_out_words = policy::words_for_left_out(*left_out);
  }
  if (is_clients) {
    home_.loop.log.info("RTMPT540: session {}: the hub ended {}: {}{}", watch_.name().text(), name_, reason,
                        left_out_words);
    return;
  }
  home_.loop.log.log(winding_up_ ? spdlog::level::debug : spdlog::level::err, "RTMPT316: {}: {}{}", name_, reason,
                     left_out_words);
}

void Stream::backend_closed(std::string_view reason) {
  // After the end of the stream a failure of the backend's connection harms nobody.
  if (!winding_up_) failure_ = reason;
  if (!reason.empty()) log_failure(reason);
  if (authorizer_) authorizer_->end_places();
  if (authorizer_ && !winding_up_ && !is_refused_)
    authorizer_->server().stop([this](std::string_view rest) { client_->from_backend(rest, steady_clock::now()); });
  client_->backend_closed(steady_clock::now());
  settled();
}

// Called after every event: makes the backend leg and the timer follow the client leg's new state.
void Stream::settled() {
  if (authorizer_) follow_authorizer();
  if (upload_cap_ && upload_cap_->is_exceeded()) refuse_rate();
  if (ended() && !winding_up_) return wind_up();
  if (backend_->is_open()) {
    // After the end of the stream all bytes of the backend are read and dropped.
    const std::size_t room = winding_up_ ? home_.loop.scratch.size() : room_bytes();
    backend_->follow(room, waiting_bytes());
  }
  if (!winding_up_ || backend_->is_open())
    return home_.loop.timer.call_by(*this, winding_up_ ? wind_up_deadline_ : next_deadline());
  if (authorizer_) authorizer_->end_places();
  home_.loop.timer.leave(*this);
  // Posted, because the stream or its leg may be on the stack.
  if (auto last = home_.sessions.release(*this)) boost::asio::post(home_.loop.io, [kept = std::move(last)] {});
}

void Stream::deadline_changed() {
  if (!winding_up_) home_.loop.timer.call_by(*this, next_deadline());
}

void Stream::on_deadline() {
  const auto now = steady_clock::now();
  if (authorizer_) authorizer_->on_time(now);
  if (!winding_up_ && is_held_back() && upload_cap_->room_bytes(now) > 0) client_->backend_writable(now);
  if (!winding_up_)
    client_->on_time(now);
  else if (now >= wind_up_deadline_)
    backend_->close();
  settled();
}

void Stream::wind_up() {
  winding_up_ = true;
  end_pace();
  const auto now = steady_clock::now();
  const SessionCounters& counters = client_->counters();
  home_.loop.log.info("RTMPT303: {} ended: {}; {} requests, {} bytes to the backend, {} bytes to the client, {} s",
                      name_, to_string(client_->end()), counters.requests, counters.bytes_to_backend,
                      counters.bytes_to_client,
                      std::chrono::duration_cast<std::chrono::seconds>(now - started_).count());
  const auto self = shared_from_this();
  home_.sessions.remove(id_.secret());
  places_.reset();
  client_->let_connections_go();
  if (backend_->is_open()) {
    wind_up_deadline_ = now + StreamAuthorizer::kWindUp;
    backend_->finish();
  }
  if (is_refused_) failure_ = refusal_detail_;
  if (failure_.empty()) failure_ = client_->end_detail();
  const policy::SessionLogRecord record =
      watch_.last_record(counters, client_->end(), std::exchange(failure_, {}), now);
  if (log_) log_->write(record);
  home_.events.session_ended(record);
  if (authorizer_) tell_ends(true, now);
  settled();
}

// httpd hears of the streams that it had allowed: of those that have ended, and with the session of all.
void Stream::tell_ends(bool session_ends, TimePoint now) {
  for (std::string& notice : authorizer_->take_notices(home_.asks, client_->counters(), now, session_ends))
    home_.asks.tell(watch_.name(), vhost_, std::move(notice));
}

// Bytes of the client wait, and its rate may be why.
bool Stream::is_held_back() const {
  return upload_cap_ && backend_->is_open() && client_->bytes_for_backend() > 0;
}

TimePoint Stream::next_deadline() const {
  TimePoint next = client_->next_deadline();
  if (authorizer_) next = std::min(next, authorizer_->deadline());
  return is_held_back() ? std::min(next, upload_cap_->next_look()) : next;
}

TimePoint Stream::held_until() const {
  return authorizer_ ? authorizer_->held_until() : TimePoint::min();
}

bool Stream::may_take_waiting_bytes() const {
  return !authorizer_ || authorizer_->may_pass_more(client_->bytes_for_backend());
}

// For the backend leg: what it may send.
std::size_t Stream::waiting_bytes() {
  std::size_t waiting = client_->bytes_for_backend();
  if (authorizer_) waiting = std::min(waiting, authorizer_->sendable_bytes());
  return upload_cap_ && !winding_up_ ? std::min(waiting, upload_cap_->room_bytes(steady_clock::now())) : waiting;
}

std::size_t Stream::room_bytes() const {
  const std::size_t room = client_->room_bytes();
  return authorizer_ ? room - std::min(room, authorizer_->server().kept_bytes()) : room;
}

void Stream::give_to_client(std::string_view bytes) {
  if (is_refused_) return;
  authorizer_->server().take(bytes,
                             [this](std::string_view whole) { client_->from_backend(whole, steady_clock::now()); });
}

// Bytes that the client leg put behind those that are held have not been looked at yet.
void Stream::follow_authorizer() {
  if (backend_->is_open() && authorizer_->wants_bytes(client_->bytes_for_backend()))
    client_->backend_writable(steady_clock::now());
  if (winding_up_ || ended() || is_refused_) return;
  if (authorizer_->has_ended_streams()) tell_ends(false, steady_clock::now());
  if (authorizer_->wants_question(steady_clock::now())) ask_httpd();
  if (authorizer_->is_refused() && !is_refused_) refuse_client(authorizer_->refusal());
}

} // namespace rtmpt_proxy::gateway
