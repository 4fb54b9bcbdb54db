// SPDX-License-Identifier: Apache-2.0
// One question to httpd: a request on a connection of its own to httpd's private listener.
#pragma once

#include "local/descriptor.hpp"

#include <rtmpt_proxy/protocol/messages/ask_answer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace rtmpt_proxy::gateway {

// Runs on its loop. Keeps itself alive while it waits.
class Ask : public std::enable_shared_from_this<Ask> {
 public:
  // Its status is 0 when httpd gives none.
  using Done = std::function<void(const protocol::AskAnswer& answer)>;

  // Whether anybody still wants the answer.
  using IsWanted = std::function<bool()>;

  // `text` is everything that is written: preamble and request. `done` is called once, also when nobody wants the
  // answer any more: httpd is at work on the question until then.
  Ask(boost::asio::io_context& loop, std::string text, IsWanted is_wanted, Done done);
  Ask(const Ask&) = delete;
  Ask& operator=(const Ask&) = delete;

  // httpd's answer takes at most as long as its backends need to be reached.
  static constexpr std::chrono::seconds kAnswerTime{30};

  // `door` is httpd's listener, opened with O_PATH; null: there is none. A child of httpd may be ended while it reads
  // the question: then it is asked once more, if the answer is still wanted.
  void start(std::shared_ptr<const local::Descriptor> door);

  bool is_wanted() const { return is_wanted_(); }

 private:
  void connect();
  void connect_after(std::chrono::milliseconds pause);
  void write();
  void read();
  void try_again();
  void end(const protocol::AskAnswer& answer);

  boost::asio::local::stream_protocol::socket socket_;
  boost::asio::steady_timer pause_;
  boost::asio::steady_timer end_;
  const std::string text_;
  std::shared_ptr<const local::Descriptor> door_;
  const IsWanted is_wanted_;
  Done done_;
  std::size_t written_bytes_ = 0;
  protocol::AskAnswerReader answer_;
  int attempts_left_ = 2;
  std::chrono::milliseconds busy_pause_; // the next one, while httpd is too busy
};

} // namespace rtmpt_proxy::gateway
