// SPDX-License-Identifier: Apache-2.0
// What all loops of the gateway share.
#pragma once

#include "gateway/backends/name_resolver.hpp"
#include "gateway/backends/tls_contexts.hpp"
#include "gateway/base/descriptor_budget.hpp"
#include "gateway/base/gateway_log.hpp"
#include "gateway/base/input_budget.hpp"
#include "gateway/facts/ban_book.hpp"
#include "gateway/facts/hidden_names.hpp"
#include "gateway/facts/session_counts.hpp"
#include "gateway/facts/session_logs.hpp"
#include "gateway/facts/stream_register.hpp"
#include "gateway/greeting/ask_places.hpp"
#include "gateway/greeting/greeting_places.hpp"
#include "gateway/greeting/login_desk.hpp"
#include "gateway/hub/hub_streams.hpp"
#include "gateway/hub/pulls.hpp"
#include "gateway/relay/relay_home.hpp"
#include "gateway/tls/tls_server_contexts.hpp"

#include <rtmpt_proxy/policy/logs/log_limiter.hpp>

#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

// Every thread may use it at any time. Must be destroyed after the loops: destroying a loop destroys sessions, which
// release their counts here. On the data path only `kept_input` and `relay_tails` are used, which are atomic numbers.
struct SharedState {
  explicit SharedState(NameRules rules) : names(std::move(rules)) {}

  GatewayLog log;
  DescriptorBudget descriptors;
  InputBudget kept_input;
  InputBudget relay_tails; // so that uploads of strangers take nothing from requests of streams
  SessionCounts counts;
  StreamRegister streams;
  BanBook bans;
  HiddenNames hidden_names;
  NameResolver names;
  TlsContexts tls;
  TlsServerContexts tls_servers;
  GreetingPlaces greeting_places{descriptors.limit()};
  LoginDesk logins;
  RelayPlaces relay_places{descriptors.limit()};
  AskPlaces ask_places;
  HubStreams hub_streams;
  Pulls pulls{names, tls, hub_streams};
  policy::LogLimiter full_lines; // limits lines about refused opens
  SessionLogs session_logs{log.logger()};
  const std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
};

} // namespace rtmpt_proxy::gateway
