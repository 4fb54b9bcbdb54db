// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/traffic_totals.hpp"

namespace rtmpt_proxy::gateway {

namespace {

void add_counters(Traffic& traffic, const policy::SessionLogRecord& record) {
  traffic.requests += record.requests;
  traffic.received_bytes += record.bytes_received;
  traffic.sent_bytes += record.bytes_sent;
}

} // namespace

Traffic& Traffic::operator+=(const Traffic& other_traffic) {
  opened += other_traffic.opened;
  for (const auto& [reason, count] : other_traffic.ended)
    ended[reason] += count;
  requests += other_traffic.requests;
  received_bytes += other_traffic.received_bytes;
  sent_bytes += other_traffic.sent_bytes;
  publishing += other_traffic.publishing;
  playing += other_traffic.playing;
  other += other_traffic.other;
  for (const auto& [leg, count] : other_traffic.by_leg)
    by_leg[leg] += count;
  rates.receiving += other_traffic.rates.receiving;
  rates.sending += other_traffic.rates.sending;
  return *this;
}

Traffic& TrafficTotals::of(const policy::SessionLogRecord& record) {
  return by_backend_[{record.server_name, record.backend_url}];
}

void TrafficTotals::session_opened(const policy::SessionLogRecord& record) {
  ++of(record).opened;
}

void TrafficTotals::session_ended(const policy::SessionLogRecord& record) {
  Traffic& traffic = of(record);
  ++traffic.ended[record.end];
  add_counters(traffic, record);
}

void TrafficTotals::session_refused(const std::string& server_name, std::string_view reason) {
  ++refusals_[{server_name, std::string(reason)}];
}

void TrafficTotals::add_live(const SessionReport& report) {
  Traffic& traffic = of(report.record);
  add_counters(traffic, report.record);
  switch (report.record.stream.kind) {
  case protocol::StreamKind::publish: ++traffic.publishing; break;
  case protocol::StreamKind::play: ++traffic.playing; break;
  case protocol::StreamKind::none: ++traffic.other; break;
  }
  ++traffic.by_leg[report.record.client_leg];
  traffic.rates.receiving += report.rates.receiving;
  traffic.rates.sending += report.rates.sending;
}

void TrafficTotals::add_passed(const policy::SessionLogRecord& record) {
  add_counters(of(record), record);
}

void TrafficTotals::add(const TrafficTotals& other) {
  for (const auto& [key, traffic] : other.by_backend_)
    by_backend_[key] += traffic;
  for (const auto& [key, count] : other.refusals_)
    refusals_[key] += count;
}

Traffic TrafficTotals::sum() const {
  Traffic all;
  for (const auto& [key, traffic] : by_backend_)
    all += traffic;
  return all;
}

} // namespace rtmpt_proxy::gateway
