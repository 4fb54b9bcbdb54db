// SPDX-License-Identifier: Apache-2.0
#include "sample_reports.hpp"

#include "gateway/status/status_pieces.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <stdexcept>
#include <utility>

namespace rtmpt_proxy::test {

using namespace gateway;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kBegin{};
const WallTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 18h + 2min + 3s + 45ms;

} // namespace

std::string publishing_client(const std::string& app, const std::string& stream) {
  return client_stream({connect_to(app), start_payload("publish", stream)});
}

protocol::Admission sample_admission() {
  protocol::Admission admission;
  admission.vhost_key = protocol::VhostKey("www.example.com:80|*:80");
  admission.server_name = "www.example.com";
  admission.client_address = "203.0.113.9";
  admission.backend_name = "rtmp://media:1935";
  admission.over_tls = true;
  admission.tls_facts = {"TLSv1.3", "TLS_AES_256_GCM_SHA384"};
  admission.backend = {protocol::BackendKind::rtmp, "media", 1935};
  return admission;
}

SessionReport sample_session() {
  SessionWatch watch(sample_admission(), protocol::SessionName("sessionname1"), kStart, kBegin);
  const std::string bytes = publishing_client("live", "cam1");
  watch.passed({std::string_view(bytes), {}}, bytes.size());
  watch.came(policy::Way::handed_over, kBegin + 7s);
  const SessionCounters counters{12, 1'000'000, 2'000};
  watch.sample(counters, kBegin + 8s);
  return watch.report(counters, {1500, 0, {"h264", "aac", 1280, 720, 1200ms}}, kBegin + 10s);
}

StatusReport sample_report() {
  StatusReport report;
  report.program_version = "1.2.3";
  report.pid = 4711;
  report.started = kStart;
  report.time = kStart + 1h;
  report.event_loops = 2;
  report.descriptors_used = 30;
  report.descriptors_limit = 1024;
  report.sessions.push_back(sample_session());
  report.traffic.session_opened(report.sessions.front().record);
  report.traffic.add_live(report.sessions.front());
  policy::SessionLogRecord ended = report.sessions.front().record;
  report.traffic.session_opened(ended);
  ended.end = policy::SessionEndReason::timeout;
  report.traffic.session_ended(ended);
  report.traffic.session_refused("www.example.com", "too many sessions");
  report.bans = {{3, "www.example.com", "192.0.2.1", "/live/cam1", 599s, 2}, {4, "b.example.com", "::1", "", 1s, 0}};
  report.pulls = {{"www.example.com", "rtmp://media", "live/cam1", "live", 12}};
  report.tls_servers = {{"www.example.com", {{"AB:CD", kStart + 24h * 60}, {"EF:01", kStart + 24h * 30}}, ""},
                        {"www.example.com", {{"23:45", kStart + 24h * 90}}, ""},
                        {"b.example.com", {}, "certificate 1 cannot be read"}};
  return report;
}

StatusView sample_view(protocol::StatusForm form) {
  using protocol::MemberCondition;
  StatusView view;
  view.form = form;
  view.server_name = "www.example.com";
  view.members = {
      {{"www.example.com", "", {protocol::BackendKind::rtmp, "media", 1935}, "rtmp://media:1935"}, 1, false},
      {{"", "pool", {protocol::BackendKind::rtmpt, "b", 80}, "rtmpt://b", MemberCondition::error, 250}, 0, true}};
  return view;
}

std::string whole_text(const StatusReport& report, StatusView view) {
  StatusPieces pieces(report, std::move(view));
  for (std::string text;;) {
    const protocol::StatusPiece piece = pieces.next(report);
    if (piece.bytes.size() > protocol::kMaxStatusPieceBytes) throw std::runtime_error("a piece is too large");
    text += piece.bytes;
    if (piece.last) return text;
  }
}

} // namespace rtmpt_proxy::test
