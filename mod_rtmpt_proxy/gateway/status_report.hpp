// The gateway's state at one moment, and the forms in which it is told.
#pragma once

#include "session_watch.hpp"
#include "traffic_totals.hpp"

#include <rtmpt_proxy/protocol/status_messages.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// A media server of httpd's configuration with what the gateway knows of it.
struct MemberReport {
  protocol::Member member;
  std::size_t sessions = 0;
  bool drained = false;       // by DrainBackend
  std::uint64_t failures = 0; // attempts to open a session that failed there
};

struct StatusReport {
  std::string program_version;
  std::uint32_t pid = 0;
  WallTime time;    // of this report
  WallTime started; // the gateway
  std::uint32_t event_loops = 1;
  std::size_t descriptors_used = 0;
  std::size_t descriptors_limit = 0;
  bool retiring = false;
  std::string server_name;
  bool control_allowed = false;
  std::uint64_t lost_log_lines = 0;
  TrafficTotals traffic; // live sessions included
  std::vector<SessionReport> sessions;
  std::vector<MemberReport> members;
};

// JSON as docs/status.md describes it. Texts of clients come as valid UTF-8, whatever they sent.
std::string status_json(const StatusReport& report);

// Prometheus' text format. Labels name virtual hosts, backends and reasons: never a session or a client.
std::string status_metrics(const StatusReport& report);

// A few totals, "Name: value" a line.
std::string status_summary(const StatusReport& report);

} // namespace rtmpt_proxy::gateway
