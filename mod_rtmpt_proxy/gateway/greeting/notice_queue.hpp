// SPDX-License-Identifier: Apache-2.0
// A loop's notices to httpd that streams have ended: a few at a time, tried again when httpd does not take one, and
// never in the way of a question about a stream.
#pragma once

#include "gateway/base/line_limit.hpp"
#include "gateway/base/spdlog_logger.hpp"
#include "gateway/greeting/ask_queue.hpp"
#include "gateway/greeting/notice_lines.hpp"

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// Used by one loop, in its thread, and outlives the loop's asks.
//
// Memory: NoticeLines::kMostWaiting notices and those under way, of at most 16 KiB each.
class NoticeQueue {
 public:
  // Between the attempts for one notice; after the last one it is given up.
  static constexpr std::array<std::chrono::milliseconds, 4> kPauses{std::chrono::seconds{1}, std::chrono::seconds{5},
                                                                    std::chrono::seconds{30}, std::chrono::minutes{2}};

  NoticeQueue(boost::asio::io_context& loop, const AskQueue& asks, spdlog::logger& log)
      : loop_(loop), asks_(asks), log_(log), pause_(loop) {}
  NoticeQueue(const NoticeQueue&) = delete;
  NoticeQueue& operator=(const NoticeQueue&) = delete;

  // `text` is preamble and request. When too many wait, one of the virtual host with most of them is lost, and a line
  // in the log says so.
  void tell(protocol::SessionName session, protocol::VhostKey vhost, std::string text);

 private:
  void wait_with(Notice notice);
  void go_on();
  void start(Notice notice);
  void on_answer(const protocol::VhostKey& vhost, int status);

  boost::asio::io_context& loop_;
  const AskQueue& asks_; // knows where httpd is asked
  spdlog::logger& log_;
  boost::asio::steady_timer pause_;
  NoticeLines lines_;
  std::vector<Notice> under_way_; // at most NoticeLines::kMostUnderWay, each of another virtual host
  policy::LogLimiter given_up_lines_ = line_limit();
  policy::LogLimiter lost_lines_ = line_limit();
};

} // namespace rtmpt_proxy::gateway
