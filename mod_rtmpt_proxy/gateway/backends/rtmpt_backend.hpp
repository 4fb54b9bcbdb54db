// SPDX-License-Identifier: Apache-2.0
// The leg to a backend that speaks RTMPT. The gateway is its client, on one connection at a time, which no other
// session uses.
#pragma once

#include "gateway/backends/backend_leg.hpp"
#include "gateway/backends/reply_reader.hpp"
#include "gateway/backends/rtmpt_conversation.hpp"
#include "gateway/base/loop_services.hpp"

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// What the open has found out, and the times of the session.
struct RtmptTerms {
  boost::asio::ip::tcp::endpoint endpoint; // where every connection of the session goes
  std::string host;                        // Host header
  protocol::BackendSessionId session_id;
  std::chrono::milliseconds connect_timeout{0};
  std::chrono::milliseconds reply_timeout{0};
};

class RtmptBackend final : public BackendLeg {
 public:
  // `socket` carried the open and may be closed since. `owner` outlives the leg.
  RtmptBackend(LoopServices& loop, BackendOwner& owner, boost::asio::ip::tcp::socket socket, RtmptTerms terms);

  std::size_t write(const Pieces& bytes) override;
  bool is_readable() const override { return false; }
  std::size_t readable_bytes() const override { return 0; }
  void read() override {}
  void follow(std::size_t room_bytes, std::size_t waiting_bytes) override;
  void finish() override { finishing_ = true; }
  void leave() override { finish(); }
  void close() override;
  bool is_open() const override { return open_; }

 private:
  void connect();
  void on_connected(const boost::system::error_code& error);
  template <class Handler>
  auto for_this_connection(Handler handler);
  void flush();
  void await_writable();
  void await_readable();
  void on_readable();
  bool take_reply(std::string_view bytes);
  bool take_progress(ReplyProgress progress);
  bool on_reply_complete(bool more_bytes);
  void on_connection_ended(ConnectionEnd how);
  void drop_connection();
  std::size_t unacknowledged_bytes();
  void arm_timer();
  void on_timer();
  void fail(std::string_view reason);

  LoopServices& loop_;
  BackendOwner& owner_;
  const RtmptTerms terms_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  RtmptConversation conversation_;
  HttpReplyReader reader_;
  std::string unread_; // the start of a line of a reply's head
  std::size_t room_bytes_ = 0;
  TimePoint armed_for_ = TimePoint::max();
  TimePoint connect_deadline_ = TimePoint::max();
  bool open_ = true;             // the leg, whatever its connection
  std::uint32_t connection_ = 0; // number of the connection, so that late handlers know theirs is gone
  bool connecting_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool finishing_ = false;
};

} // namespace rtmpt_proxy::gateway
