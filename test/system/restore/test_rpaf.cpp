// SPDX-License-Identifier: Apache-2.0
// The table of restored requests, on separate, kept-alive and pipelined connections.
#include "restore/rpaf/rpaf_site.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace rtmpt_proxy::test;

namespace {

std::vector<std::string> all_paths() {
  std::vector<std::string> paths{kFactsPath};
  paths.insert(paths.end(), std::begin(kRestricted), std::end(kRestricted));
  return paths;
}

// Rows by peer: a connection has one.
std::map<std::string, std::vector<RpafCase>> by_peer() {
  std::map<std::string, std::vector<RpafCase>> peers;
  for (const auto& row : rpaf_cases())
    peers[row.from].push_back(row);
  return peers;
}

void check(const RpafCase& row, const std::string& path, const HttpResponse& response) {
  INFO(row.reason << "\nfrom " << row.from << " to " << row.host << "\n" << row.headers.substr(0, 200));
  CHECK(RpafSite::complaint(row, path, response) == "");
}

} // namespace

TEST_CASE("Every row of the table has its reason, and there are at least a hundred") {
  const auto cases = rpaf_cases();
  CHECK(cases.size() >= 100);
  std::set<std::string> texts;
  for (const auto& row : cases) {
    CHECK_FALSE(row.reason.empty());
    CHECK(texts.insert(row.host + " " + row.from + " " + row.headers).second);
  }
}

TEST_CASE("Each request is its client's on a connection of its own") {
  RpafSite site;
  int number = 0;
  for (const auto& row : rpaf_cases()) {
    const std::string tag = "separate-" + std::to_string(++number);
    for (const auto& path : all_paths()) {
      HttpConnection connection(site.endpoint(row.from));
      check(row, path, connection.exchange(RpafSite::request(row, path, tag)));
    }
    INFO(row.reason);
    CHECK(site.log_complaint(row, tag) == "");
  }
}

TEST_CASE("Each request is its client's on a connection that is kept alive for others") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  RpafSite site(mpm);
  for (const auto& [from, rows] : by_peer()) {
    auto connection = std::make_unique<HttpConnection>(site.endpoint(from));
    for (const auto& row : rows) {
      for (const auto& path : all_paths()) {
        const auto response = connection->exchange(RpafSite::request(row, path, "kept"));
        check(row, path, response);
        if (response.says_close() || row.status != 200)
          connection = std::make_unique<HttpConnection>(site.endpoint(from));
      }
    }
  }
}

TEST_CASE("Each request is its client's on a connection with others close behind") {
  RpafSite site;
  int number = 0;
  for (const auto& [from, rows] : by_peer()) {
    HttpConnection connection(site.endpoint(from));
    std::vector<std::tuple<RpafCase, std::string, std::string>> sent;
    const auto collect = [&] {
      for (const auto& [row, path, tag] : sent)
        check(row, path, connection.receive());
      for (const auto& [row, path, tag] : sent) {
        INFO(row.reason << "\n" << row.headers.substr(0, 200));
        if (path == kFactsPath) CHECK(site.log_complaint(row, tag) == "");
      }
      sent.clear();
    };
    std::string requests;
    for (const auto& row : rows) {
      if (row.status != 200) continue; // httpd closes behind it
      const std::string tag = "pipelined-" + std::to_string(++number);
      for (const auto& path : all_paths()) {
        requests += RpafSite::request(row, path, path == kFactsPath ? tag : "other");
        sent.emplace_back(row, path, tag);
      }
      if (sent.size() < 40) continue;
      connection.send(requests);
      requests.clear();
      collect();
    }
    connection.send(requests);
    collect();
  }
}
