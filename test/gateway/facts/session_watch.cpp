// SPDX-License-Identifier: Apache-2.0
#include "test/gateway/status/sample_reports.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kBegin{};

SessionWatch new_watch() {
  return {sample_admission(), protocol::SessionName("name"), WallTime{}, kBegin};
}

} // namespace

TEST_CASE("What the backend took of the client's bytes tells what is published, wherever it is cut",
          "[session_watch]") {
  const std::string bytes = publishing_client("live", "cam1");
  for (std::size_t cut = 0; cut < bytes.size(); cut += 13) {
    SessionWatch watch = new_watch();
    // The ring's two pieces; the backend takes all but some, which come again.
    const Pieces pieces{std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)};
    const std::size_t taken = bytes.size() * 2 / 3;
    watch.passed(pieces, taken);
    CHECK(watch.facts().stream_name.empty());
    watch.passed({std::string_view(bytes).substr(taken), {}}, bytes.size() - taken);
    CHECK(watch.facts().app == "live");
    CHECK(watch.facts().stream_name == "cam1");
    CHECK(watch.facts().kind == protocol::StreamKind::publish);
  }
}

TEST_CASE("A client's address is told whole, or shortened where its virtual host wants that", "[session_watch]") {
  auto admission = sample_admission();
  admission.client_address = "203.0.113.77";
  const auto told = [&admission] {
    const SessionWatch watch(admission, protocol::SessionName("name"), WallTime{}, kBegin);
    return watch.report({}, {}, kBegin).record.client_address;
  };
  CHECK(told() == "203.0.113.77");
  admission.terms.anonymize_client = true;
  CHECK(told() == "203.0.113.0");
}

TEST_CASE("A hidden name is told nowhere, but what hides it has seen it whole", "[session_watch]") {
  std::string seen;
  SessionWatch watch(sample_admission(), protocol::SessionName("name"), WallTime{}, kBegin, [&](std::string_view name) {
    seen = name;
    return "hidden-1";
  });
  CHECK(watch.facts().stream_name.empty());
  const std::string bytes = publishing_client("live", "s3cret?key=1");
  watch.passed({std::string_view(bytes), {}}, bytes.size());
  CHECK(seen == "s3cret");
  CHECK(watch.facts().stream_name == "hidden-1");
  CHECK(watch.facts().app == "live");
  CHECK(watch.report({}, {}, kBegin).record.stream.stream_name == "hidden-1");
  CHECK(watch.last_record({}, SessionEnd::closed, {}, kBegin).stream.stream_name == "hidden-1");
  CHECK(watch.true_stream().stream_name == "s3cret");
}

TEST_CASE("Bytes that the backend did not take are not looked at", "[session_watch]") {
  SessionWatch watch = new_watch();
  const std::string bytes = publishing_client("live", "cam1");
  for (int i = 0; i < 3; ++i)
    watch.passed({std::string_view(bytes), std::string_view(bytes)}, 0);
  CHECK(watch.facts().app.empty());
  watch.passed({std::string_view(bytes), {}}, bytes.size());
  CHECK(watch.facts().stream_name == "cam1");
}

TEST_CASE("A report knows ways, times, counters and rates", "[session_watch]") {
  SessionWatch watch = new_watch();
  watch.came(policy::Way::forwarded, kBegin + 1s);
  watch.came(policy::Way::pumped, kBegin + 4s);
  watch.sample({5, 1000, 4000}, kBegin + 4s);
  const SessionReport report = watch.report({6, 1500, 5000}, {}, kBegin + 9s);
  CHECK(report.way == policy::Way::pumped);
  CHECK(policy::to_string(report.record.ways) == "pumped+forwarded");
  CHECK(report.idle == 5s);
  CHECK(report.record.duration == 9s);
  CHECK(report.record.requests == 6);
  CHECK(report.record.bytes_received == 1500);
  CHECK(report.record.bytes_sent == 5000);
  CHECK(report.rates.receiving == 2000);
  CHECK(report.rates.sending == 8000);
  CHECK(report.record.server_name == "www.example.com");
  CHECK(report.record.session_name == protocol::SessionName("name"));
}

TEST_CASE("The last record has the reason of the end", "[session_watch]") {
  using policy::SessionEndReason;
  const std::pair<SessionEnd, SessionEndReason> table[] = {
      {SessionEnd::closed, SessionEndReason::close},
      {SessionEnd::backend_closed, SessionEndReason::backend_closed},
      {SessionEnd::timeout, SessionEndReason::timeout},
      {SessionEnd::client_gone, SessionEndReason::client_gone},
      {SessionEnd::lost_request, SessionEndReason::lost_request},
      {SessionEnd::backend_stalled, SessionEndReason::backend_stalled},
      {SessionEnd::body_too_large, SessionEndReason::body_too_large},
      {SessionEnd::request_refused, SessionEndReason::request_refused},
      {SessionEnd::stream_refused, SessionEndReason::stream_refused},
      {SessionEnd::unclaimed, SessionEndReason::unclaimed},
      {SessionEnd::administrator, SessionEndReason::administrator},
      {SessionEnd::shutdown, SessionEndReason::shutdown},
      {SessionEnd::none, SessionEndReason::shutdown},
  };
  const SessionWatch watch = new_watch();
  for (const auto& [end, reason] : table)
    CHECK(watch.last_record({}, end, "detail", kBegin + 1s).end == reason);
  CHECK(watch.last_record({}, SessionEnd::backend_closed, "reset", kBegin).end_detail == "reset");
}
