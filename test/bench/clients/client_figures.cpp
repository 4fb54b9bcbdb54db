// SPDX-License-Identifier: Apache-2.0
#include "client_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace rtmpt_proxy::bench {

namespace {

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

void append(std::string& list, std::uint64_t number) {
  if (!list.empty()) list += ", ";
  list += std::to_string(number);
}

} // namespace

void ClientFigures::streaming() {
  const auto now = Clock::now();
  start_up_ = now - began_;
  last_packet_ = now;
  streaming_ = true;
}

void ClientFigures::packet(std::size_t bytes, int pictures, Clock::time_point since) {
  const auto now = Clock::now();
  const std::chrono::nanoseconds gap = now - since;
  if (gap > longest_gap_.load(std::memory_order_relaxed)) longest_gap_ = gap;
  last_packet_.store(now, std::memory_order_relaxed);
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  pictures_.fetch_add(static_cast<std::uint64_t>(pictures), std::memory_order_relaxed);
}

void ClientFigures::begin_window() {
  longest_gap_ = std::chrono::nanoseconds{};
  bytes_ = 0;
  pictures_ = 0;
}

std::chrono::nanoseconds ClientFigures::longest_gap(Clock::time_point until) const {
  return std::max<std::chrono::nanoseconds>(longest_gap_, until - last_packet_.load());
}

std::size_t streaming_count(const AllFigures& all) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const ClientFigures& one) { return one.is_streaming(); }));
}

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

std::string summary(const AllFigures& all, Clock::time_point window_begin, Clock::time_point window_end) {
  std::vector<double> starts;
  std::vector<double> gaps;
  std::string pictures;
  std::string client_bytes;
  std::uint64_t bytes = 0;
  for (const auto& one : all) {
    // A client that has ended shows nothing, whatever it had before.
    const bool is_over = one.has_ended();
    append(pictures, is_over ? 0 : one.pictures());
    append(client_bytes, is_over ? 0 : one.bytes());
    bytes += one.bytes();
    if (!one.is_streaming()) continue;
    starts.push_back(milliseconds(one.start_up()));
    gaps.push_back(milliseconds(one.longest_gap(window_end)));
  }
  std::array<char, 256> line{};
  std::snprintf(line.data(), line.size(),
                R"({"bytes": %llu, "start_p50_ms": %.2f, "start_p95_ms": %.2f, "gap_p50_ms": %.2f, )"
                R"("gap_p95_ms": %.2f, "window_s": %.4f, "pictures": [)",
                static_cast<unsigned long long>(bytes), quantile(starts, .5), quantile(starts, .95), quantile(gaps, .5),
                quantile(gaps, .95), std::chrono::duration<double>(window_end - window_begin).count());
  return line.data() + pictures + "], \"client_bytes\": [" + client_bytes + "]}";
}

} // namespace rtmpt_proxy::bench
