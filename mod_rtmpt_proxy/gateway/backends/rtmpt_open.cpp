// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/rtmpt_open.hpp"

#include "gateway/backends/backend_socket.hpp"
#include "gateway/backends/reply_reader.hpp"

#include <rtmpt_proxy/protocol/rtmpt/open_reply.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;

namespace {

std::string reply_failure(const HttpReplyReader& reader) {
  std::string failure("its reply to open ");
  failure += to_string(reader.error());
  if (reader.error() == ReplyError::wrong_status) failure += ' ' + std::to_string(reader.head().status);
  return failure;
}

// Collects one reply.
class OpenReply {
 public:
  // Takes the next bytes. True when the outcome is known.
  bool feed(std::string_view bytes) {
    unread_ += bytes;
    std::string_view rest = unread_;
    for (;;) {
      std::size_t consumed = 0;
      const ReplyProgress progress = reader_.feed(rest, consumed);
      rest.remove_prefix(consumed);
      if (progress == ReplyProgress::data) body_ += reader_.piece();
      if (body_.size() > protocol::kMaxOpenReplyBytes)
        return fail("its reply to open has no session id: it is too long");
      if (progress == ReplyProgress::bad) return fail(reply_failure(reader_));
      if (progress == ReplyProgress::complete) return complete(rest);
      if (progress == ReplyProgress::need_more) break;
    }
    unread_.erase(0, unread_.size() - rest.size());
    return false;
  }

  bool in_reply() const { return reader_.in_reply(); }
  RtmptOpened take_outcome() { return std::move(outcome_); }

 private:
  bool complete(std::string_view rest) {
    if (!rest.empty()) return fail("it sent bytes beyond its reply to open");
    const protocol::OpenReplyResult result = protocol::parse_open_reply(body_);
    if (result.error != protocol::OpenReplyError::none)
      return fail("its reply to open has no session id: " + std::string(to_string(result.error)));
    outcome_.session_id = protocol::BackendSessionId(std::string(result.session_id));
    outcome_.keep_alive = reader_.head().keep_alive;
    return true;
  }

  bool fail(std::string why) {
    outcome_.failure = std::move(why);
    return true;
  }

  HttpReplyReader reader_;
  std::string unread_;
  std::string body_;
  RtmptOpened outcome_;
};

} // namespace

asio::awaitable<RtmptOpened> open_at_rtmpt_server(asio::ip::tcp::socket& socket, std::string request) {
  OpenReply reply;
  // A failed write is ignored: the read reports it, and the server may have said why it takes no bytes.
  static_cast<void>(co_await asio::async_write(socket, asio::buffer(request), kAsTuple));
  std::array<char, 2048> buffer;
  for (;;) {
    const auto [error, count] = co_await socket.async_read_some(asio::buffer(buffer), kAsTuple);
    if (error && error != asio::error::eof) co_return RtmptOpened{{}, false, error.message()};
    if (error)
      co_return RtmptOpened{{},
                            false,
                            reply.in_reply() ? "the connection ended inside its reply to open"
                                             : "closed the connection at once"};
    if (reply.feed({buffer.data(), count})) co_return reply.take_outcome();
  }
}

} // namespace rtmpt_proxy::gateway
