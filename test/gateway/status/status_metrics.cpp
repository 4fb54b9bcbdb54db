// SPDX-License-Identifier: Apache-2.0
#include "sample_reports.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

namespace {

bool has_line(const std::string& text, const std::string& line) {
  std::istringstream lines(text);
  for (std::string one; std::getline(lines, one);)
    if (one == line) return true;
  return false;
}

} // namespace

TEST_CASE("The metrics count by virtual host and backend", "[status_metrics]") {
  const std::string text = whole_text(sample_report(), sample_view(protocol::StatusForm::metrics));
  CAPTURE(text);
  const std::string backend = R"({virtual_host="www.example.com",backend="rtmp://media:1935")";
  for (const std::string& line :
       {"rtmpt_sessions" + backend + R"(,kind="publish"} 1)", "rtmpt_sessions" + backend + R"(,kind="play"} 0)",
        "rtmpt_sessions_opened_total" + backend + "} 2",
        "rtmpt_sessions_ended_total" + backend + R"(,reason="timeout"} 1)",
        std::string(R"(rtmpt_sessions_refused_total{virtual_host="www.example.com",reason="too many sessions"} 1)"),
        "rtmpt_requests_total" + backend + "} 24", "rtmpt_received_bytes_total" + backend + "} 2000000",
        "rtmpt_sent_bytes_total" + backend + "} 4000",
        std::string(R"(rtmpt_backend_up{virtual_host="www.example.com",balancer="",backend="rtmp://media:1935"} 1)"),
        std::string(R"(rtmpt_backend_up{virtual_host="",balancer="pool",backend="rtmpt://b"} 0)"),
        std::string(R"(rtmpt_gateway_info{version="1.2.3"} 1)"), std::string("rtmpt_gateway_descriptors 30")}) {
    CAPTURE(line);
    CHECK(has_line(text, line));
  }
  CHECK(text.find("203.0.113.9") == std::string::npos);
  CHECK(text.find("cam1") == std::string::npos);
  CHECK(text.find("sessionname1") == std::string::npos);
}

TEST_CASE("A virtual host has one series for its certificates, and that is when the first of them expires",
          "[status_metrics]") {
  const std::string text = whole_text(sample_report(), sample_view(protocol::StatusForm::metrics));
  const std::string name = "rtmpt_tls_certificate_expiry_time_seconds";
  std::size_t series = 0;
  double expires = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + "{")) continue;
    ++series;
    const std::string labels = R"({virtual_host="www.example.com"} )";
    REQUIRE(line.starts_with(name + labels));
    expires = std::stod(line.substr((name + labels).size()));
  }
  CHECK(series == 1);
  CHECK(expires == Approx(1797962523.045).margin(0.001)); // 2026-12-22T18:02:03.045Z
}

TEST_CASE("A standby that is well is up, and a member that is drained or not well is not", "[status_metrics]") {
  using protocol::MemberCondition;
  const auto text_with = [](MemberCondition condition, bool drained) {
    gateway::StatusView view = sample_view(protocol::StatusForm::metrics);
    view.members.resize(1);
    view.members.front().member.condition = condition;
    view.members.front().drained = drained;
    return whole_text(sample_report(), view);
  };
  const std::string up = R"(rtmpt_backend_up{virtual_host="www.example.com",balancer="",backend="rtmp://media:1935"} )";
  CHECK(has_line(text_with(MemberCondition::standby, false), up + "1"));
  CHECK(has_line(text_with(MemberCondition::standby, true), up + "0"));
  CHECK(has_line(text_with(MemberCondition::ok, true), up + "0"));
  for (const auto condition : {MemberCondition::error, MemberCondition::disabled, MemberCondition::draining,
                               MemberCondition::stopped, MemberCondition::unhealthy})
    CHECK(has_line(text_with(condition, false), up + "0"));
  gateway::StatusView failed = sample_view(protocol::StatusForm::metrics);
  failed.members.resize(1);
  failed.members.front().member.condition = MemberCondition::ok;
  failed.members.front().failed_lately = true; // as without a balancer, where mod_proxy notes no error
  CHECK(has_line(whole_text(sample_report(), failed), up + "0"));
}

TEST_CASE("The metrics count the ends of sessions by their words in the session log", "[status_metrics]") {
  using policy::SessionEndReason;
  gateway::StatusReport report = sample_report();
  policy::SessionLogRecord ended = report.sessions.front().record;
  for (const auto reason : {SessionEndReason::body_too_large, SessionEndReason::request_refused,
                            SessionEndReason::lost_request, SessionEndReason::body_too_large}) {
    report.traffic.session_opened(ended);
    ended.end = reason;
    report.traffic.session_ended(ended);
  }
  const std::string text = whole_text(report, sample_view(protocol::StatusForm::metrics));
  CAPTURE(text);
  const std::string total = R"(rtmpt_sessions_ended_total{virtual_host="www.example.com",backend="rtmp://media:1935",)";
  CHECK(has_line(text, total + R"(reason="body-too-large"} 2)"));
  CHECK(has_line(text, total + R"(reason="request-refused"} 1)"));
  CHECK(has_line(text, total + R"(reason="lost-request"} 1)"));
  CHECK(has_line(text, total + R"(reason="timeout"} 1)"));
}

TEST_CASE("A gateway that has done nothing yet has metrics all the same", "[status_metrics]") {
  const std::string text = gateway::status_metrics({}, {});
  CHECK(has_line(text, "rtmpt_session_log_lost_lines_total 0"));
  CHECK(has_line(text, "rtmpt_bans 0"));
  CHECK_FALSE(has_line(text, "rtmpt_pulls 0"));
  CHECK(has_line(text, "# TYPE rtmpt_gateway_start_time_seconds gauge"));
}

TEST_CASE("The summary is one number a line", "[status_summary]") {
  const std::string text = whole_text(sample_report(), sample_view(protocol::StatusForm::summary));
  CAPTURE(text);
  for (const char* const line :
       {"RtmptSessions: 1", "RtmptPublishing: 1", "RtmptSessionsOpened: 2", "RtmptReceivingBitsPerSecond: 1000000",
        "RtmptGatewayUptime: 3600", "RtmptUsableBackends: 1"})
    CHECK(has_line(text, line));
  gateway::StatusView view = sample_view(protocol::StatusForm::summary);
  view.members.front().just_failed = true;
  CHECK(has_line(whole_text(sample_report(), view), "RtmptUsableBackends: 0"));
  view.members.clear();
  CHECK(whole_text(sample_report(), view).find("RtmptUsableBackends") == std::string::npos);
}
