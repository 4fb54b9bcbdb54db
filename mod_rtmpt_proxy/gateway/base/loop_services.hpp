// What an event loop provides to everything that lives on it.
#pragma once

#include "gateway/base/descriptor_budget.hpp"
#include "gateway/base/log_limit.hpp"
#include "gateway/base/loop_timer.hpp"

#include <boost/asio/io_context.hpp>
#include <spdlog/logger.h>

#include <array>

namespace rtmpt_proxy::gateway {

// The loop owns it, and it outlives the sessions, backend legs and connections of the loop. One thread uses it: the
// loop's own. `descriptors` and `log` are shared by all loops and may be used by every thread.
struct LoopServices {
  // A read puts its bytes here before they are sorted out. Used between a read and the end of its handler only, so that
  // waiting connections own no buffer.
  using Scratch = std::array<char, 65536>;

  boost::asio::io_context& io;
  LoopTimer& timer;
  spdlog::logger& log;
  DescriptorBudget& descriptors;
  Scratch scratch{}; // for what clients send
  // For what backends send, which may be read while a client's request still lies in the other one.
  Scratch backend_scratch{};
  // For lines that clients and media servers can cause at any rate.
  LogLimit body_lines{};
  LogLimit backend_lines{};
  LogLimit state_lines{};
};

} // namespace rtmpt_proxy::gateway
