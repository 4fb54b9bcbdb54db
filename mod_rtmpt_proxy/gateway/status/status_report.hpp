// SPDX-License-Identifier: Apache-2.0
// The gateway's state at one moment, and its forms as text.
#pragma once

#include "gateway/facts/session_watch.hpp"
#include "gateway/facts/traffic_totals.hpp"

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::gateway {

// A backend of httpd's configuration and what the gateway knows about it.
struct MemberReport {
  protocol::Member member;
  std::size_t sessions = 0;
  bool drained = false;       // by DrainBackend
  std::uint64_t failures = 0; // attempts to open a session that failed there
  bool just_failed = false;   // the last one, a few seconds ago
  bool failed_lately = false; // the last one, less than a minute ago
};

// Whether httpd would give it a new session, or would as soon as the other members of its balancer are gone.
bool takes_sessions(const MemberReport& report);

// A virtual host whose TLS the gateway makes.
struct TlsServerReport {
  struct Certificate {
    std::string fingerprint; // of SHA-256, "AB:CD:..."
    WallTime expires;
  };

  std::string server_name;
  std::vector<Certificate> certificates;
  std::string failure; // why no client can be served there; empty: they can
};

// A ban of rtmptctl end --ban.
struct BanReport {
  std::uint64_t number = 0;
  std::string server_name;
  std::string client; // as it may be shown
  std::string stream; // "/live/cam1", as it may be shown; empty: none
  std::chrono::seconds left{0};
  std::uint64_t refusals = 0;
};

// A stream that is fetched from a media server for all viewers of a virtual host.
struct PullReport {
  std::string server_name;
  std::string backend;
  std::string stream; // "live/cam1", as it may be shown
  std::string state;  // of PullState
  std::uint64_t viewers = 0;
};

// The state of all loops together. The same for everybody who asks.
struct StatusReport {
  std::string program_version;
  std::uint32_t pid = 0;
  WallTime time;    // of this report
  WallTime started; // the gateway
  std::uint32_t event_loops = 1;
  std::size_t descriptors_used = 0;
  std::size_t descriptors_limit = 0;
  bool retiring = false;
  std::uint64_t lost_log_lines = 0;       // of session logs
  std::uint64_t lost_error_log_lines = 0; // of the gateway's own log
  TrafficTotals traffic;                  // live sessions included
  std::vector<TlsServerReport> tls_servers;
  std::vector<BanReport> bans;
  std::vector<PullReport> pulls;
  std::vector<SessionReport> sessions; // empty when nobody asked for them
};

// The part of a report that depends on the asker.
struct StatusView {
  protocol::StatusForm form = protocol::StatusForm::json;
  std::string server_name;
  bool control_allowed = false;
  std::vector<MemberReport> members;
};

// Prometheus' text format. Labels name virtual hosts, backends and reasons: never a session or a client.
std::string status_metrics(const StatusReport& report, const std::vector<MemberReport>& members);

// A few totals, "Name: value" a line. When the asker named media servers, RtmptUsableBackends is the number of those
// that would be given a new session, and have not just failed.
std::string status_summary(const StatusReport& report, const std::vector<MemberReport>& members);

} // namespace rtmpt_proxy::gateway
