// SPDX-License-Identifier: Apache-2.0
// Requests of many people on one HTTP/2 connection from a trusted proxy: the streams share one connection in httpd.
#include "restore/rpaf/rpaf_site.hpp"
#include "support/clients/http2_connection.hpp"

#include <catch2/catch.hpp>

#include <deque>

using namespace rtmpt_proxy::test;

namespace {

struct Person {
  std::string address;
  std::string own_page; // the one restricted page that is for this address
  std::string scheme;
  std::string facts; // of the host "full"
};

const Person kPeople[] = {
    {"203.0.113.9", "/v4.html", "https", "203.0.113.9 full full 443 on https"},
    {"2001:db8::9", "/v6.html", "http", "2001:db8::9 full full 80 (none) http"},
};

struct Pending {
  std::uint32_t stream;
  const Person* person;
  std::string path;
};

constexpr std::size_t kRequests = 3000;
constexpr std::size_t kAtATime = 50;

} // namespace

TEST_CASE("Of 3,000 interleaved HTTP/2 requests none gets another's address or rights") {
  RpafSite site("event", {"http2"}, "Protocols h2c http/1.1\nH2MaxSessionStreams 100\n");
  Http2Connection connection(site.endpoint("127.0.0.1"));
  const std::string paths[] = {kFactsPath, "/v4.html", "/v6.html", "/office.html"};
  std::deque<Pending> pending;
  std::size_t right = 0;
  std::size_t allowed = 0;
  std::string first_wrong;
  const auto take_one = [&] {
    const auto [stream, person, path] = pending.front();
    pending.pop_front();
    const auto body = connection.body(stream);
    const bool own_page = path == person->own_page;
    const bool is_right = path == kFactsPath ? body == person->facts : (body == kPageText) == own_page && !body.empty();
    right += is_right;
    allowed += body == kPageText;
    if (!is_right && first_wrong.empty()) first_wrong = person->address + " " + path + ": " + body;
  };
  for (std::size_t i = 0; i < kRequests; ++i) {
    const Person& person = kPeople[i % 2];
    const auto& path = paths[i / 2 % 4];
    pending.push_back(
        {connection.get("full", path,
                        {{"x-forwarded-for", "10.0.0.5, " + person.address}, {"x-forwarded-proto", person.scheme}}),
         &person, path});
    if (pending.size() == kAtATime) take_one();
  }
  while (!pending.empty())
    take_one();
  CHECK(first_wrong == "");
  CHECK(right == kRequests);
  CHECK(allowed == kRequests / 4); // each person's own page, of four paths
  CHECK(connection.stream_changes() > kRequests / 2);
}

TEST_CASE("A stream without the header is the proxy's own, whatever the stream before said") {
  RpafSite site("event", {"http2"}, "Protocols h2c http/1.1\n");
  Http2Connection connection(site.endpoint("127.0.0.1"));
  for (int i = 0; i < 50; ++i) {
    const auto said = connection.get("full", kFactsPath, {{"x-forwarded-for", "2001:db8::9"}, {"x-https", "on"}});
    const auto silent = connection.get("full", "/local.html", {});
    const auto silent_facts = connection.get("full", kFactsPath, {});
    const auto lying = connection.get("full", "/local.html", {{"x-forwarded-for", "127.0.0.1, 198.51.100.7"}});
    CHECK(connection.body(said) == "2001:db8::9 full full 443 on https");
    CHECK(connection.body(silent) == kPageText);
    CHECK(connection.body(silent_facts) == "127.0.0.1 full full 80 (none) http");
    CHECK(connection.body(lying) != kPageText);
  }
}
