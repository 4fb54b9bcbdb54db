// SPDX-License-Identifier: Apache-2.0
// The totals of all streams that mod_status shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

// Of all virtual hosts and event loops, as rtmpt-gateway tells them (StatusForm::summary).
struct StreamFigures {
  std::uint64_t sessions = 0; // live
  std::uint64_t publishing = 0;
  std::uint64_t playing = 0;
  std::uint64_t opened = 0; // since the gateway's start
  std::uint64_t requests = 0;
  std::uint64_t received_bytes = 0; // from clients
  std::uint64_t sent_bytes = 0;     // to clients
  std::uint64_t receiving_bits_per_second = 0;
  std::uint64_t sending_bits_per_second = 0;
  std::uint64_t gateway_pid = 0;
  std::chrono::seconds uptime{0}; // of the gateway
  bool operator==(const StreamFigures&) const = default;
};

// Reads lines "RtmptName: number". Unset when a line has another form or a figure is missing. Unknown figures are
// ignored.
std::optional<StreamFigures> parse_stream_figures(std::string_view text);

// "950 bit/s", "1.43 Mbit/s": three digits, decimal units.
std::string bit_rate_text(std::uint64_t bits_per_second);

// "512 B", "14.3 MB": likewise.
std::string bytes_text(std::uint64_t bytes);

} // namespace rtmpt_proxy::policy
