// What all loops of the gateway share.
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

// Every thread may use it at any time. Must be destroyed after the loops: destroying a loop destroys sessions, which
// release their counts here. On the data path only `kept_input` is used, which is an atomic number.
struct SharedState {
  explicit SharedState(NameRules rules) : names(std::move(rules)) {}

  GatewayLog log;
  DescriptorBudget descriptors;
  InputBudget kept_input;
  SessionCounts counts;
  NameResolver names;
  policy::LogLimiter full_lines; // limits lines about refused opens
  SessionLogs session_logs{log.logger()};
  const std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
};

} // namespace rtmpt_proxy::gateway
