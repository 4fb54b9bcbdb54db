// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/status_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace rtmpt_proxy::gateway {

std::string_view to_string(protocol::MemberCondition condition) {
  using protocol::MemberCondition;
  switch (condition) {
  case MemberCondition::ok: return "ok";
  case MemberCondition::error: return "error";
  case MemberCondition::disabled: return "disabled";
  case MemberCondition::draining: return "draining";
  case MemberCondition::stopped: return "stopped";
  case MemberCondition::standby: return "standby";
  case MemberCondition::unhealthy: return "unhealthy";
  case MemberCondition::unknown: return "unknown";
  }
  return "unknown";
}

std::string utc_text(WallTime time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const int rest = std::snprintf(text.data() + length, text.size() - length, ".%03dZ",
                                 static_cast<int>((milliseconds - seconds).count()));
  return {text.data(), length + static_cast<std::size_t>(rest)};
}

std::chrono::seconds uptime(const StatusReport& report) {
  return std::chrono::floor<std::chrono::seconds>(std::max(report.time, report.started) - report.started);
}

bool takes_sessions(const MemberReport& report) {
  return protocol::takes_sessions(report.member.condition) && !report.drained;
}

std::string status_summary(const StatusReport& report, const std::vector<MemberReport>& members) {
  const Traffic all = report.traffic.sum();
  std::string text;
  const auto line = [&text](std::string_view name, std::uint64_t value) {
    text.append(name).append(": ").append(std::to_string(value)) += '\n';
  };
  line("RtmptSessions", all.live());
  line("RtmptPublishing", all.publishing);
  line("RtmptPlaying", all.playing);
  line("RtmptSessionsOpened", all.opened);
  line("RtmptRequests", all.requests);
  line("RtmptReceivedBytes", all.received_bytes);
  line("RtmptSentBytes", all.sent_bytes);
  line("RtmptReceivingBitsPerSecond", all.rates.receiving);
  line("RtmptSendingBitsPerSecond", all.rates.sending);
  line("RtmptGatewayPid", report.pid);
  line("RtmptGatewayUptime", static_cast<std::uint64_t>(uptime(report).count()));
  if (members.empty()) return text;
  line("RtmptUsableBackends",
       static_cast<std::uint64_t>(std::count_if(members.begin(), members.end(), [](const MemberReport& one) {
         return takes_sessions(one) && !one.just_failed;
       })));
  return text;
}

} // namespace rtmpt_proxy::gateway
