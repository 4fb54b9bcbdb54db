// SPDX-License-Identifier: Apache-2.0
// Between a stream's client leg and its backend leg where httpd is asked about streams
// (SessionTerms::authorize_streams), where there are limits per stream, and where a client of a hub may not publish
// because nobody is asked.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/base/time_point.hpp"
#include "gateway/facts/session_watch.hpp"
#include "gateway/session/stream_buffer.hpp"
#include "gateway/sessions/allowed_streams.hpp"
#include "gateway/sessions/connect_cutter.hpp"
#include "gateway/sessions/server_messages.hpp"
#include "gateway/sessions/stream_limits.hpp"

#include <rtmpt_proxy/policy/login/login_challenges.hpp>
#include <rtmpt_proxy/policy/login/login_reply.hpp>
#include <rtmpt_proxy/policy/routing/ask_target.hpp>
#include <rtmpt_proxy/policy/routing/hub_target.hpp>
#include <rtmpt_proxy/policy/routing/stream_target.hpp>
#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_refusal.hpp>
#include <rtmpt_proxy/protocol/rtmp/stream_gate.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

class StreamAsks;

// Why a stream is refused.
struct StreamRefusal {
  enum class Cause : std::uint8_t {
    httpd,   // httpd's answer was the status
    silence, // it gave none, or failed
    client,  // what the client sent
    limit,   // a limit per stream, or a ban
    rate,    // the client sends too fast
    other,   // another session has taken the stream over
    login,   // none: the client is told how to log in, and comes again
  };
  Cause cause = Cause::client;
  std::string detail;        // for the session log: "publish of live/cam1: 403"
  std::string last_words;    // for the client; empty when there are none that it could read
  std::string_view reason{}; // for counting, of the last three: one of a few constants
};

// A stream that a session publishes, for a ban.
struct PublishedStream {
  std::uint32_t message_stream = 0;
  std::string path;       // as the media server sees it; never shown
  std::string shown_path; // for people
};

//   client leg ── write() ──► [StreamGate] ──► backend leg         held: the client leg keeps the bytes, and beyond its
//              ◄── from_server() ── [ServerMessages] ◄──           buffer they wait in the kernel or the body flow
//
//   following ── a connect, publish or play is complete ──► asking ── 200 ──► following
//       └── bytes that cannot be decided about ──┐             └── anything else, or kAnswerTime is over ──┐
//                                                └──────────────────────► refused ◄──────────────────────┘
//
// Where httpd is not asked about streams, it says yes at once. Limits per stream come after its yes; a publisher that
// takes a stream over goes on asking until the older session has ended.
//
// One question at a time. What the client sends behind it is not even looked at before the answer, so nothing grows.
// The server's messages are kept whole until the first publish or play was allowed, so that a refusal can stand between
// them; those for a publisher that may be told later why it must go, always. A later refusal just ends the stream.
//
// Owned by its stream and used on its loop. Knows neither sockets nor a clock.
class StreamAuthorizer {
 public:
  // The status of httpd's yes.
  static constexpr int kAllowed = 200;
  // For httpd's answer, its turn included.
  static constexpr std::chrono::seconds kAnswerTime{10};
  // How long a stream that has ended may take to send its last bytes to the backend. Who takes a stream over waits
  // longer than that in any case, whatever the session timeout.
  static constexpr std::chrono::seconds kWindUp{5};
  static constexpr std::chrono::seconds kLeastTakeOverTime = kWindUp + std::chrono::seconds{1};
  // A client may ask kQuestionsAtOnce questions in a row, and then one each kQuestionInterval: each is a request to
  // httpd. Its command is held until its turn.
  static constexpr std::chrono::milliseconds kQuestionInterval{100};
  static constexpr int kQuestionsAtOnce = 10;
  // A denial that comes before the server's handshake waits so long for it at the most. Without one the client could
  // not be told anything.
  static constexpr std::chrono::seconds kHandshakeTime{1};
  // The least size of a stream's buffers here: a command that is spread over many bytes must fit, and more behind it.
  static constexpr std::uint32_t kLeastBufferBytes = 64u << 10;

  // Whether the streams of this session need one.
  static bool is_needed(const protocol::Admission& admission) {
    return admission.terms.authorize_streams ||
           policy::needs_publish_rule(admission.backend, admission.client_is_local);
  }

  // `tls_server_name`: of a client of RTMP that asked for one. `name`: the session's. `login`: by which a client of
  // RTMP has proved its password. `limits`: null when there are none. `hide`: see SessionWatch.
  StreamAuthorizer(const protocol::Admission& admission, std::string tls_server_name, protocol::SessionName name,
                   std::optional<protocol::AdobeLogin> login, std::unique_ptr<StreamLimits> limits, HideName hide);

  // What BackendLeg::write() does, for the bytes that may pass: `room_bytes` at most, but a connect that is cut goes
  // whole. The client leg offers its unsent bytes from the first on, and keeps those that are not taken. What has no
  // room is followed all the same: a command that is longer than the room would never be complete.
  std::size_t write(const Pieces& bytes, std::size_t room_bytes, BackendLeg& backend, TimePoint now);
  // How many bytes may pass and wait for the backend.
  std::size_t sendable_bytes() const { return static_cast<std::size_t>(gate_.passable_bytes() - taken_); }
  // Whether the client leg, which has so many unsent bytes, should offer them: there are some that were not looked at.
  bool wants_bytes(std::size_t unsent_bytes) const;

  // The server's bytes, and what is kept of them; see ServerMessages.
  ServerMessages& server() { return server_; }

  // Whether some of the client leg's unsent bytes may pass later, even if the client sends no more.
  bool may_pass_more(std::size_t unsent_bytes) const {
    return sendable_bytes() > 0 || gate_.is_asking() || wants_bytes(unsent_bytes);
  }

  // A command is complete, httpd was not asked yet, and the last questions are not too fresh: see kQuestionInterval.
  bool wants_question(TimePoint now) const { return has_question() && now >= next_question_; }
  // Begins to ask: returns what is written to httpd, preamble and request. Empty when the stream is refused without a
  // question, or when httpd is not asked here, which is a yes: then question() is not 0, and take_answer() follows.
  std::string begin_question(StreamAsks& asks, TimePoint now);
  // Whether the answer is no where httpd is not asked: nobody else would say who may publish to a hub.
  bool knows_denial() const {
    return !asks_httpd_ && needs_rule_ && gate_.command().kind == protocol::GatedKind::publish;
  }
  // Whether the question is about a publish or play, not about a connect.
  bool asks_about_stream() const { return gate_.command().kind != protocol::GatedKind::connect; }
  // Whether the server's messages are kept whole behind an answer to it, so that its publisher can be told later why it
  // must go.
  bool speaks_later() const { return speaks_later_ && gate_.command().kind == protocol::GatedKind::publish; }
  // Which question waits for its answer; 0: none.
  std::uint64_t question() const { return is_asking_ ? question_ : 0; }
  // Whether httpd says no by that answer; else it says yes, or nothing.
  static bool is_denial(int status);
  // Whether by that answer the client is to log in. ask_for_login() tells it so then.
  bool wants_login(const protocol::AskAnswer& answer) const;
  void ask_for_login(const protocol::AskAnswer& answer, StreamAsks& asks);
  // The answer to that question; its status is 0 when there is none. True when the bytes that were held may pass.
  bool take_answer(const protocol::AskAnswer& answer, TimePoint now);
  // The stream of that question has been allowed: what httpd is told when it ends is noted, where it wants to be told.
  void note_allowed(const SessionCounters& counters, TimePoint now) {
    if (tells_end_) allowed_.allow(counters, now);
  }
  // Whether httpd is to be told that a stream has ended: the media server has heard so from the client.
  bool has_ended_streams() const { return tells_end_ && allowed_.has_ended(taken_); }
  // What is written to httpd about those, preamble and request each. `session_ends`: about all streams.
  std::vector<std::string> take_notices(StreamAsks& asks, const SessionCounters& counters, TimePoint now,
                                        bool session_ends);
  // The session that published the stream has ended. True when the bytes that were held may pass.
  bool take_place();
  // That session takes over the stream, and this one is refused, with everything else that it publishes or plays. Does
  // nothing when this one neither publishes the stream any more nor waits to.
  void give_way(const protocol::SessionName& other, const StreamKey& stream);
  // The stream sends too fast: it is refused with that detail.
  void refuse_rate(std::string detail);
  // Gives up the places in the limits per stream. The session has ended, and the media server knows.
  void end_places() {
    if (limits_) limits_->end();
  }

  // That denial counts later, when the client can be told: on_time() takes it.
  void delay_answer(const protocol::AskAnswer& answer, TimePoint until);
  // When on_time() must be called at the latest, and wants_question() looked at.
  TimePoint deadline() const {
    if (is_asking_) return may_speak() ? std::min(answer_by_, denied_from_) : answer_by_;
    return has_question() ? next_question_ : TimePoint::max();
  }
  void on_time(TimePoint now);
  // See BackendPort::held_until(): a while longer than the wait for a stream that is taken over.
  TimePoint held_until() const { return held_until_; }

  // To be asked after each event. The refusal is valid from then on.
  bool is_refused();
  const StreamRefusal& refusal() const { return refusal_; }

  MediaReport media(TimePoint now) const;

  // What was allowed to be published and whose message stream has not ended. Of more than protocol::kMaxGatedStreams
  // the last ones.
  const std::vector<PublishedStream>& published() const { return published_; }

 private:
  void note_published();
  void follow_endings();
  protocol::AskPreamble preamble(StreamAsks& asks) const;
  void add_forms(const policy::AskTarget& app, policy::AskRequest& ask);
  bool has_question() const { return gate_.is_asking() && !is_asking_ && !is_refused_; }
  void follow(std::string_view piece, std::size_t& skip_bytes);
  bool may_take_place(TimePoint now);
  void refuse_limit(LimitVerdict verdict);
  void allow();
  std::string shown_path(const std::string& app_path, const std::string& path) const;
  void refuse(StreamRefusal::Cause cause, std::string detail, std::string last_words, std::string_view reason = {});
  bool may_speak() const;
  std::string words_for_client(protocol::RefusalWords words) const;
  std::string words_for_publisher(protocol::RefusalWords words) const;
  std::string refusal_of_connect(std::string_view description) const;
  void judge_login(StreamAsks& asks, const policy::AskTarget& app);
  policy::AskTarget target_of_connect(StreamAsks& asks);
  policy::StreamTarget target_of_question(const policy::AskTarget& app) const;
  std::string_view why_not_ask(const policy::AskTarget& app, const policy::StreamTarget& stream) const;
  std::string text_of_question(StreamAsks& asks, const policy::AskTarget& app, const policy::StreamTarget& stream);
  policy::LoginReply login_reply(const protocol::AskAnswer& answer) const;

  const protocol::ProxiedConnection client_;
  const bool over_tls_;
  const bool speaks_rtmp_;
  const bool needs_rule_;   // a publish must not be allowed where no rule is about it
  const bool takes_logins_; // SessionTerms::adobe_login, and the connect is asked about here
  const std::string host_;
  const protocol::VhostKey vhost_;
  const std::string tls_server_name_;
  const protocol::SessionName name_;
  const bool asks_httpd_;
  const bool speaks_later_;
  const std::unique_ptr<StreamLimits> limits_; // null: there are none
  const HideName hide_;
  const bool tells_connect_;
  const bool tells_end_;
  const std::size_t look_ahead_bytes_; // so many bytes, no more, does a client leg keep in any case
  const std::chrono::milliseconds answer_time_;

  std::optional<protocol::AdobeLogin> login_;   // the good one: it goes along with each question
  std::optional<protocol::AdobeLogin> claimed_; // what the connect says that is asked about
  policy::LoginSubject subject_of_login_;       // of that
  ConnectCutter cutter_;
  protocol::StreamGate gate_;
  protocol::PublishedMedia media_;
  ServerMessages server_;
  AllowedStreams allowed_;
  std::string session_form_; // of the last question, as long as its text is made
  std::string stream_form_;
  std::uint64_t taken_ = 0;    // of the client's bytes, by the backend
  std::uint64_t question_ = 0; // number of the last one
  std::string subject_;        // of the question: "publish of live/cam1"
  std::string path_;           // of its stream, as the media server sees it; never shown
  std::string shown_path_;     // the same for people
  std::vector<PublishedStream> published_;
  TimePoint answer_by_;
  TimePoint denied_from_ = TimePoint::max(); // httpd has said no; the client may hear it then
  TimePoint held_until_ = TimePoint::min();
  protocol::AskAnswer last_answer_;            // which counts at answer_by_, or from denied_from_ on
  TimePoint next_question_ = TimePoint::min(); // may not be asked before
  TimePoint key_frame_;                        // when the last one came; used when there was one
  bool is_asking_ = false;
  bool awaits_place_ = false; // with is_asking_: httpd has said yes, and an older session must end first
  bool is_refused_ = false;
  StreamRefusal refusal_;
};

} // namespace rtmpt_proxy::gateway
