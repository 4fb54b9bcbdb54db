// SPDX-License-Identifier: Apache-2.0
// RTMPTAnonymizeClient: nobody is told a client's whole address, but what decides has it.
#include "support/httpd/rtmptctl.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;

namespace {

// Where a client comes from, and what is left of that.
struct Origin {
  std::string name;
  std::string whole;
  std::string shortened;
  std::string neighbour; // another client, whose address is shortened to the same
  bool by_proxy = false; // the proxy in front says it
};

const Origin kDirect{"direct", "127.55.66.77", "127.55.66.0", "127.55.66.78", false};
const Origin kByProxy{"by a proxy", "2001:db8:4f2:10::a7", "2001:db8:4f2::", "2001:db8:4f2:11::a7", true};

// The error log's own prefix is without the client, as it has to be where addresses must not be kept.
HttpdOptions site(bool anonymous) {
  HttpdOptions options;
  options.global = "ErrorLogFormat \"[%t] [%-m:%l] [pid %P] %M\"\nLogLevel rtmpt_proxy:trace8\n"
                   "RPAFenable On\nRPAFproxy_ips 127.0.0.1\nRTMPTForwardClient proxy-v1\n";
  options.site = "RTMPTSessionLog logs/session.log combined\nRTMPTMaxSessionsPerClient 1\n" + status_location();
  if (anonymous) options.site += "RTMPTAnonymizeClient On\n";
  return options;
}

TunnelClient client_of(const HttpdFixture& httpd, const Carriage& carriage, const Origin& origin,
                       const std::string& address) {
  Endpoint endpoint = carriage.tls ? httpd.tls() : httpd.plain();
  if (!origin.by_proxy) endpoint.from_address = address;
  return TunnelClient(endpoint, carriage.headers + (origin.by_proxy ? "X-Forwarded-For: " + address + "\r\n" : ""));
}

// Every file that the programs wrote.
std::string all_logs(const HttpdFixture& httpd) {
  std::string text;
  for (const auto& entry : std::filesystem::directory_iterator(httpd.root() / "logs"))
    if (entry.is_regular_file()) text += read_file(entry.path());
  return text;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("No log, page or list has a client's whole address; its limits and its media server have") {
  const auto carriage = GENERATE(from_range(carriages()));
  const auto origin = GENERATE(kDirect, kByProxy);
  CAPTURE(carriage, origin.name);
  TunnelSite tunnel(site(true));
  auto& httpd = tunnel.httpd();
  auto client = client_of(httpd, carriage, origin, origin.whole);
  client.open();
  auto media = tunnel.backend().accept();
  media->wait_for_bytes(std::string("PROXY TCP4").size());
  CHECK(has(media->received(), (origin.by_proxy ? "PROXY TCP6 " : "PROXY TCP4 ") + origin.whole + " "));

  CHECK(client_of(httpd, carriage, origin, origin.whole).try_open().status == 503); // it has its one session
  auto neighbour = client_of(httpd, carriage, origin, origin.neighbour);
  neighbour.open();
  const auto of_neighbour = tunnel.backend().accept();

  const auto status = status_of(httpd);
  const auto shown = boost::json::serialize(status) + ask_status(httpd, "?metrics").body +
                     Rtmptctl(httpd).run({"sessions"}).output + Rtmptctl(httpd).run({"-j", "sessions"}).output;
  CHECK(status.at("sessions").as_array().size() == 2);
  CHECK(has(shown, "\"client\":\"" + origin.shortened + "\""));
  CHECK(client.close().status == 200);
  CHECK(neighbour.close().status == 200);
  httpd.stop();

  const auto logs = all_logs(httpd);
  for (const auto& address : {origin.whole, origin.neighbour}) {
    CAPTURE(address);
    CHECK_FALSE(has(shown, address));
    CHECK_FALSE(has(logs, address));
  }
  CHECK(has(logs, "RTMPT054: no session for client " + origin.shortened + ":"));
  CHECK(has(logs, "RTMPT302: session of " + origin.shortened + " at "));
  const auto session_log = read_file(httpd.root() / "logs/session.log");
  CHECK(std::count(session_log.begin(), session_log.end(), '\n') == 3);
  CHECK(session_log.rfind(origin.shortened + " ", 0) == 0);
}

TEST_CASE("Without RTMPTAnonymizeClient the whole address is told") {
  TunnelSite tunnel(site(false));
  auto& httpd = tunnel.httpd();
  auto client = client_of(httpd, handed_over(), kDirect, kDirect.whole);
  client.open();
  CHECK(status_of(httpd).at("sessions").at(0).at("client").as_string() == kDirect.whole.c_str());
  CHECK(client_of(httpd, handed_over(), kDirect, kDirect.whole).try_open().status == 503);
  CHECK(client.close().status == 200);
  httpd.stop();
  const auto logs = all_logs(httpd);
  CHECK(has(logs, "RTMPT054: no session for client " + kDirect.whole + ":"));
  CHECK(has(logs, "RTMPT302: session of " + kDirect.whole + " at "));
  CHECK(read_file(httpd.root() / "logs/session.log").rfind(kDirect.whole + " ", 0) == 0);
}
