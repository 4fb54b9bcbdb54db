// What the gateway's loops have in common.
#pragma once

#include "gateway/backends/name_resolver.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/base/gateway_log.hpp"
#include "gateway/base/input_budget.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/facts/session_logs.hpp"

#include <rtmpt_proxy/policy/logs/log_limiter.hpp>

#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

// Every loop may use all of it at any time; outlives the loops, whose handlers hold sessions that give their places
// back. Nothing of it is asked while a session runs.
struct SharedState {
  explicit SharedState(NameRules rules) : names(std::move(rules)) {}

  GatewayLog log;
  DescriptorBudget descriptors;
  InputBudget kept_input;
  SessionCounts counts;
  NameResolver names;
  policy::LogLimiter full_lines; // about refused opens
  SessionLogs session_logs{log.logger()};
  const std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
};

} // namespace rtmpt_proxy::gateway
