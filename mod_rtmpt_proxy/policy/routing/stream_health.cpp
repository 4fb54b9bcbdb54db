// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/stream_health.hpp>

#include <charconv>

namespace rtmpt_proxy::policy {

namespace {
constexpr std::string_view kNotStarted = "rtmpt-gateway: ";
constexpr std::string_view kUsableLine = "RtmptUsableBackends: ";
} // namespace

Health health_of(const HealthFacts& facts) {
  if (!facts.has_streams) return {HealthFault::no_streams, "this virtual host carries no streams"};
  // Why it does not run names a file of the server.
  if (facts.gateway_problem.starts_with(kNotStarted)) return {HealthFault::gateway, "rtmpt-gateway does not run"};
  if (!facts.gateway_problem.empty()) return {HealthFault::gateway, facts.gateway_problem};
  if (!facts.usable && facts.backends > 0)
    return {HealthFault::gateway, "rtmpt-gateway does not tell of its media servers"};
  if (facts.usable.value_or(0) > 0) return {};
  if (facts.backends == 0) return {HealthFault::backends, "there is no media server"};
  if (facts.backends == 1) return {HealthFault::backends, "the media server takes no new session"};
  return {HealthFault::backends, "none of " + std::to_string(facts.backends) + " media servers takes a new session"};
}

std::optional<std::uint64_t> usable_backends_in(std::string_view summary) {
  while (!summary.empty()) {
    const std::size_t end = summary.find('\n');
    std::string_view line = summary.substr(0, end);
    if (line.starts_with(kUsableLine)) {
      line.remove_prefix(kUsableLine.size());
      std::uint64_t usable = 0;
      const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), usable);
      if (error == std::errc() && stop == line.data() + line.size()) return usable;
      return std::nullopt;
    }
    if (end == std::string_view::npos) break;
    summary.remove_prefix(end + 1);
  }
  return std::nullopt;
}

} // namespace rtmpt_proxy::policy
