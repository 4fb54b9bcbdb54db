// SPDX-License-Identifier: Apache-2.0
// What an event loop provides to the objects that live on it.
#pragma once

#include "gateway/base/descriptor_budget.hpp"
#include "gateway/base/line_limit.hpp"
#include "gateway/base/loop_timer.hpp"
#include "gateway/base/spdlog_logger.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <cstdint>

namespace rtmpt_proxy::gateway {

// The loop owns it. It outlives the loop's streams and connections. Only the loop's thread uses its members, except
// `descriptors` and `log`, which all loops share and every thread may use, and `io`, to which every thread may post.
// Another loop may make a BackendConnector with it.
struct LoopServices {
  // Memory that a read puts its bytes into. Used only from a read to the end of its handler, so that waiting
  // connections need no buffer.
  using Scratch = std::array<char, 65536>;

  // Each of these lines is about another stream that was cut off, which its administrator wants to see.
  static constexpr std::uint64_t kBackendLines = 100;

  boost::asio::io_context& io;
  LoopTimer& timer;
  spdlog::logger& log;
  DescriptorBudget& descriptors;
  Scratch scratch{}; // for bytes from clients
  // For bytes from backends. A backend may be read while `scratch` still holds a client's request.
  Scratch backend_scratch{};
  // Limits for lines that clients and backends can cause at any rate.
  policy::LogLimiter body_lines = line_limit();
  policy::LogLimiter backend_lines = line_limit(kBackendLines);
  policy::LogLimiter state_lines = line_limit();
  policy::LogLimiter channel_lines = line_limit();
  policy::LogLimiter refusal_lines = line_limit();
  policy::LogLimiter unanswered_lines = line_limit(); // of questions to httpd
};

} // namespace rtmpt_proxy::gateway
