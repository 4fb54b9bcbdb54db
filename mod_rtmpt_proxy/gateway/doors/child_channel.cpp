// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/child_channel.hpp"

#include "gateway/clients/connection_intake.hpp"
#include "gateway/doors/admission.hpp"
#include "gateway/doors/relay_take_over.hpp"
#include "gateway/loops/gateway.hpp"
#include "gateway/loops/session_ending.hpp"

#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace rtmpt_proxy::gateway {

using protocol::TunnelRequestKind;

namespace {

constexpr std::uint16_t kBadRequest = 400;
constexpr std::uint16_t kNoSession = 404;
constexpr std::uint16_t kBodyTooLarge = 413;
constexpr std::uint16_t kOtherGateway = 421;

// `carrier` is null when httpd tells of a refusal: such a word may come late, and the session looks at the number.
void note_refused(TunnelClientLeg& session, TunnelRequestKind kind, std::optional<std::uint32_t> number,
                  const Exchange* carrier, std::uint16_t status) {
  if (kind == TunnelRequestKind::send && number && status == kBodyTooLarge)
    session.body_refused(*number, carrier, std::nullopt);
  else
    session.request_refused(status, carrier != nullptr ? std::nullopt : number);
}

} // namespace

ChildChannel::ChildChannel(Loop& loop, local::Descriptor socket)
    : MessageChannel(loop, std::move(socket), Allowance{}), tls_wait_(loop.io()) {}

ChildChannel::~ChildChannel() = default;

protocol::Reply ChildChannel::status_reply(std::uint16_t status) {
  protocol::Reply reply;
  reply.status = status;
  reply.body = protocol::error_body(status);
  return reply;
}

bool ChildChannel::take(protocol::GatewayMessage& message) {
  if (is_telling() || awaits_loops_ || (awaits_answer_ && !body_comes_)) return false;
  // The pieces of a body come to the last one, even when they are not needed any more.
  if (body_comes_ != std::holds_alternative<protocol::BodyPiece>(message)) return false;
  // After Take only the Residue of that connection may come.
  if (awaits_residue() && !std::holds_alternative<protocol::Residue>(message)) return false;
  return std::visit(
      [this](auto& content) {
        using Content = std::decay_t<decltype(content)>;
        if constexpr (std::is_same_v<Content, protocol::Residue>)
          return take_residue(content);
        else if constexpr (std::is_same_v<Content, protocol::Choose>)
          return take_choose(content);
        else if constexpr (std::is_same_v<Content, protocol::Admission>)
          return take_admission(content);
        else if constexpr (std::is_same_v<Content, protocol::HandOver>)
          return take_hand_over(content);
        else if constexpr (std::is_same_v<Content, protocol::HandOverRtmp>)
          return take_rtmp_client(content);
        else if constexpr (std::is_same_v<Content, protocol::HandOverTls>)
          return take_tls_client(content);
        else if constexpr (std::is_same_v<Content, protocol::HandOverViewer>)
          return take_viewer(content);
        else if constexpr (std::is_same_v<Content, protocol::Forward>)
          return take_forward(content);
        else if constexpr (std::is_same_v<Content, protocol::BodyPiece>)
          return take_piece(content);
        else if constexpr (std::is_same_v<Content, protocol::AskStatus>)
          return take_question(content);
        else if constexpr (std::is_same_v<Content, protocol::AskStreams>)
          return take_list_question(content);
        else if constexpr (std::is_same_v<Content, protocol::EndSession>)
          return take_end(content);
        else if constexpr (std::is_same_v<Content, protocol::DrainBackend>)
          return take_drain(content);
        else if constexpr (std::is_same_v<Content, protocol::OpenRefused>)
          return take_refusal(content);
        else if constexpr (std::is_same_v<Content, protocol::RequestRefused>)
          return take_request_refusal(content);
        else
          return false;
      },
      message);
}

bool ChildChannel::take_choose(const protocol::Choose& choose) {
  place_.reset(); // of an earlier choice that led to no admission
  Choice choice = loop().counts().choose(choose.candidates);
  place_ = std::move(choice.place);
  say(protocol::Chosen{static_cast<std::uint32_t>(choice.index)});
  return true;
}

bool ChildChannel::take_admission(const protocol::Admission& admission) {
  awaits_loops_ = true;
  // Weak: the attempt may live on another loop, which must not be the one to destroy a channel of this one.
  const auto done = [weak = std::weak_ptr<ChildChannel>(shared()), &loop = loop(),
                     vhost = admission.vhost_key](const protocol::GatewayMessage& outcome) {
    const auto self = weak.lock();
    if (self) self->awaits_loops_ = false;
    if (self) self->opening_.reset();
    if (self && self->is_open()) return self->say(outcome);
    // The child closed the channel just when the session began.
    if (const auto* const admitted = std::get_if<protocol::Admitted>(&outcome)) end_unclaimed(loop, *admitted, vhost);
  };
  auto opening = open_session(loop(), admission, std::exchange(place_, std::nullopt), done);
  if (awaits_loops_) opening_ = std::move(opening);
  return true;
}

bool ChildChannel::take_hand_over(protocol::HandOver& terms) {
  if (terms.awaits_answer && terms.request.kind == TunnelRequestKind::send)
    return false; // a send is handed over at its head
  if (take_descriptors_lost()) {
    descriptors().clear();
    keep_with_httpd(terms.client_address);
    return true;
  }
  if (terms.ticket != 0) return take_relayed_client(terms);
  if (descriptors().size() != 1) return false;
  local::Descriptor client = std::move(descriptors().front());
  descriptors().clear();
  if (const std::uint16_t refusal = refusal_of(terms); refusal != 0) {
    say(status_reply(refusal));
  } else if (!loop().descriptors().has_room_for(1)) {
    say(status_reply(503));
  } else {
    client_ = std::move(client);
    terms_ = std::move(terms);
    say(protocol::Take{});
  }
  return true;
}

// 0 when the session is here.
std::uint16_t ChildChannel::refusal_of(const protocol::HandOver& terms) {
  const std::string_view id = terms.request.session_id.secret();
  const bool known = loop().sessions().find(id, terms.vhost_key) != nullptr;
  if (!loop().gateway().gave(id)) return kOtherGateway;
  if (known) return 0;
  loop().log().debug("RTMPT309: {} of {} names no session of {}",
                     terms.awaits_answer ? to_string(terms.request.kind) : "connection", terms.client_address,
                     terms.vhost_key.text());
  loop().sessions().note_refused(id);
  return kNoSession;
}

// The connection that came with a hand-over; unset when the message is wrong. It is closed when it was lost on its way:
// httpd has been told to keep it then.
std::optional<local::Descriptor> ChildChannel::take_connection(std::string_view shown_client) {
  if (take_descriptors_lost()) {
    descriptors().clear();
    keep_with_httpd(shown_client);
    return local::Descriptor();
  }
  if (descriptors().size() != 1 || !is_stream_connection(descriptors().front().get())) return std::nullopt;
  local::Descriptor client = std::move(descriptors().front());
  descriptors().clear();
  return client;
}

// Nobody can be told more than that the gateway does not take it.
bool ChildChannel::take_rtmp_client(protocol::HandOverRtmp& terms) {
  std::optional<local::Descriptor> client = take_connection(terms.shown_client);
  if (!client || !*client) return client.has_value();
  if (loop().is_retiring() || !loop().descriptors().has_room_for(1)) {
    say(status_reply(503));
    return true;
  }
  client_ = *std::move(client);
  rtmp_terms_ = std::move(terms);
  say(protocol::Take{});
  return true;
}

// The child still has the connection. It answers the request there and may try to hand over a later one.
void ChildChannel::keep_with_httpd(std::string_view shown_client) {
  if (const auto left_out = loop().exhaustion_lines().admit(std::chrono::steady_clock::now()))
    loop().log().error("RTMPT361: a connection of {} stays with httpd: its descriptor did not arrive, for too many "
                       "are open: the gateway knows of {} of at most {}{}",
                       shown_client, loop().descriptors().used(), loop().descriptors().limit(),
                       policy::words_for_left_out(*left_out));
  say(status_reply(503));
}

bool ChildChannel::take_residue(protocol::Residue& residue) {
  if (!awaits_residue()) return false;
  const std::uint64_t ticket = std::exchange(relayed_ticket_, 0);
  if (viewer_) {
    start_taken_viewer(ticket, std::move(residue));
    return true;
  }
  if (ticket != 0) {
    serve_relayed_client(loop(), std::exchange(terms_, {}), std::move(residue));
    return true;
  }
  if (tls_client_) {
    begin_tls_at_chosen_loop(std::move(residue.bytes));
    return true;
  }
  if (rtmp_terms_) {
    loop().greet_at_chosen_loop(DetachedClient(std::exchange(client_, {})), *std::exchange(rtmp_terms_, std::nullopt),
                                std::move(residue.bytes));
    return true;
  }
  // httpd hands over stream sockets only; anything else is an error of httpd's side.
  return serve_connection(loop().client_home(), DetachedClient(std::exchange(client_, {})), std::exchange(terms_, {}),
                          std::move(residue.bytes));
}

bool ChildChannel::take_forward(const protocol::Forward& forward) {
  const protocol::TunnelRequest& request = forward.request;
  const bool is_for_session = request.kind == TunnelRequestKind::send || request.kind == TunnelRequestKind::idle ||
                              request.kind == TunnelRequestKind::close;
  if (!is_for_session || (!request.sequence_number && request.kind != TunnelRequestKind::close)) return false;
  body_comes_ = request.kind == TunnelRequestKind::send;
  piece_ = {};
  wants_facts_ = forward.wants_facts;
  session_ = loop().sessions().find(request.session_id.secret(), forward.vhost_key);
  if (!loop().gateway().gave(request.session_id.secret())) {
    reply_status(421);
  } else if (!session_) {
    loop().log().debug("RTMPT311: forwarded {} names no session of {}", to_string(request.kind),
                       forward.vhost_key.text());
    loop().sessions().note_refused(request.session_id.secret());
    reply_status(404);
  } else {
    forward_to_session(forward);
  }
  return true;
}

void ChildChannel::forward_to_session(const protocol::Forward& forward) {
  const protocol::TunnelRequest& request = forward.request;
  SessionRequest next;
  next.kind = request.kind;
  next.sequence_number = request.sequence_number;
  next.body_follows = request.kind == TunnelRequestKind::send;
  next.hold_limit = forward.hold_limit;
  next.wait_limit = forward.wait_limit;
  awaits_answer_ = true;
  takes_data_ = forward.takes_data;
  send_number_ = request.sequence_number.value_or(0);
  session_->client().used_without_connection();
  const std::shared_ptr<Stream> session = session_;
  session->client().request(next, *this, policy::Way::forwarded);
}

bool ChildChannel::take_piece(protocol::BodyPiece& piece) {
  if (!awaits_answer_) {
    body_comes_ = !piece.last;
    return true;
  }
  piece_ = std::move(piece);
  if (!give_piece()) pause();
  return true;
}

// Gives the piece to the session as far as there is room. True when all of it is given; until then the channel is not
// read.
bool ChildChannel::give_piece() {
  const std::shared_ptr<Stream> session = session_;
  while (awaits_answer_ && !piece_.bytes.empty()) {
    const std::size_t room = session->client().body_room_bytes(*this);
    if (room == 0) return false;
    const std::size_t count = std::min(room, piece_.bytes.size());
    session->client().take_body(*this, std::string_view(piece_.bytes).substr(0, count));
    piece_.bytes.erase(0, count);
  }
  if (piece_.last) end_body();
  return true;
}

void ChildChannel::end_body() {
  body_comes_ = false;
  if (!awaits_answer_) return;
  const std::shared_ptr<Stream> session = session_;
  if (!piece_.cut) return session->client().end_body(*this);
  awaits_answer_ = false;
  if (piece_.refused != 0) note_refused(session->client(), TunnelRequestKind::send, send_number_, this, piece_.refused);
  session->client().forget(*this);
  reply_status(piece_.refused != 0 ? piece_.refused : kBadRequest);
}

void ChildChannel::body_may_go_on() {
  boost::asio::post(loop().io(), [self = shared()] {
    if (self->is_open() && self->is_paused() && self->give_piece()) self->resume();
  });
}

void ChildChannel::reply_status(std::uint16_t status) {
  protocol::Reply reply = status_reply(status);
  if (wants_facts_ && session_) reply.facts = session_->watch().facts();
  session_.reset(); // the channel may lie unused for long
  say(reply);
}

bool ChildChannel::take_question(protocol::AskStatus& question) {
  tell_status(std::move(question));
  return true;
}

bool ChildChannel::take_list_question(const protocol::AskStreams& question) {
  say(loop().hub_loop()->streams().list(question.hub, question.app));
  return true;
}

bool ChildChannel::take_end(protocol::EndSession& end) {
  awaits_loops_ = true;
  end_session(loop(), std::move(end), [weak = std::weak_ptr<ChildChannel>(shared())](bool found) {
    const auto self = weak.lock();
    if (!self || !self->is_open()) return;
    self->awaits_loops_ = false;
    self->say(protocol::Done{found});
  });
  return true;
}

// The child has looked whether its configuration has the backend.
bool ChildChannel::take_drain(const protocol::DrainBackend& drain) {
  loop().counts().set_drained(drain.backend, drain.drained);
  say(protocol::Done{true});
  return true;
}

bool ChildChannel::take_refusal(const protocol::OpenRefused& refusal) {
  place_.reset(); // of an earlier choice that led to no admission
  const std::shared_ptr<SessionLog> log = loop().session_logs().named(refusal.session_log);
  if (log) log->write(record_of(refusal, std::chrono::system_clock::now()));
  say(protocol::Done{log != nullptr});
  return true;
}

bool ChildChannel::take_request_refusal(const protocol::RequestRefused& refusal) {
  const protocol::TunnelRequest& request = refusal.request;
  const auto session = loop().sessions().find(request.session_id.secret(), refusal.vhost_key);
  if (session) note_refused(session->client(), request.kind, request.sequence_number, nullptr, refusal.status);
  say(protocol::Done{session != nullptr});
  return true;
}

void ChildChannel::answer(const Answer& answer) {
  awaits_answer_ = false;
  if (is_paused()) body_may_go_on(); // the rest of the body is not needed any more
  protocol::Reply reply;
  reply.status = answer.status;
  reply.close = answer.close;
  reply.polling_interval = answer.polling_interval;
  if (answer.status == 200) {
    reply.body.reserve(size_of(answer.body));
    for (const std::string_view piece : answer.body)
      reply.body += piece;
  } else {
    reply.body = protocol::error_body(answer.status);
  }
  if (wants_facts_ && session_) reply.facts = session_->watch().facts();
  session_.reset(); // the channel may lie unused for long
  say(reply);
}

void ChildChannel::on_broken(std::string_view why) {
  if (const auto left_out = loop().services().channel_lines.admit(std::chrono::steady_clock::now()))
    loop().log().error("RTMPT312: a channel of httpd is closed: {}{}", why, policy::words_for_left_out(*left_out));
}

void ChildChannel::on_close() {
  client_ = local::Descriptor();
  tls_terms_.reset();
  tls_client_.reset();
  tls_wait_.cancel();
  look_.reset();
  asked_viewer_.reset();
  viewer_.reset();
  viewer_places_.reset();
  if (const std::uint64_t ticket = std::exchange(relayed_ticket_, 0)) break_relay_promise(loop(), ticket);
  place_.reset();
  if (const auto opening = std::exchange(opening_, nullptr)) opening->give_up();
  if (const auto session = std::exchange(session_, nullptr); session && std::exchange(awaits_answer_, false))
    session->client().forget(*this);
}

} // namespace rtmpt_proxy::gateway
