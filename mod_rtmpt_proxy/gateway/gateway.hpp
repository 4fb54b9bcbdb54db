// What all parts of the running gateway share: its loop, its sessions and their counts, its budget of descriptors, its
// log.
#pragma once

#include "descriptor_budget.hpp"
#include "gateway_log.hpp"
#include "session_counts.hpp"
#include "session_table.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstddef>

namespace rtmpt_proxy::gateway {

// One loop, one thread: nothing here is locked. Outlives every session, connection and channel.
class Gateway {
 public:
  explicit Gateway(GatewayLog& gateway_log) : log_(gateway_log) {}
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  boost::asio::io_context& loop() { return loop_; }
  SessionTable& sessions() { return sessions_; }
  SessionCounts& counts() { return counts_; }
  DescriptorBudget& descriptors() { return descriptors_; }
  GatewayLog& gateway_log() { return log_; }
  spdlog::logger& log() { return log_.logger(); }

  // Where a read puts its bytes before they are sorted out. Used between a read and the end of its handler only, so
  // that waiting connections hold no buffer.
  std::array<char, 65536>& scratch() { return scratch_; }
  // The same for what media servers send, which may be read while a client's request still lies in the other.
  std::array<char, 65536>& backend_scratch() { return backend_scratch_; }

  // After retire(): no new sessions, and the loop stops soon after the last one has ended.
  void retire();
  bool retiring() const { return retiring_; }
  // A session ended and left the table.
  void session_left();

 private:
  // Both outlive the loop: handlers that end with it hold sessions, which give their places back.
  DescriptorBudget descriptors_;
  SessionCounts counts_;
  boost::asio::io_context loop_{1};
  SessionTable sessions_;
  GatewayLog& log_;
  bool retiring_ = false;
  boost::asio::steady_timer last_words_{loop_};
  std::array<char, 65536> scratch_{};
  std::array<char, 65536> backend_scratch_{};
};

} // namespace rtmpt_proxy::gateway
