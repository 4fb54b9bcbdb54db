// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/logs/stream_figures.hpp>

#include <array>
#include <bitset>
#include <charconv>
#include <cstdio>

namespace rtmpt_proxy::policy {

namespace {

struct NamedFigure {
  std::string_view name;
  std::uint64_t StreamFigures::*field;
};

constexpr std::string_view kPrefix = "Rtmpt";
constexpr std::string_view kUptime = "RtmptGatewayUptime";

constexpr std::array<NamedFigure, 10> kFigures{{
    {"RtmptSessions", &StreamFigures::sessions},
    {"RtmptPublishing", &StreamFigures::publishing},
    {"RtmptPlaying", &StreamFigures::playing},
    {"RtmptSessionsOpened", &StreamFigures::opened},
    {"RtmptRequests", &StreamFigures::requests},
    {"RtmptReceivedBytes", &StreamFigures::received_bytes},
    {"RtmptSentBytes", &StreamFigures::sent_bytes},
    {"RtmptReceivingBitsPerSecond", &StreamFigures::receiving_bits_per_second},
    {"RtmptSendingBitsPerSecond", &StreamFigures::sending_bits_per_second},
    {"RtmptGatewayPid", &StreamFigures::gateway_pid},
}};

bool is_name(std::string_view text) {
  if (!text.starts_with(kPrefix)) return false;
  for (const char c : text)
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  return true;
}

struct Line {
  std::string_view name;
  std::uint64_t value = 0;
};

std::optional<Line> parse_line(std::string_view text) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos || !is_name(text.substr(0, colon))) return std::nullopt;
  Line line{text.substr(0, colon), 0};
  const std::string_view digits = text.substr(colon + 2);
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, line.value);
  return error == std::errc() && stop == end ? std::optional(line) : std::nullopt;
}

// `units` are a thousand times each other, the smallest first.
std::string scaled(std::uint64_t value, const std::array<const char*, 5>& units) {
  if (value < 1000) return std::to_string(value) + ' ' + units[0];
  auto shown = static_cast<double>(value);
  std::size_t unit = 0;
  // 999.5 would be shown as 1000.
  for (; shown >= 999.5 && unit + 1 < units.size(); ++unit)
    shown /= 1000;
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(),
                                   shown < 9.995   ? "%.2f %s"
                                   : shown < 99.95 ? "%.1f %s"
                                                   : "%.0f %s",
                                   shown, units[unit]);
  return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace

std::optional<StreamFigures> parse_stream_figures(std::string_view text) {
  StreamFigures figures;
  std::bitset<kFigures.size() + 1> found; // the last one is the uptime's
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::optional<Line> line = parse_line(text.substr(0, end));
    if (!line || end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
    for (std::size_t i = 0; i < kFigures.size(); ++i) {
      if (kFigures[i].name != line->name) continue;
      figures.*kFigures[i].field = line->value;
      found.set(i);
    }
    if (line->name != kUptime) continue;
    figures.uptime = std::chrono::seconds(line->value);
    found.set(kFigures.size());
  }
  return found.all() ? std::optional(figures) : std::nullopt;
}

std::string bit_rate_text(std::uint64_t bits_per_second) {
  return scaled(bits_per_second, {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"});
}

std::string bytes_text(std::uint64_t bytes) {
  return scaled(bytes, {"B", "kB", "MB", "GB", "TB"});
}

} // namespace rtmpt_proxy::policy
