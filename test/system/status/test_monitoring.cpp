// SPDX-License-Identifier: Apache-2.0
// conf.d/monitoring: Prometheus takes the alerts, each fires when it should, and alerts and dashboard name nothing but
// what ?metrics of a real httpd has.
#include "support/os/built.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <regex>
#include <set>

using namespace rtmpt_proxy::test;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

const fs::path kFolder = fs::path(built::conf_folder()) / "monitoring";

using Names = std::set<std::string>;

Names found_by(const std::string& pattern, const std::string& text) {
  const std::regex expression(pattern);
  Names names;
  for (std::sregex_iterator found(text.begin(), text.end(), expression), end; found != end; ++found)
    names.insert((*found)[1]);
  return names;
}

// The names of labels that queries choose or group by.
Names labels_in(const std::string& queries) {
  Names labels = found_by(R"([{,]\s*([a-z_]+)\s*=~?\\?")", queries);
  for (const std::string& list : found_by(R"(\bby \(([a-z_, ]+)\))", queries))
    labels.merge(found_by("([a-z_]+)", list));
  return labels;
}

// Each text of this name anywhere in the document, one on a line.
void collect(const json::value& value, const std::string& name, std::string& into) {
  if (const auto* const object = value.if_object())
    for (const auto& member : *object) {
      if (member.key() == name && member.value().is_string()) into += std::string(member.value().as_string()) + "\n";
      collect(member.value(), name, into);
    }
  if (const auto* const array = value.if_array())
    for (const json::value& element : *array)
      collect(element, name, into);
}

std::string queries_of_dashboard() {
  const json::value dashboard = json::parse(read_file(kFolder / "rtmpt-dashboard.json"));
  std::string queries;
  collect(dashboard, "expr", queries);
  collect(dashboard, "definition", queries);
  return queries;
}

// What a site with a session that has ended, one that lives, one that was refused, and a stream that is fetched from a
// media server which does not answer tells.
std::string metrics_of_a_site() {
  HttpdOptions options = site_with("RTMPTMaxSessions 1\n" + status_location());
  options.global += "RTMPTTerminateTLS gateway\n";
  const ScriptedBackend silent;
  options.more_hosts = "<VirtualHost *:@PORT@>\nServerName fetched.example\nRTMPTProxyPass " + silent.url() +
                       " cache=on\nRTMPTWatch flv\n</VirtualHost>\n";
  TunnelSite site(options);
  auto ended = site.session(handed_over());
  ended.client.close();
  await_status(site.httpd(), "the first session has ended",
               [](const json::value& status) { return status.at("totals").at("sessions") == 0; });
  auto living = site.session(handed_over());
  carry_both_ways(living, 1'000, 1);
  site.httpd().error_log().allow("RTMPT053");
  site.httpd().error_log().allow("RTMPT060"); // whoever waits for that stream
  CHECK(site.client(handed_over()).try_open().status == 503);
  HttpConnection viewer(site.httpd().plain());
  viewer.send("GET /live/cam.flv HTTP/1.1\r\nHost: fetched.example\r\n\r\n", Deadline());
  std::string metrics;
  eventually("a stream is fetched", [&] {
    metrics = ask_status(site.httpd(), "?metrics").body;
    return metrics.find("\nrtmpt_pulls{") != std::string::npos;
  });
  return metrics;
}

} // namespace

TEST_CASE("Alerts and dashboard name metrics and labels that there are") {
  const std::string metrics = metrics_of_a_site();
  const Names known = found_by(R"(# TYPE (\w+) )", metrics);
  Names labels = found_by(R"([{,]([a-z_]+)=")", metrics);
  labels.merge(Names{"instance", "job"}); // Prometheus' own
  REQUIRE(known.size() >= 15);
  std::string alerts = std::regex_replace(read_file(kFolder / "rtmpt-alerts.yml"), std::regex("#[^\n]*"), "");
  const std::string texts[] = {alerts, queries_of_dashboard()};
  for (const std::string& text : texts) {
    const Names named = found_by(R"(\b(rtmpt_[a-z_]+)\b)", text);
    CHECK(named.size() >= 8);
    for (const std::string& name : named) {
      CAPTURE(name);
      CHECK(known.count(name) == 1);
      CHECK(metrics.find("\n" + name) != std::string::npos); // it has a series here, not only a type
    }
    CHECK(labels_in(text).count("virtual_host") == 1);
    for (const std::string& label : labels_in(text)) {
      CAPTURE(label);
      CHECK(labels.count(label) == 1);
    }
  }
  // The dashboard shows all that there is but the version.
  Names unused = known;
  for (const std::string& name : found_by(R"(\b(rtmpt_[a-z_]+)\b)", texts[1]))
    unused.erase(name);
  unused.erase("rtmpt_gateway_event_loops");
  CHECK(unused == Names{});
}

TEST_CASE("Prometheus takes the alerts, and each fires in the series that are made for it") {
  const auto check = run_command({"promtool", "check", "rules", (kFolder / "rtmpt-alerts.yml").string()});
  CAPTURE(check.output);
  CHECK(check.exit_code == 0);
  const auto test = run_command({"promtool", "test", "rules", (kFolder / "rtmpt-alerts-test.yml").string()},
                                Deadline(std::chrono::seconds(30)));
  CAPTURE(test.output);
  CHECK(test.exit_code == 0);
  const Names alerts = found_by(R"(- alert: (\w+))", read_file(kFolder / "rtmpt-alerts.yml"));
  const Names tested = found_by(R"x(alertname="(\w+)")x", read_file(kFolder / "rtmpt-alerts-test.yml"));
  CHECK(alerts == tested);
}

TEST_CASE("Each query of the dashboard is one that Prometheus understands") {
  TempDir folder;
  std::string rules = "groups:\n  - name: dashboard\n    rules:\n";
  int count = 0;
  for (std::string query : lines_of(queries_of_dashboard())) {
    if (query.starts_with("label_values")) continue;
    query = replace_all(replace_all(query, "$__rate_interval", "5m"), "'", "''");
    rules += "      - { record: 'a" + std::to_string(++count) + "', expr: '" + query + "' }\n";
  }
  REQUIRE(count >= 15);
  write_file(folder.path() / "rules.yml", rules);
  const auto check = run_command({"promtool", "check", "rules", (folder.path() / "rules.yml").string()});
  CAPTURE(check.output);
  CHECK(check.exit_code == 0);
}
