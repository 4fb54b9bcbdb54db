#include "child_channel.hpp"

#include "admission.hpp"
#include "connection_intake.hpp"
#include "gateway_loops.hpp"
#include "reply_head.hpp"
#include "status_collector.hpp"

#include <rtmpt_proxy/version.hpp>

#include <boost/asio/buffer.hpp>

#include <type_traits>
#include <utility>
#include <variant>

#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;
using protocol::TunnelRequestKind;
using ErrorCode = boost::system::error_code;

namespace {

protocol::Reply status_reply(std::uint16_t status) {
  protocol::Reply reply;
  reply.status = status;
  reply.body = error_body(status);
  return reply;
}

} // namespace

ChildChannel::ChildChannel(Gateway& gateway, Descriptor socket)
    : gateway_(gateway), descriptor_(gateway.descriptors()), socket_(gateway.loop(), socket.release()) {}

ChildChannel::~ChildChannel() = default;

void ChildChannel::start() {
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  say(protocol::Hello{protocol::kGatewayProtocolVersion, std::string(project_version()),
                      static_cast<std::uint32_t>(::getpid()), gateway_.loops().count()});
  await_readable();
}

void ChildChannel::await_readable() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](const ErrorCode& error) {
    if (!error) self->on_readable();
  });
}

void ChildChannel::on_readable() {
  auto& scratch = gateway_.scratch();
  std::size_t count = 0;
  switch (receive(socket_.native_handle(), scratch, count, descriptors_)) {
  case ReceiveStatus::would_block: return await_readable();
  case ReceiveStatus::end:
  case ReceiveStatus::failed: return close();
  case ReceiveStatus::received: break;
  }
  reader_.feed({scratch.data(), count});
  for (;;) {
    protocol::GatewayMessage message;
    const protocol::FrameError error = reader_.next(message);
    if (error == protocol::FrameError::need_more) break;
    if (error != protocol::FrameError::none) return fail(to_string(error));
    if (!take(message)) return fail("message out of place");
    if (!socket_.is_open()) return;
  }
  await_readable();
}

// False for a message that has no place here and now.
bool ChildChannel::take(protocol::GatewayMessage& message) {
  if (awaits_answer_ || awaits_loops_) return false;
  // Once a connection is to be taken, nothing but what was read from it may come.
  if (client_ && !std::holds_alternative<protocol::Residue>(message)) return false;
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
        else if constexpr (std::is_same_v<Content, protocol::Forward>)
          return take_forward(content);
        else if constexpr (std::is_same_v<Content, protocol::AskStatus>)
          return take_question(content);
        else if constexpr (std::is_same_v<Content, protocol::EndSession>)
          return take_end(content);
        else
          return false;
      },
      message);
}

bool ChildChannel::take_choose(const protocol::Choose& choose) {
  place_.reset(); // of the choice before, which led to nothing
  Choice choice = gateway_.counts().choose(choose.candidates);
  place_ = std::move(choice.place);
  say(protocol::Chosen{static_cast<std::uint32_t>(choice.index)});
  return true;
}

bool ChildChannel::take_admission(const protocol::Admission& admission) {
  awaits_loops_ = true;
  open_session(gateway_, admission, std::exchange(place_, std::nullopt),
               [self = shared_from_this()](const protocol::GatewayMessage& outcome) {
                 self->awaits_loops_ = false;
                 // A child that went away meanwhile leaves a session without a client, which ends by its timeout.
                 if (self->socket_.is_open()) self->say(outcome);
               });
  return true;
}

bool ChildChannel::take_hand_over(protocol::HandOver& terms) {
  if (descriptors_.size() != 1) return false;
  Descriptor client = std::move(descriptors_.front());
  descriptors_.clear();
  const bool known = gateway_.sessions().find(terms.session_id, terms.virtual_host) != nullptr;
  if (!known) {
    gateway_.log().debug("RTMPT309: {} of {} names no session of {}",
                         terms.request ? to_string(terms.request->kind) : "connection", terms.client_address,
                         terms.virtual_host);
    say(status_reply(404));
  } else if (!gateway_.descriptors().has_room_for(1)) {
    say(status_reply(503));
  } else {
    client_ = std::move(client);
    terms_ = std::move(terms);
    say(protocol::Take{});
  }
  return true;
}

bool ChildChannel::take_residue(protocol::Residue& residue) {
  if (!client_) return false;
  // httpd hands over stream sockets only; anything else would be its mistake.
  return serve_connection(gateway_, std::exchange(client_, {}), std::exchange(terms_, {}), std::move(residue.bytes));
}

bool ChildChannel::take_forward(const protocol::Forward& forward) {
  const protocol::TunnelRequest& request = forward.request;
  const bool is_for_session = request.kind == TunnelRequestKind::send || request.kind == TunnelRequestKind::idle ||
                              request.kind == TunnelRequestKind::close;
  if (!is_for_session || (!request.sequence_number && request.kind != TunnelRequestKind::close)) return false;
  session_ = gateway_.sessions().find(request.session_id, forward.virtual_host);
  if (!session_) {
    gateway_.log().debug("RTMPT311: forwarded {} names no session of {}", to_string(request.kind),
                         forward.virtual_host);
    say(status_reply(404));
    return true;
  }
  if (forward.body_is_cut) {
    if (request.kind == TunnelRequestKind::send) session_->truncated(*request.sequence_number);
    say(status_reply(400));
    return true;
  }
  SessionRequest next;
  next.kind = request.kind;
  next.sequence_number = request.sequence_number;
  next.body = request.body;
  next.hold_limit = forward.hold_limit;
  next.wait_limit = forward.wait_limit;
  awaits_answer_ = true;
  takes_data_ = forward.takes_data;
  wants_facts_ = forward.wants_facts;
  session_->used_without_connection();
  const std::shared_ptr<LiveSession> session = session_;
  session->request(next, *this, policy::Way::forwarded);
  return true;
}

bool ChildChannel::take_question(protocol::AskStatus& question) {
  awaits_loops_ = true;
  tell_status(gateway_, std::move(question), [self = shared_from_this()](std::string text) {
    self->awaits_loops_ = false;
    if (self->socket_.is_open()) self->say(protocol::Status{std::move(text)});
  });
  return true;
}

bool ChildChannel::take_end(protocol::EndSession& end) {
  awaits_loops_ = true;
  end_session(gateway_, std::move(end.name), [self = shared_from_this()](bool found) {
    self->awaits_loops_ = false;
    if (self->socket_.is_open()) self->say(protocol::Done{found});
  });
  return true;
}

void ChildChannel::answer(const Answer& answer) {
  awaits_answer_ = false;
  protocol::Reply reply;
  reply.status = answer.status;
  reply.close = answer.close;
  reply.polling_interval = answer.polling_interval;
  if (answer.status == 200) {
    reply.body.reserve(size_of(answer.body));
    for (const std::string_view piece : answer.body)
      reply.body += piece;
  } else {
    reply.body = error_body(answer.status);
  }
  if (wants_facts_ && session_) reply.facts = session_->watch().facts();
  say(reply);
}

void ChildChannel::say(const protocol::GatewayMessage& message) {
  output_ += protocol::encode(message);
  if (!writing_) say_more();
}

void ChildChannel::await_writable() {
  if (written_bytes_ == output_.size()) {
    output_.clear();
    written_bytes_ = 0;
    return;
  }
  if (writing_) return;
  writing_ = true;
  socket_.async_wait(asio::posix::stream_descriptor::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    self->writing_ = false;
    if (!error) self->say_more();
  });
}

void ChildChannel::say_more() {
  ErrorCode error;
  const std::size_t count =
      socket_.write_some(asio::buffer(output_.data() + written_bytes_, output_.size() - written_bytes_), error);
  if (error && error != asio::error::would_block) return; // shows again, and is acted upon, when reading
  if (!error) written_bytes_ += count;
  await_writable();
}

void ChildChannel::fail(std::string_view why) {
  gateway_.log().error("RTMPT312: a channel of httpd is closed: {}", why);
  close();
}

void ChildChannel::close() {
  ErrorCode ignored;
  socket_.close(ignored);
  client_ = Descriptor();
  place_.reset();
  if (const auto session = std::exchange(session_, nullptr); session && std::exchange(awaits_answer_, false))
    session->forget(*this);
}

} // namespace rtmpt_proxy::gateway
