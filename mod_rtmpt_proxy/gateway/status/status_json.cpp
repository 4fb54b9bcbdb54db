// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/status_json.hpp"

#include "gateway/status/status_text.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace rtmpt_proxy::gateway {

namespace json = boost::json;

namespace {

constexpr int kFormatVersion = 1;
// Longer than every text of a client that is kept, so that no text is marked as cut here.
constexpr std::size_t kMaxTextBytes = 1024;
constexpr double kWeightUnit = 100; // mod_proxy counts loadfactors in hundredths

std::string utf8(std::string_view text) {
  return protocol::to_valid_utf8(text, kMaxTextBytes);
}

// Null instead of an empty text: not known.
json::value known(std::string_view text) {
  if (text.empty()) return nullptr;
  return json::value(utf8(text));
}

std::string_view way_text(policy::Way way) {
  switch (way) {
  case policy::Way::handed_over: return "handed over";
  case policy::Way::pumped: return "pumped";
  case policy::Way::forwarded: return "forwarded";
  }
  return "unknown";
}

template <class Duration>
std::int64_t seconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

json::object history_of(const SessionReport& session) {
  json::array rates;
  rates.reserve(session.history.size());
  for (const std::uint32_t rate : session.history)
    rates.emplace_back(rate);
  return {{"interval_seconds", BitRateMeter::kInterval.count()}, {"bits_per_second", std::move(rates)}};
}

json::object flow_of(const FlowReport& flow) {
  const MediaReport& media = flow.media;
  const auto known_number = [](std::uint32_t number) {
    return number == 0 ? json::value(nullptr) : json::value(number);
  };
  return {{"waiting_for_backend_bytes", flow.bytes_for_backend},
          {"waiting_for_client_bytes", flow.bytes_for_client},
          {"video_codec", known(media.video_codec)},
          {"audio_codec", known(media.audio_codec)},
          {"width", known_number(media.width)},
          {"height", known_number(media.height)},
          {"key_frame_age_ms", media.key_frame_age ? json::value(media.key_frame_age->count()) : json::value(nullptr)}};
}

json::object to_json(const SessionReport& session) {
  const policy::SessionLogRecord& record = session.record;
  const protocol::StreamFacts& stream = record.stream;
  return {{"id", record.session_name.text()},
          {"virtual_host", utf8(record.server_name)},
          {"client", utf8(record.client_address)},
          {"user", utf8(record.user)},
          {"transport", policy::to_string(record.client_leg)},
          {"tls_protocol", known(record.tls.protocol)},
          {"tls_cipher", known(record.tls.cipher)},
          {"way", way_text(session.way)},
          {"backend", utf8(record.backend_url)},
          {"inspection", protocol::to_string(stream.state)},
          {"app", known(stream.app)},
          {"stream", known(stream.stream_name)},
          {"kind", stream.kind == protocol::StreamKind::none ? json::value(nullptr)
                                                             : json::value(protocol::to_string(stream.kind))},
          {"flash_version", known(stream.flash_version)},
          {"started", utc_text(record.start)},
          {"age_seconds", seconds(record.duration)},
          {"idle_seconds", seconds(session.idle)},
          {"requests", record.requests},
          {"received_bytes", record.bytes_received},
          {"sent_bytes", record.bytes_sent},
          {"receiving_bits_per_second", session.rates.receiving},
          {"sending_bits_per_second", session.rates.sending},
          {"flow", flow_of(session.flow)},
          {"history", history_of(session)}};
}

json::object to_json(const MemberReport& report) {
  const protocol::Member& member = report.member;
  return {{"virtual_host", known(member.server_name)},
          {"balancer", known(member.balancer)},
          {"url", utf8(member.url)},
          {"status", to_string(member.condition)},
          {"drained", report.drained},
          {"weight", member.weight / kWeightUnit},
          {"sessions", report.sessions},
          {"failures", report.failures}};
}

json::object to_json(const TlsServerReport& report) {
  json::array certificates;
  for (const TlsServerReport::Certificate& one : report.certificates)
    certificates.push_back(json::object{{"sha256_fingerprint", one.fingerprint}, {"expires", utc_text(one.expires)}});
  return {{"virtual_host", utf8(report.server_name)},
          {"certificates", std::move(certificates)},
          {"failure", known(report.failure)}};
}

json::object to_json(const BanReport& report) {
  return {{"number", report.number},        {"virtual_host", utf8(report.server_name)}, {"client", utf8(report.client)},
          {"stream", known(report.stream)}, {"left_seconds", report.left.count()},      {"refusals", report.refusals}};
}

json::object to_json(const PullReport& report) {
  return {{"virtual_host", utf8(report.server_name)},
          {"backend", utf8(report.backend)},
          {"stream", utf8(report.stream)},
          {"state", report.state},
          {"viewers", report.viewers}};
}

json::object gateway_of(const StatusReport& report) {
  return {{"version", report.program_version},
          {"pid", report.pid},
          {"started", utc_text(report.started)},
          {"uptime_seconds", uptime(report).count()},
          {"event_loops", report.event_loops},
          {"descriptors_used", report.descriptors_used},
          {"descriptors_limit", report.descriptors_limit},
          {"retiring", report.retiring},
          {"lost_log_lines", report.lost_log_lines},
          {"lost_error_log_lines", report.lost_error_log_lines}};
}

std::uint64_t sum_of(const std::map<policy::SessionEndReason, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : counts)
    sum += count;
  return sum;
}

json::object totals_of(const StatusReport& report) {
  const Traffic all = report.traffic.sum();
  std::uint64_t refused = 0;
  for (const auto& [key, count] : report.traffic.refusals())
    refused += count;
  return {{"sessions", all.live()},
          {"publishing", all.publishing},
          {"playing", all.playing},
          {"other", all.other},
          {"sessions_opened", all.opened},
          {"sessions_ended", sum_of(all.ended)},
          {"sessions_refused", refused},
          {"requests", all.requests},
          {"received_bytes", all.received_bytes},
          {"sent_bytes", all.sent_bytes},
          {"receiving_bits_per_second", all.rates.receiving},
          {"sending_bits_per_second", all.rates.sending}};
}

json::object refusals_of(const StatusReport& report) {
  std::map<std::string, std::uint64_t> by_reason;
  for (const auto& [key, count] : report.traffic.refusals())
    by_reason[key.second] += count;
  json::object refusals;
  for (const auto& [reason, count] : by_reason)
    refusals.emplace(reason, count);
  return refusals;
}

// The members of an object without its braces: "a":1,"b":2
std::string members_of(const json::object& object) {
  const std::string text = json::serialize(object);
  return text.substr(1, text.size() - 2);
}

} // namespace

StatusJson::StatusJson(StatusView view) : view_(std::move(view)) {}

bool StatusJson::append_some(std::string& out, const StatusReport& report, std::size_t enough_bytes) {
  for (; part_ != Part::end && out.size() < enough_bytes; ++next_)
    append_next(out, report);
  return part_ != Part::end;
}

void StatusJson::append_next(std::string& out, const StatusReport& report) {
  switch (part_) {
  case Part::head: return append_head(out, report);
  case Part::sessions: return append_of(out, report.sessions, "],\"backends\":[", Part::backends);
  case Part::backends: return append_of(out, view_.members, "],\"tls_servers\":[", Part::tls_servers);
  case Part::tls_servers: return append_of(out, report.tls_servers, "],\"bans\":[", Part::bans);
  case Part::bans: return append_of(out, report.bans, "],\"pulls\":[", Part::pulls);
  case Part::pulls: return append_of(out, report.pulls, "],", Part::tail);
  case Part::tail:
    out += "\"refusals\":" + json::serialize(refusals_of(report)) + '}';
    part_ = Part::end;
    return;
  case Part::end: return;
  }
}

void StatusJson::append_head(std::string& out, const StatusReport& report) {
  const json::object head{{"version", kFormatVersion},
                          {"time", utc_text(report.time)},
                          {"server", utf8(view_.server_name)},
                          {"gateway", gateway_of(report)},
                          {"control_allowed", view_.control_allowed},
                          {"totals", totals_of(report)}};
  out += '{' + members_of(head) + ",\"sessions\":[";
  begin(Part::sessions);
}

template <class Reports>
void StatusJson::append_of(std::string& out, const Reports& reports, std::string_view behind, Part next) {
  if (next_ == reports.size()) {
    out += behind;
    return begin(next);
  }
  if (next_ > 0) out += ',';
  out += json::serialize(to_json(reports[next_]));
}

// The counter goes up after each step, so that it is 0 at the next one.
void StatusJson::begin(Part part) {
  part_ = part;
  next_ = static_cast<std::size_t>(-1);
}

} // namespace rtmpt_proxy::gateway
