// SPDX-License-Identifier: Apache-2.0
// From a request's head to the session, or to a refusal.
#include "gateway/clients/http_tunnel.hpp"

#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>

#include <boost/asio/post.hpp>
#include <boost/beast/core/string.hpp>

#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::TargetError;
using protocol::TunnelRequestKind;

namespace {

// The body of a refused request is read and dropped when it is not larger than this. Otherwise the connection ends.
constexpr std::size_t kDroppedBytes = 65536;
// After this many requests the loop's other connections have their turn. librtmp pipelines fewer.
constexpr int kRequestsPerTurn = 8;
// The same for pieces of bodies: a chunked body may come in chunks of one byte.
constexpr int kPiecesPerTurn = 64;

// Writes the head of a request again, for a request whose body is still to come.
std::string head_text(const HttpRequestHead& head) {
  std::string text = "POST " + head.target + " HTTP/1.1\r\nHost: " + head.host + "\r\n";
  if (head.is_chunked) text += "Transfer-Encoding: chunked\r\n";
  if (head.has_content_length) text += "Content-Length: " + std::to_string(head.content_length) + "\r\n";
  if (head.expects_continue) text += "Expect: 100-continue\r\n";
  if (!head.keep_alive) text += "Connection: close\r\n";
  return text + "\r\n";
}

} // namespace

// Refuses here whatever the head is enough to refuse, so that no body is read for nothing. `following_bytes` bytes
// behind the head are here already.
bool HttpTunnel::accept_head(std::size_t following_bytes) {
  const HttpRequestHead& head = reader_.head();
  body_ = Body::none;
  refusal_ = 0;
  const bool is_tunnel = head.is_post && protocol::is_tunnel_target(head.target);
  if (!is_tunnel || !boost::beast::iequals(head.host, terms_.host_header)) {
    refuse(421);
    return false;
  }
  request_keeps_alive_ = head.keep_alive;
  const auto [error, target] = protocol::parse_rtmpt_target(head.target);
  target_ = target;
  if (error != TargetError::none) {
    home_.loop.log.debug("RTMPT304: request of {} refused: {}", terms_.client_address, to_string(error));
    return refuse_at_head(400);
  }
  if (!accept_target(target)) return false;
  if (refusal_ != 0) return true;
  if (head.content_length > terms_.body_limit_bytes) {
    on_body_too_large();
    return false;
  }
  accept_body(following_bytes);
  return state_ == State::serving;
}

// Returns false when nothing more is to be read. True with refusal_ set: the request is refused when its body has
// ended.
bool HttpTunnel::accept_target(const protocol::RtmptTarget& target) {
  if (target.kind == TunnelRequestKind::open) {
    refuse(421); // only httpd opens sessions; the client comes again on a new connection
    return false;
  }
  if (target.kind == TunnelRequestKind::ident) return refuse_at_head(404);
  switch (use_session(target.session_id)) {
  case Join::joined: return true;
  case Join::full: return refuse_at_head(503);
  case Join::unknown: break;
  }
  if (home_.sessions.is_another_gateways(target.session_id)) {
    home_.loop.log.debug("RTMPT381: {} of {} names a session of another gateway", to_string(target.kind),
                         terms_.client_address);
    refuse(421); // httpd finds the other gateway; the client comes again on a new connection
    return false;
  }
  if (home_.sessions.lives_elsewhere(target.session_id)) return move_home(target);
  home_.loop.log.debug("RTMPT305: {} of {} names no session of {}", to_string(target.kind), terms_.client_address,
                       terms_.vhost_key.text());
  home_.sessions.note_refused(target.session_id);
  return refuse_at_head(404);
}

// Reads a small body to its end before the refusal, so that the connection can go on. Returns false when nothing more
// is to be read.
bool HttpTunnel::refuse_at_head(std::uint16_t status) {
  const HttpRequestHead& head = reader_.head();
  if (head.is_chunked || head.content_length > kDroppedBytes || (head.expects_continue && head.content_length > 0)) {
    refuse(status);
    return false;
  }
  body_ = Body::refuse;
  refusal_ = status;
  return true;
}

void HttpTunnel::accept_body(std::size_t following_bytes) {
  const HttpRequestHead& head = reader_.head();
  const bool has_body = head.content_length > 0 || head.is_chunked;
  if (!has_body) return;
  continue_is_due_ = head.expects_continue;
  if (target_.kind == TunnelRequestKind::send) {
    if (head.is_chunked || head.content_length > following_bytes)
      begin_flow();
    else
      body_ = Body::whole;
  }
  if (std::exchange(continue_is_due_, false) && state_ == State::serving && queue_.empty())
    send(protocol::kContinueReply, {}, false);
}

void HttpTunnel::begin_flow() {
  SessionRequest next;
  next.kind = TunnelRequestKind::send;
  next.sequence_number = target_.sequence_number;
  next.body_follows = true;
  awaits_answer_ = true;
  body_ = Body::flows;
  const std::shared_ptr<Stream> session = session_; // it may end, and let go of this connection, in the call
  session->client().request(next, *this, way());
}

void HttpTunnel::on_body(std::string_view piece) {
  if (body_ == Body::whole) {
    whole_body_ = piece; // valid in this turn only
    return;
  }
  if (++pieces_in_turn_ >= kPiecesPerTurn) turn_is_over_ = true;
  if (body_ != Body::flows) return;
  if (const std::shared_ptr<Stream> session = session_) session->client().take_body(*this, piece);
}

void HttpTunnel::on_complete() {
  request_begun_ = false;
  if (++requests_in_turn_ >= kRequestsPerTurn) turn_is_over_ = true;
  switch (std::exchange(body_, Body::none)) {
  case Body::drop: return;
  case Body::refuse: return reply_refusal(refusal_);
  case Body::none: return serve(target_, {});
  case Body::whole: return serve(target_, std::exchange(whole_body_, {}));
  case Body::flows:
    if (const std::shared_ptr<Stream> session = session_) session->client().end_body(*this);
  }
}

void HttpTunnel::on_body_too_large() {
  if (body_ == Body::drop) return finish_writing(); // the request has its reply already
  if (session_ && target_.kind == TunnelRequestKind::send)
    session_->client().body_refused(*target_.sequence_number, this, terms_.body_limit_bytes);
  else if (session_)
    session_->client().request_refused(413);
  refuse(413);
}

void HttpTunnel::serve(const protocol::RtmptTarget& request, std::string_view body) {
  // The session may have ended since the head was read.
  switch (use_session(request.session_id)) {
  case Join::joined: break;
  case Join::unknown: return reply_refusal(404);
  case Join::full: return reply_refusal(503);
  }
  if (request.kind == TunnelRequestKind::open) {
    Answer opened;
    opened.body = {request.session_id, "\n"};
    return reply(opened);
  }
  SessionRequest next;
  next.kind = request.kind;
  next.sequence_number = request.sequence_number;
  if (request.kind == TunnelRequestKind::send) next.body = body;
  awaits_answer_ = true;
  const std::shared_ptr<Stream> session = session_; // it may end, and let go of this connection, in the call
  session->client().request(next, *this, way());
}

// Makes the session with that id this connection's session. If that is not possible, the connection keeps the one it
// had.
HttpTunnel::Join HttpTunnel::use_session(std::string_view id) {
  if (session_ && session_->id().secret() == id && !session_->ended()) return Join::joined;
  std::shared_ptr<Stream> session = home_.sessions.find(id, terms_.vhost_key);
  if (!session || session->ended()) return Join::unknown;
  const bool is_first = id == terms_.request.session_id.secret();
  if (!session->client().join(*this, is_first ? std::exchange(terms_.forwarded_requests, 0) : 0)) return Join::full;
  if (socket_.has_tls()) session->came_over(socket_.tls_facts());
  if (const auto before = std::exchange(session_, std::move(session))) before->client().leave(*this);
  return Join::joined;
}

// A connection that several clients share can carry requests for sessions on several loops, so it moves to the loop of
// this request. If replies still wait to be written, it cannot move, and 421 makes the client come again on another
// connection.
bool HttpTunnel::move_home(const protocol::RtmptTarget& request) {
  if (!queue_.empty()) {
    refuse(421);
    return false;
  }
  terms_.keep_alive = true;
  terms_.request.session_id = protocol::SessionId(std::string(request.session_id));
  terms_.forwarded_requests = 0;
  terms_.awaits_answer = false;
  home_residue_ = head_text(reader_.head());
  state_ = State::moving;
  return false;
}

void HttpTunnel::depart() {
  DetachedClient client = socket_.detach();
  if (!client.descriptor) return close();
  home_.sessions.move_home(std::move(client), std::move(terms_), std::move(home_residue_) + input_, refusals_);
  close();
}

} // namespace rtmpt_proxy::gateway
