// Reading: from bytes to served requests.
#include "tunnel_connection.hpp"

#include "connection_intake.hpp"
#include "gateway_loops.hpp"

#include <rtmpt_proxy/protocol/rtmpt_target.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/string.hpp>

#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using protocol::TargetError;
using protocol::TunnelRequestKind;
using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

namespace {
// So many bytes tell a poll from what must not wait.
constexpr std::string_view kPollStart = "POST /idle/";
} // namespace

TunnelConnection::TunnelConnection(Gateway& gateway, ClientSocket socket, protocol::HandOver terms)
    : gateway_(gateway),
      descriptor_(gateway.descriptors()),
      socket_(std::move(socket)),
      terms_(std::move(terms)),
      reader_(terms_.body_limit_bytes),
      is_tcp_(is_tcp(socket_)),
      request_started_(steady_clock::now()),
      unused_since_(request_started_),
      linger_until_(request_started_) {
  prepare_client_socket(socket_);
}

TunnelConnection::~TunnelConnection() = default;

void TunnelConnection::start(std::string residue) {
  gateway_.timer().enter(shared_from_this());
  input_ = std::move(residue);
  request_keeps_alive_ = terms_.keep_alive;
  const std::optional<protocol::PendingRequest> first = std::exchange(terms_.request, std::nullopt);
  in_loop_ = true;
  if (first)
    serve({first->kind, terms_.session_id, first->sequence_number}, first->body);
  else
    use_session(terms_.session_id); // where it cannot join, it waits for a request as any other connection
  in_loop_ = false;
  resume();
}

// Goes on with what is there, then with what comes.
void TunnelConnection::resume() {
  consume_input();
  if (state_ == State::moving) return depart();
  if (state_ != State::serving) return;
  if (end_of_input_) return on_end_of_input();
  await_readable();
  arm_timer();
}

void TunnelConnection::await_readable() {
  // Behind an unanswered request one look ahead is enough; the rest waits in the socket and slows the client.
  const bool is_enough = awaits_answer_ && input_.size() >= kPollStart.size();
  if (reading_ || is_enough || end_of_input_ || state_ == State::closed) return;
  reading_ = true;
  socket_.async_wait(ClientSocket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    self->reading_ = false;
    if (!error) self->on_readable();
  });
}

void TunnelConnection::on_readable() {
  if (state_ == State::closed) return;
  auto& scratch = gateway_.scratch();
  ErrorCode error;
  const std::size_t count = socket_.read_some(asio::buffer(scratch), error);
  if (error == asio::error::would_block) return await_readable();
  if (error && error != asio::error::eof) return close();
  if (error == asio::error::eof) end_of_input_ = true;
  if (state_ == State::lingering) return end_of_input_ ? close() : await_readable();
  if (state_ == State::closing) return end_of_input_ ? void() : await_readable(); // nobody wants it any more

  if (input_.empty() && !awaits_answer_) {
    // The usual case: whole requests, parsed where they were read to.
    in_loop_ = true;
    const std::size_t used = consume({scratch.data(), count});
    in_loop_ = false;
    input_.append(scratch.data() + used, count - used);
  } else {
    input_.append(scratch.data(), count);
  }
  resume();
}

void TunnelConnection::consume_input() {
  if (in_loop_) return;
  in_loop_ = true;
  hurry_session(input_);
  if (!input_.empty()) input_.erase(0, consume(input_));
  if (input_.empty() && input_.capacity() > gateway_.scratch().size()) input_ = std::string();
  in_loop_ = false;
}

// Serves the requests that are complete in `bytes` and returns how many bytes are done with.
std::size_t TunnelConnection::consume(std::string_view bytes) {
  std::size_t used = 0;
  while (state_ == State::serving && !awaits_answer_) {
    const std::string_view rest = bytes.substr(used);
    if (!request_begun_ && !rest.empty()) {
      request_begun_ = true;
      request_was_split_ = false;
      request_bytes_ = 0;
      request_started_ = steady_clock::now();
    }
    std::size_t consumed = 0;
    const HttpProgress progress = reader_.feed(rest, consumed);
    used += consumed;
    request_bytes_ += consumed;
    switch (progress) {
    case HttpProgress::need_more: request_was_split_ = request_begun_; return used;
    case HttpProgress::head:
      if (!accept_head()) return used;
      break;
    case HttpProgress::complete:
      request_begun_ = false;
      serve_request();
      hurry_session(bytes.substr(used));
      break;
    case HttpProgress::bad: refuse(400); return used;
    case HttpProgress::head_too_large: refuse(431); return used;
    case HttpProgress::body_too_large: refuse(413); return used;
    }
  }
  return used;
}

// A held idle does not keep `following`, the bytes behind it, from being served.
void TunnelConnection::hurry_session(std::string_view following) {
  if (!awaits_answer_ || !session_ || (following.empty() && !end_of_input_)) return;
  const std::shared_ptr<LiveSession> session = session_;
  const std::string_view start = following.substr(0, kPollStart.size());
  const bool may_be_poll = !start.empty() && kPollStart.starts_with(start);
  if (may_be_poll)
    session->hurry_for_poll(*this);
  else
    session->hurry(*this);
}

// Everything that can be refused by its head is, so that no body is read for nothing.
bool TunnelConnection::accept_head() {
  const HttpRequestHead& head = reader_.head();
  const bool is_tunnel = head.is_post && protocol::is_tunnel_target(head.target);
  if (!is_tunnel || !boost::beast::iequals(head.host, terms_.host_header)) {
    refuse(421);
    return false;
  }
  request_keeps_alive_ = head.keep_alive;
  if (head.content_length > terms_.body_limit_bytes) {
    refuse(413);
    return false;
  }
  const bool has_body = head.content_length > 0 || head.is_chunked;
  if (head.expects_continue && has_body && queue_.empty()) send("HTTP/1.1 100 Continue\r\n\r\n", {}, false);
  return true;
}

void TunnelConnection::serve_request() {
  const auto [error, target] = protocol::parse_rtmpt_target(reader_.head().target);
  if (error != TargetError::none) {
    gateway_.log().debug("RTMPT304: request of {} refused: {}", terms_.client_address, to_string(error));
    Answer bad;
    bad.status = 400;
    return reply(bad);
  }
  if (target.kind == TunnelRequestKind::open)
    return refuse(421); // httpd admits; the client asks it on a new connection
  serve(target, reader_.body());
}

void TunnelConnection::serve(const protocol::RtmptTarget& request, std::string_view body) {
  Answer unknown;
  unknown.status = 404;
  if (request.kind == TunnelRequestKind::ident) return reply(unknown);
  if (!use_session(request.session_id)) {
    Gateway* const home = gateway_.loops().home_of(request.session_id);
    if (home && home != &gateway_) return move_home(request, body);
    gateway_.log().debug("RTMPT305: {} of {} names no session of {}", to_string(request.kind), terms_.client_address,
                         terms_.virtual_host);
    return reply(unknown);
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
  const std::shared_ptr<LiveSession> session = session_; // it may end, and let go of this connection, in the call
  session->request(next, *this, way());
}

bool TunnelConnection::use_session(std::string_view id) {
  if (session_ && session_->id() == id && !session_->ended()) return true;
  std::shared_ptr<LiveSession> session = gateway_.sessions().find(id, terms_.virtual_host);
  if (!session || session->ended()) return false;
  if (const auto before = std::exchange(session_, nullptr)) before->leave(*this);
  const bool is_first = id == terms_.session_id;
  if (!session->join(*this, is_first ? std::exchange(terms_.forwarded_requests, 0) : 0)) return false;
  session_ = std::move(session);
  return true;
}

// A connection that several clients share may carry requests of sessions of several loops: it goes where the request
// has to. Not before everything is written; such a client comes again on another connection.
void TunnelConnection::move_home(const protocol::RtmptTarget& request, std::string_view body) {
  if (!queue_.empty()) return refuse(421);
  terms_.keep_alive = request_keeps_alive_;
  terms_.session_id = std::string(request.session_id);
  terms_.forwarded_requests = 0;
  terms_.request = protocol::PendingRequest{request.kind, request.sequence_number, std::string(body)};
  state_ = State::moving;
}

void TunnelConnection::depart() {
  Gateway& home = *gateway_.loops().home_of(terms_.session_id);
  ErrorCode error;
  Descriptor client(socket_.release(error));
  if (error) return close();
  asio::post(home.loop(),
             [&home, client = std::move(client), terms = std::move(terms_), residue = std::move(input_)]() mutable {
               serve_connection(home, std::move(client), std::move(terms), std::move(residue));
             });
  close();
}

void TunnelConnection::on_end_of_input() {
  // A client that only finished sending still gets the answer it waits for.
  if (!awaits_answer_ && state_ == State::serving) finish_writing();
}

} // namespace rtmpt_proxy::gateway
