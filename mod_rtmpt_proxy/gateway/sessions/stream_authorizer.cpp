// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/stream_authorizer.hpp"

#include "gateway/sessions/stream_asks.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_form.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::GatedKind;
using protocol::RefusalWords;
using protocol::StreamGate;

namespace {

constexpr int kLeastFailure = 500;
constexpr int kAnswerShare = 2; // of the time after which a stream counts as stalled
// The verdict comes first, and then the bytes go on.
constexpr std::chrono::seconds kHeldLonger{1};

} // namespace

StreamAuthorizer::StreamAuthorizer(const protocol::Admission& admission, std::string tls_server_name,
                                   protocol::SessionName name, std::optional<protocol::AdobeLogin> login,
                                   std::unique_ptr<StreamLimits> limits, HideName hide)
    : client_(admission.client),
      over_tls_(admission.over_tls),
      speaks_rtmp_(admission.ticket != 0),
      needs_rule_(policy::needs_publish_rule(admission.backend, admission.client_is_local)),
      takes_logins_(admission.terms.adobe_login && !speaks_rtmp_),
      host_(admission.host),
      vhost_(admission.vhost_key),
      tls_server_name_(std::move(tls_server_name)),
      name_(std::move(name)),
      asks_httpd_(admission.terms.authorize_streams),
      speaks_later_(admission.terms.one_publisher ||
                    (admission.terms.max_bits_per_second > 0 && !admission.terms.throttles_bit_rate)),
      limits_(std::move(limits)),
      hide_(std::move(hide)),
      tells_connect_(admission.terms.tells_connect),
      tells_end_(admission.terms.tells_end && admission.terms.authorize_streams),
      look_ahead_bytes_(std::max(admission.terms.buffer_bytes, kLeastBufferBytes)),
      answer_time_(std::min<std::chrono::milliseconds>(kAnswerTime, admission.terms.session_timeout *
                                                                        Session::kStallTimeouts / kAnswerShare)),
      login_(std::move(login)),
      gate_(speaks_rtmp_ ? StreamGate::Begin::at_own_handshake : StreamGate::Begin::at_handshake) {}

bool StreamAuthorizer::wants_bytes(std::size_t unsent_bytes) const {
  const auto known = static_cast<std::size_t>(gate_.followed_bytes() - taken_);
  return !gate_.is_asking() && !is_refused_ && gate_.fault() == protocol::GateFault::none &&
         std::min(unsent_bytes, look_ahead_bytes_) > known;
}

// Only bytes that the client leg keeps, should they not be taken, are followed: what would be offered again could be
// something else.
std::size_t StreamAuthorizer::write(const Pieces& bytes, std::size_t room_bytes, BackendLeg& backend, TimePoint now) {
  const std::uint64_t key_frames = media_.key_frames();
  auto skip_bytes = static_cast<std::size_t>(gate_.followed_bytes() - taken_);
  for (const std::string_view piece : front_of(bytes, look_ahead_bytes_))
    follow(piece, skip_bytes);
  follow_endings();
  if (media_.key_frames() != key_frames) key_frame_ = now;
  std::size_t count = std::min(sendable_bytes(), size_of(bytes));
  if (!cutter_.is_cutting(taken_)) count = std::min(count, room_bytes);
  if (count == 0 || room_bytes == 0) return 0;
  const std::size_t written = cutter_.write(bytes, count, taken_, backend);
  if (cutter_.has_failed() && !is_refused_)
    refuse(StreamRefusal::Cause::client,
           "a login that cannot be taken out of its connect, because other messages"
           " stand in it",
           {});
  taken_ += written;
  if (limits_) limits_->sent(taken_);
  return written;
}

void StreamAuthorizer::follow_endings() {
  const std::vector<protocol::StreamEnding> endings = gate_.take_endings();
  if (limits_) limits_->follow(endings);
  if (tells_end_) allowed_.follow(gate_.uses(), endings, gate_.followed_bytes());
  for (const protocol::StreamEnding& ending : endings)
    std::erase_if(published_,
                  [&ending](const PublishedStream& stream) { return stream.message_stream == ending.message_stream; });
}

void StreamAuthorizer::follow(std::string_view piece, std::size_t& skip_bytes) {
  const std::size_t skipped = std::min(skip_bytes, piece.size());
  skip_bytes -= skipped;
  if (!is_refused_ && skipped < piece.size()) gate_.feed(piece.substr(skipped), media_);
}

// A client that answers a challenge which is not good is asked about as if it had said nothing.
void StreamAuthorizer::judge_login(StreamAsks& asks, const policy::AskTarget& app) {
  claimed_ = app.login;
  subject_of_login_ = {std::string(protocol::to_text(client_.source.address).view()), app.host, app.path,
                       claimed_ ? claimed_->user : std::string()};
  if (!claimed_) return;
  // One that answers no challenge yet goes along too: httpd is told whose login is under way.
  if (!claimed_->answers() || asks.use_challenge(claimed_->opaque, subject_of_login_) == policy::ChallengeVerdict::good)
    login_ = claimed_;
}

// What the connect says about its application. A login in it is no part of the question.
policy::AskTarget StreamAuthorizer::target_of_connect(StreamAsks& asks) {
  policy::AskTarget app = policy::ask_target(gate_.connect());
  if (!takes_logins_) return app;
  if (app.login) app.query.clear();
  if (!asks_about_stream()) judge_login(asks, app);
  return app;
}

policy::StreamTarget StreamAuthorizer::target_of_question(const policy::AskTarget& app) const {
  if (!asks_about_stream()) return {policy::StreamTargetError::none, app.path, app.query, app.credentials};
  return app.error == policy::AskError::none ? policy::stream_target(app, gate_.command().stream_name)
                                             : policy::StreamTarget{};
}

// Why httpd cannot be asked about that target; empty when it can.
std::string_view StreamAuthorizer::why_not_ask(const policy::AskTarget& app, const policy::StreamTarget& stream) const {
  if (app.error != policy::AskError::none) return to_string(app.error);
  if (stream.error != policy::StreamTargetError::none) return to_string(stream.error);
  if (asks_about_stream() && tells_connect_ && !policy::fits_form(app.path))
    return "the application's name is too long for the form of a callback";
  return {};
}

std::string StreamAuthorizer::begin_question(StreamAsks& asks, TimePoint now) {
  constexpr auto kAhead = kQuestionInterval * (kQuestionsAtOnce - 1);
  next_question_ = std::max(next_question_, now - kAhead) + kQuestionInterval;
  const policy::AskTarget app = target_of_connect(asks);
  const policy::StreamTarget stream = target_of_question(app);
  const std::string kind{to_string(gate_.command().kind)};
  path_ = stream.path;
  shown_path_ = asks_about_stream() ? shown_path(app.path, stream.path) : stream.path;
  subject_ = kind + " of " + shown_path_.substr(std::min<std::size_t>(1, shown_path_.size()));
  if (const std::string_view why = why_not_ask(app, stream); !why.empty()) {
    refuse(StreamRefusal::Cause::client, kind + ": " + std::string(why),
           words_for_client(RefusalWords::no_application));
    return {};
  }
  is_asking_ = true;
  ++question_;
  answer_by_ = now + answer_time_;
  denied_from_ = TimePoint::max();
  last_answer_ = {};
  return asks_httpd_ ? text_of_question(asks, app, stream) : std::string();
}

// What is written to httpd.
std::string StreamAuthorizer::text_of_question(StreamAsks& asks, const policy::AskTarget& app,
                                               const policy::StreamTarget& stream) {
  policy::AskRequest ask;
  ask.method = policy::ask_method(gate_.command().kind);
  ask.path = stream.path;
  if (shown_path_ != stream.path) ask.shown_path = shown_path_;
  // SRS takes its virtual host from tcUrl, so the rules of that host decide. Where they are another virtual host's than
  // the session's, httpd answers 421.
  ask.host = app.host.empty() ? host_ : app.host;
  ask.flash_version = gate_.connect().flash_version;
  ask.query = stream.query;
  ask.vhost = vhost_.text();
  ask.credentials = stream.credentials;
  ask.destination = client_.destination;
  ask.needs_rule = needs_rule_ && gate_.command().kind == GatedKind::publish;
  ask.login = login_ ? &*login_ : nullptr;
  if (asks_about_stream()) {
    ask.app_query = app.query;
    add_forms(app, ask);
  } else {
    ask.publishes = takes_logins_ && app.publishes;
  }
  return encode(preamble(asks)) + policy::ask_request(ask);
}

protocol::AskPreamble StreamAuthorizer::preamble(StreamAsks& asks) const {
  protocol::AskPreamble preamble;
  preamble.over_tls = over_tls_;
  preamble.ticket = asks.next_ticket();
  preamble.client = client_;
  preamble.tls_server_name = tls_server_name_;
  preamble.session_name = name_;
  return preamble;
}

// For callbacks.
void StreamAuthorizer::add_forms(const policy::AskTarget& app, policy::AskRequest& ask) {
  if (!tells_connect_) return;
  const bool publishes = gate_.command().kind == GatedKind::publish;
  session_form_ = policy::session_form(app.path, gate_.connect());
  stream_form_ = policy::stream_form(publishes ? "publish" : "play", ask.path, app.path, gate_.command().publish_type);
  ask.session_form = session_form_;
  ask.stream_form = stream_form_;
  if (!tells_end_) return;
  allowed_.ask({publishes, std::string(ask.path), std::string(ask.shown_path), app.path, std::string(ask.host),
                std::string(ask.query), session_form_});
}

std::vector<std::string> StreamAuthorizer::take_notices(StreamAsks& asks, const SessionCounters& counters,
                                                        TimePoint now, bool session_ends) {
  policy::AskRequest about;
  about.vhost = vhost_.text();
  about.flash_version = gate_.connect().flash_version;
  about.destination = client_.destination;
  std::vector<std::string> notices =
      allowed_.take_notices(about, counters, now, session_ends ? AllowedStreams::kSessionEnd : taken_);
  for (std::string& notice : notices)
    notice.insert(0, encode(preamble(asks)));
  return notices;
}

bool StreamAuthorizer::is_denial(int status) {
  return status != 0 && status != kAllowed && status < kLeastFailure;
}

policy::LoginReply StreamAuthorizer::login_reply(const protocol::AskAnswer& answer) const {
  if (!takes_logins_ || !gate_.is_asking() || asks_about_stream()) return policy::LoginReply::none;
  return policy::login_reply(answer, claimed_);
}

bool StreamAuthorizer::wants_login(const protocol::AskAnswer& answer) const {
  return policy::is_step(login_reply(answer));
}

void StreamAuthorizer::ask_for_login(const protocol::AskAnswer& answer, StreamAsks& asks) {
  const policy::LoginReply reply = login_reply(answer);
  const std::string challenge =
      reply == policy::LoginReply::challenge ? asks.new_challenge(subject_of_login_) : std::string();
  refuse(StreamRefusal::Cause::login, "the client is told to log in",
         refusal_of_connect(policy::words_for(reply, claimed_, answer.realm, challenge)));
}

bool StreamAuthorizer::take_answer(const protocol::AskAnswer& answer, TimePoint now) {
  const int status = answer.status;
  if (status == kAllowed) {
    if (limits_) limits_->known_as(answer.user);
    if (!may_take_place(now)) return false;
    allow();
    return true;
  }
  const policy::LoginReply reply = login_reply(answer);
  refuse(!is_denial(status) ? StreamRefusal::Cause::silence : StreamRefusal::Cause::httpd,
         subject_ + (status == 0 ? ": no answer" : ": " + std::to_string(status)) +
             (asks_httpd_ ? "" : ", for no rule says who may publish to the hub"),
         reply == policy::LoginReply::failed
             ? refusal_of_connect(policy::words_for(reply, claimed_, {}, {}))
             : words_for_client(protocol::words_for_status(static_cast<std::uint16_t>(status))));
  return false;
}

void StreamAuthorizer::allow() {
  is_asking_ = false;
  awaits_place_ = false;
  if (!asks_about_stream() && claimed_)
    cutter_.expect(gate_.command_begin(), gate_.followed_bytes(), gate_.chunk_size_bytes());
  note_published();
  if (gate_.allow() != 0 && tells_end_) allowed_.begin(gate_.uses().back());
  if (limits_) limits_->keep_place();
}

void StreamAuthorizer::note_published() {
  const protocol::GatedCommand& command = gate_.command();
  if (command.kind != GatedKind::publish || path_.empty()) return;
  std::erase_if(published_, [&](const PublishedStream& stream) { return stream.path == path_; });
  if (published_.size() == protocol::kMaxGatedStreams) published_.erase(published_.begin());
  published_.push_back({command.message_stream, path_, shown_path_});
}

// False when the stream must wait, or is refused.
bool StreamAuthorizer::may_take_place(TimePoint now) {
  if (!limits_ || !asks_about_stream()) return true;
  const LimitVerdict verdict = limits_->take_place(gate_.command().kind, gate_.command().message_stream, path_, now);
  if (verdict == LimitVerdict::allowed) return true;
  awaits_place_ = verdict == LimitVerdict::waits;
  if (awaits_place_) {
    answer_by_ = now + std::max<std::chrono::milliseconds>(answer_time_, kLeastTakeOverTime);
    held_until_ = answer_by_ + kHeldLonger;
  } else {
    refuse_limit(verdict);
  }
  return false;
}

void StreamAuthorizer::refuse_limit(LimitVerdict verdict) {
  constexpr auto kCause = StreamRefusal::Cause::limit;
  switch (verdict) {
  case LimitVerdict::too_many_viewers:
    return refuse(kCause, subject_ + ": as many play it as may (RTMPTMaxViewers)",
                  words_for_client(RefusalWords::too_many), "too many viewers");
  case LimitVerdict::banned:
    return refuse(kCause, subject_ + ": banned", words_for_client(RefusalWords::access_denied), "stream banned");
  case LimitVerdict::allowed:
  case LimitVerdict::waits:
  case LimitVerdict::in_use: break;
  }
  refuse(kCause, subject_ + ": it is being published (RTMPTOnePublisher)", words_for_client(RefusalWords::in_use),
         "stream in use");
}

bool StreamAuthorizer::take_place() {
  if (!awaits_place_ || is_refused_) return false;
  allow();
  return true;
}

void StreamAuthorizer::give_way(const protocol::SessionName& other, const StreamKey& stream) {
  if (is_refused_ || !limits_ || !limits_->has_place_of_publisher(stream)) return;
  std::string last_words =
      awaits_place_ ? words_for_client(RefusalWords::taken_over) : words_for_publisher(RefusalWords::taken_over);
  refuse(StreamRefusal::Cause::other, "session " + other.text() + " has taken the stream over", std::move(last_words),
         "taken over");
}

void StreamAuthorizer::refuse_rate(std::string detail) {
  if (is_refused_) return;
  refuse(StreamRefusal::Cause::rate, std::move(detail), words_for_publisher(RefusalWords::too_fast), "bit rate");
}

void StreamAuthorizer::delay_answer(const protocol::AskAnswer& answer, TimePoint until) {
  denied_from_ = until;
  answer_by_ = may_speak() || !server_.is_following() ? until : until + kHandshakeTime;
  last_answer_ = answer;
}

void StreamAuthorizer::on_time(TimePoint now) {
  if (!is_asking_ || now < deadline()) return;
  if (awaits_place_)
    refuse_limit(LimitVerdict::in_use); // the older session does not end
  else
    take_answer(last_answer_, now);
}

bool StreamAuthorizer::is_refused() {
  if (!is_refused_ && gate_.fault() != protocol::GateFault::none)
    refuse(StreamRefusal::Cause::client, std::string(to_string(gate_.fault())),
           words_for_client(RefusalWords::no_application));
  return is_refused_;
}

void StreamAuthorizer::refuse(StreamRefusal::Cause cause, std::string detail, std::string last_words,
                              std::string_view reason) {
  is_refused_ = true;
  is_asking_ = false;
  awaits_place_ = false;
  refusal_ = {cause, std::move(detail), std::move(last_words), reason};
}

// The handshake of a client of RTMP ended at the gateway, so it may be refused before its server has said anything.
bool StreamAuthorizer::may_speak() const {
  return server_.is_between() || (speaks_rtmp_ && server_.is_following());
}

std::string StreamAuthorizer::refusal_of_connect(std::string_view description) const {
  return may_speak() && gate_.is_asking() ? protocol::connect_refusal(gate_.command().transaction_id, description)
                                          : std::string();
}

std::string StreamAuthorizer::words_for_client(RefusalWords words) const {
  if (!may_speak() || !gate_.is_asking()) return {};
  const protocol::GatedCommand& command = gate_.command();
  switch (command.kind) {
  case GatedKind::connect: return protocol::connect_refusal(command.transaction_id, words);
  case GatedKind::publish: return protocol::publish_refusal(command.message_stream, words);
  case GatedKind::play:
  case GatedKind::play2: break;
  }
  return protocol::play_refusal(command.message_stream, words);
}

// To a client that was allowed to publish, and publishes.
std::string StreamAuthorizer::words_for_publisher(RefusalWords words) const {
  const auto& uses = gate_.uses();
  const auto published = std::find_if(uses.rbegin(), uses.rend(), [](const auto& use) { return use.is_publish; });
  return may_speak() && published != uses.rend() ? protocol::publish_refusal(published->message_stream, words)
                                                 : std::string();
}

// The name alone is hidden. Of a stream without one, whose application is its name to some media servers, nothing is.
std::string StreamAuthorizer::shown_path(const std::string& app_path, const std::string& path) const {
  if (!hide_ || path == app_path) return path;
  return (app_path == "/" ? std::string() : app_path) + "/" + hide_(gate_.command().stream_name);
}

MediaReport StreamAuthorizer::media(TimePoint now) const {
  MediaReport report{media_.video_codec(), media_.audio_codec(), media_.width(), media_.height(), std::nullopt};
  if (media_.key_frames() > 0)
    report.key_frame_age = std::chrono::duration_cast<std::chrono::milliseconds>(now - key_frame_);
  return report;
}

} // namespace rtmpt_proxy::gateway
