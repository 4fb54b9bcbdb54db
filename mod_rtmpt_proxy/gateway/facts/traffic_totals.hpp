// SPDX-License-Identifier: Apache-2.0
// Totals of all sessions since the gateway began, by virtual host and backend. Both are few, because the configuration
// names them.
#pragma once

#include "gateway/facts/session_watch.hpp"

#include <rtmpt_proxy/policy/logs/session_log_record.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace rtmpt_proxy::gateway {

struct Traffic {
  std::uint64_t opened = 0;
  std::map<policy::SessionEndReason, std::uint64_t> ended;
  std::uint64_t requests = 0;
  std::uint64_t received_bytes = 0; // RTMP, from clients
  std::uint64_t sent_bytes = 0;
  // Now.
  std::uint64_t publishing = 0;
  std::uint64_t playing = 0;
  std::uint64_t other = 0;                           // not known, or not yet
  std::map<policy::ClientLeg, std::uint64_t> by_leg; // how many of them speak what
  BitRates rates;

  // Sessions now.
  std::uint64_t live() const { return publishing + playing + other; }

  Traffic& operator+=(const Traffic& other_traffic);
};

// Not thread-safe: each loop has its own totals, and a report adds them up.
class TrafficTotals {
 public:
  using Key = std::pair<std::string, std::string>; // server name, backend URL; or server name, reason

  void session_opened(const policy::SessionLogRecord& record);
  void session_ended(const policy::SessionLogRecord& record);
  void session_refused(const std::string& server_name, std::string_view reason);
  // Adds a live session; for a report only.
  void add_live(const SessionReport& report);
  // Adds a session that has ended since these totals were copied; for a report only. Without it a total could go down.
  void add_passed(const policy::SessionLogRecord& record);

  void add(const TrafficTotals& other);

  const std::map<Key, Traffic>& by_backend() const { return by_backend_; }
  const std::map<Key, std::uint64_t>& refusals() const { return refusals_; }
  Traffic sum() const;

 private:
  Traffic& of(const policy::SessionLogRecord& record);

  std::map<Key, Traffic> by_backend_;
  std::map<Key, std::uint64_t> refusals_; // server name, reason
};

} // namespace rtmpt_proxy::gateway
