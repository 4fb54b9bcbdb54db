// SPDX-License-Identifier: Apache-2.0
#include "sample_reports.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
namespace json = boost::json;

namespace {

json::value parsed(const gateway::StatusReport& report) {
  return json::parse(whole_text(report, sample_view()));
}

} // namespace

TEST_CASE("The JSON of a session has what is documented", "[status_json]") {
  const json::value session = parsed(sample_report()).at("sessions").at(0);
  const json::value expected = json::parse(R"({
    "id": "sessionname1", "virtual_host": "www.example.com", "client": "203.0.113.9", "user": "",
    "transport": "rtmpts", "tls_protocol": "TLSv1.3", "tls_cipher": "TLS_AES_256_GCM_SHA384", "way": "handed over", "backend": "rtmp://media:1935", "inspection": "known",
    "app": "live", "stream": "cam1", "kind": "publish", "flash_version": "LNX 9,0,124,2",
    "started": "2026-11-22T18:02:03.045Z", "age_seconds": 10, "idle_seconds": 3,
    "requests": 12, "received_bytes": 1000000, "sent_bytes": 2000,
    "receiving_bits_per_second": 1000000, "sending_bits_per_second": 2000,
    "flow": {"waiting_for_backend_bytes": 1500, "waiting_for_client_bytes": 0, "video_codec": "h264",
             "audio_codec": "aac", "width": 1280, "height": 720, "key_frame_age_ms": 1200},
    "history": {"interval_seconds": 2, "bits_per_second": [1002000]}})");
  CHECK(json::serialize(session) == json::serialize(expected));
}

TEST_CASE("The JSON of the whole has totals, members and refusals", "[status_json]") {
  const json::value document = parsed(sample_report());
  CHECK(json::serialize(document.at("totals")) ==
        R"({"sessions":1,"publishing":1,"playing":0,"other":0,"sessions_opened":2,"sessions_ended":1,)"
        R"("sessions_refused":1,"requests":24,"received_bytes":2000000,"sent_bytes":4000,)"
        R"("receiving_bits_per_second":1000000,"sending_bits_per_second":2000})");
  CHECK(json::serialize(document.at("backends")) ==
        R"([{"virtual_host":"www.example.com","balancer":null,"url":"rtmp://media:1935","status":"ok",)"
        R"("drained":false,"weight":1E0,"sessions":1,"failures":0},)"
        R"({"virtual_host":null,"balancer":"pool","url":"rtmpt://b","status":"error","drained":true,)"
        R"("weight":2.5E0,"sessions":0,"failures":0}])");
  CHECK(json::serialize(document.at("refusals")) == R"({"too many sessions":1})");
  CHECK(json::serialize(document.at("tls_servers")) ==
        R"([{"virtual_host":"www.example.com","certificates":[)"
        R"({"sha256_fingerprint":"AB:CD","expires":"2027-01-21T18:02:03.045Z"},)"
        R"({"sha256_fingerprint":"EF:01","expires":"2026-12-22T18:02:03.045Z"}],"failure":null},)"
        R"({"virtual_host":"www.example.com","certificates":[)"
        R"({"sha256_fingerprint":"23:45","expires":"2027-02-20T18:02:03.045Z"}],"failure":null},)"
        R"({"virtual_host":"b.example.com","certificates":[],"failure":"certificate 1 cannot be read"}])");
  CHECK(json::serialize(document.at("bans")) ==
        R"([{"number":3,"virtual_host":"www.example.com","client":"192.0.2.1","stream":"/live/cam1",)"
        R"("left_seconds":599,"refusals":2},{"number":4,"virtual_host":"b.example.com","client":"::1",)"
        R"("stream":null,"left_seconds":1,"refusals":0}])");
  CHECK(json::serialize(document.at("pulls")) ==
        R"([{"virtual_host":"www.example.com","backend":"rtmp://media","stream":"live/cam1","state":"live",)"
        R"("viewers":12}])");
  CHECK(document.at("gateway").at("uptime_seconds") == 3600);
  CHECK(document.at("time") == "2026-11-22T19:02:03.045Z");
  CHECK(document.at("control_allowed") == false);
}

TEST_CASE("Whatever a client names its stream, the JSON is valid UTF-8 without it running anywhere", "[status_json]") {
  for (const std::string& name :
       {std::string("<script>alert(1)</script>"), std::string("\"};{\""), std::string("a\0b\x01\x1f", 5),
        std::string("\xff\xfe\xc0\xaf"), std::string("\xe2\x80\xae") + "gpj.exe", std::string(200, '\\')}) {
    gateway::StatusReport report = sample_report();
    report.sessions.front().record.stream.stream_name = name;
    report.sessions.front().record.stream.app = name;
    const json::value session = parsed(report).at("sessions").at(0);
    const std::string_view shown = session.at("stream").as_string();
    CHECK(shown.size() >= name.size());
    if (name.find('\xff') == std::string::npos) CHECK(shown == name);
  }
}

TEST_CASE("What is not known of a session is null", "[status_json]") {
  gateway::StatusReport report = sample_report();
  report.sessions.front().record.stream = {};
  report.sessions.front().record.tls = {};
  const json::value session = parsed(report).at("sessions").at(0);
  for (const char* name : {"app", "stream", "kind", "flash_version", "tls_protocol", "tls_cipher"})
    CHECK(session.at(name).is_null());
  CHECK(session.at("inspection") == "looking");
}

TEST_CASE("Twenty thousand sessions with the longest names, all escaped, come in small pieces of one document",
          "[status_json]") {
  constexpr std::size_t kSessions = 20'000;
  gateway::StatusReport report = sample_report();
  auto& stream = report.sessions.front().record.stream;
  stream.app = std::string(protocol::kMaxAppBytes, '\x01');
  stream.stream_name = std::string(protocol::kMaxStreamNameBytes, '\x02');
  stream.flash_version = std::string(protocol::kMaxFlashVersionBytes, '\x03');
  const std::string stream_name = stream.stream_name; // before the vector moves
  report.sessions.resize(kSessions, gateway::SessionReport(report.sessions.front()));
  const std::string text = whole_text(report, sample_view());
  CHECK(text.size() > 3000 * kSessions); // more than one message ever held
  const json::value document = json::parse(text);
  REQUIRE(document.at("sessions").as_array().size() == kSessions);
  CHECK(document.at("sessions").as_array().back().at("stream").as_string() == stream_name);
  CHECK(document.at("backends").as_array().size() == 2);
  CHECK(document.at("refusals").is_object());
}

TEST_CASE("Without a session, without a backend, the document is whole", "[status_json]") {
  const json::value document = json::parse(whole_text({}, {}));
  CHECK(document.at("sessions").as_array().empty());
  CHECK(document.at("backends").as_array().empty());
  CHECK(document.at("tls_servers").as_array().empty());
  CHECK(document.at("bans").as_array().empty());
  CHECK(document.at("pulls").as_array().empty());
  CHECK(document.at("totals").at("sessions") == 0);
}
