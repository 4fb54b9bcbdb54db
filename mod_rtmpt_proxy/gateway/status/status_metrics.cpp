// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/status_report.hpp"
#include "gateway/status/status_text.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace rtmpt_proxy::gateway {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr std::size_t kMaxLabelBytes = 512;

ClientMetric::Label label(std::string name, std::string_view value) {
  return {std::move(name), protocol::to_valid_utf8(value, kMaxLabelBytes)};
}

Labels of_backend(const TrafficTotals::Key& key) {
  return {label("virtual_host", key.first), label("backend", key.second)};
}

class Families {
 public:
  void begin(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
  }

  // One more series of the family begun last.
  void add(Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (families_.back().type == MetricType::Counter)
      metric.counter.value = value;
    else
      metric.gauge.value = value;
    families_.back().metric.push_back(std::move(metric));
  }

  void gauge(std::string name, std::string help, double value) {
    begin(std::move(name), std::move(help), MetricType::Gauge);
    add({}, value);
  }

  // A family with one series for each virtual host and backend.
  void of_traffic(std::string name, std::string help, MetricType type, const TrafficTotals& traffic,
                  const std::function<std::uint64_t(const Traffic&)>& value) {
    begin(std::move(name), std::move(help), type);
    for (const auto& [key, one] : traffic.by_backend())
      add(of_backend(key), static_cast<double>(value(one)));
  }

  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void add_sessions(Families& families, const TrafficTotals& traffic) {
  families.begin("rtmpt_sessions", "Live sessions by what their client does.", MetricType::Gauge);
  for (const auto& [key, one] : traffic.by_backend()) {
    const std::pair<const char*, std::uint64_t> kinds[] = {
        {"publish", one.publishing}, {"play", one.playing}, {"other", one.other}};
    for (const auto& [kind, count] : kinds) {
      Labels labels = of_backend(key);
      labels.push_back(label("kind", kind));
      families.add(std::move(labels), static_cast<double>(count));
    }
  }
  families.begin("rtmpt_sessions_by_leg", "Live sessions by what their client speaks.", MetricType::Gauge);
  for (const auto& [key, one] : traffic.by_backend())
    for (const auto& [leg, count] : one.by_leg) {
      Labels labels = of_backend(key);
      labels.push_back(label("leg", policy::to_string(leg)));
      families.add(std::move(labels), static_cast<double>(count));
    }
  families.of_traffic("rtmpt_sessions_opened_total", "Sessions that have begun.", MetricType::Counter, traffic,
                      [](const Traffic& one) { return one.opened; });
  families.begin("rtmpt_sessions_ended_total", "Sessions that have ended, by reason.", MetricType::Counter);
  for (const auto& [key, one] : traffic.by_backend())
    for (const auto& [reason, count] : one.ended) {
      Labels labels = of_backend(key);
      labels.push_back(label("reason", policy::to_string(reason)));
      families.add(std::move(labels), static_cast<double>(count));
    }
  families.begin("rtmpt_sessions_refused_total",
                 "Sessions, publishes and plays that the gateway refused or cut short, by reason.",
                 MetricType::Counter);
  for (const auto& [key, count] : traffic.refusals())
    families.add({label("virtual_host", key.first), label("reason", key.second)}, static_cast<double>(count));
}

void add_traffic(Families& families, const TrafficTotals& traffic) {
  families.of_traffic("rtmpt_requests_total", "Tunnel requests of sessions.", MetricType::Counter, traffic,
                      [](const Traffic& one) { return one.requests; });
  families.of_traffic("rtmpt_received_bytes_total", "RTMP bytes received from clients.", MetricType::Counter, traffic,
                      [](const Traffic& one) { return one.received_bytes; });
  families.of_traffic("rtmpt_sent_bytes_total", "RTMP bytes sent to clients.", MetricType::Counter, traffic,
                      [](const Traffic& one) { return one.sent_bytes; });
}

void add_backends(Families& families, const std::vector<MemberReport>& members) {
  const auto labels_of = [](const protocol::Member& member) {
    return Labels{label("virtual_host", member.server_name), label("balancer", member.balancer),
                  label("backend", member.url)};
  };
  families.begin("rtmpt_backend_up",
                 "Whether httpd would give this media server a new session, or would without the others, and the last "
                 "one did not fail within a minute.",
                 MetricType::Gauge);
  for (const MemberReport& one : members)
    families.add(labels_of(one.member), takes_sessions(one) && !one.failed_lately ? 1 : 0);
  families.begin("rtmpt_backend_sessions", "Live sessions at this media server, of all virtual hosts.",
                 MetricType::Gauge);
  for (const MemberReport& one : members)
    families.add(labels_of(one.member), static_cast<double>(one.sessions));
}

void add_pulls(Families& families, const std::vector<PullReport>& pulls) {
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> counts;
  for (const PullReport& one : pulls)
    ++counts[{one.server_name, one.backend, one.state}];
  families.begin("rtmpt_pulls", "Streams that are fetched from a media server for all viewers, by their state.",
                 MetricType::Gauge);
  for (const auto& [key, count] : counts)
    families.add(
        {label("virtual_host", std::get<0>(key)), label("backend", std::get<1>(key)), label("state", std::get<2>(key))},
        static_cast<double>(count));
}

// Virtual hosts may have one name; a series has one value.
void add_certificates(Families& families, const std::vector<TlsServerReport>& servers) {
  std::map<std::string, WallTime> first_expiry;
  for (const TlsServerReport& server : servers)
    for (const TlsServerReport::Certificate& one : server.certificates) {
      const auto place = first_expiry.try_emplace(server.server_name, one.expires).first;
      place->second = std::min(place->second, one.expires);
    }
  families.begin(
      "rtmpt_tls_certificate_expiry_time_seconds",
      "When the first of the certificates expires with which the gateway makes the TLS of this virtual host, "
      "in seconds since 1970.",
      MetricType::Gauge);
  for (const auto& [name, expires] : first_expiry)
    families.add({label("virtual_host", name)}, std::chrono::duration<double>(expires.time_since_epoch()).count());
}

void add_gateway(Families& families, const StatusReport& report) {
  const auto since_epoch = std::chrono::duration<double>(report.started.time_since_epoch()).count();
  families.begin("rtmpt_gateway_info", "The gateway's version.", MetricType::Gauge);
  families.add({label("version", report.program_version)}, 1);
  families.gauge("rtmpt_gateway_start_time_seconds", "When the gateway began, in seconds since 1970.", since_epoch);
  families.gauge("rtmpt_gateway_event_loops", "Event loops of the gateway.", report.event_loops);
  families.gauge("rtmpt_gateway_descriptors", "Descriptors that the gateway uses.",
                 static_cast<double>(report.descriptors_used));
  families.gauge("rtmpt_gateway_max_descriptors", "Descriptors that the gateway may use.",
                 static_cast<double>(report.descriptors_limit));
  families.gauge("rtmpt_bans", "Bans of clients and streams that hold.", static_cast<double>(report.bans.size()));
  families.begin("rtmpt_session_log_lost_lines_total", "Lines of session logs that could not be written.",
                 MetricType::Counter);
  families.add({}, static_cast<double>(report.lost_log_lines));
  families.begin("rtmpt_error_log_lost_lines_total", "Lines of the gateway's error log that could not be written.",
                 MetricType::Counter);
  families.add({}, static_cast<double>(report.lost_error_log_lines));
}

} // namespace

std::string status_metrics(const StatusReport& report, const std::vector<MemberReport>& members) {
  Families families;
  add_sessions(families, report.traffic);
  add_traffic(families, report.traffic);
  add_backends(families, members);
  add_pulls(families, report.pulls);
  add_certificates(families, report.tls_servers);
  add_gateway(families, report);
  return families.text();
}

} // namespace rtmpt_proxy::gateway
