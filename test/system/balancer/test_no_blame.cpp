// SPDX-License-Identifier: Apache-2.0
// A media server that could not be tried, for want of a name server or of a descriptor, is not taken for a faulty one.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/balancer_manager.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kNamed = "rtmp://media.rtmpt-proxy.example:1935"; // nobody ever resolves it
constexpr const char* kNoNameServer = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";

// One child and one event loop, so that a channel that one request has used is there for the next.
constexpr const char* kOneChild = "StartServers 1\nServerLimit 1\nThreadsPerChild 16\nMaxRequestWorkers 16\n"
                                  "MinSpareThreads 1\nMaxSpareThreads 16\nRTMPTGatewayThreads 1\n";

bool can_replace_resolv_conf() {
  if (run_command({"unshare", "--mount", "true"}).exit_code == 0) return true;
  WARN("this machine allows no mount namespace: name servers cannot be taken away");
  return false;
}

std::string balancer(const std::vector<std::string>& members, const std::string& method) {
  return balancer_section("media", members, "  ProxySet lbmethod=" + method + "\n") +
         "RTMPTProxyPass balancer://media\n" + kBalancerManagerLocation;
}

// By a program of the gateway's user, which CoreDumpDirectory lets it do: root itself may lack the right in a
// container.
void limit_descriptors(pid_t pid, int most) {
  const CommandResult result =
      run_command({"setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "prlimit",
                   "--pid=" + std::to_string(pid), "--nofile=" + std::to_string(most) + ":"});
  CAPTURE(result.output);
  REQUIRE(result.exit_code == 0);
}

} // namespace

TEST_CASE("While no name server answers opens go to a member that needs none, and the other stays a good one") {
  if (!can_replace_resolv_conf()) return;
  const std::string method = GENERATE("rtmptsessions", "byrequests");
  CAPTURE(method);
  ScriptedBackend backend;
  HttpdOptions options;
  options.resolv_conf = kNoNameServer;
  options.plain_site = balancer({kNamed, backend.url()}, method);
  HttpdFixture httpd(options);
  httpd.error_log().expect("RTMPT154: backend rtmp://media.rtmpt-proxy.example:1935 was not tried for virtual host "
                           "localhost, and is not taken for faulty: the name 'media.rtmpt-proxy.example' cannot be "
                           "resolved at present: ");
  httpd.start();
  const BalancerManager manager(httpd.plain(), "media");
  std::vector<TunnelSession> sessions;
  for (int i = 0; i < 6; ++i) {
    TunnelClient client(httpd.plain());
    CHECK(client.try_open().status == 200);
    sessions.push_back({std::move(client), backend.accept()});
    // The client has its session from the gateway, perhaps a moment before httpd is done with the request.
    CHECK(happens([&] { return manager.is(kNamed, "Ok") && !manager.is(kNamed, "Err"); }));
  }
  CHECK(httpd.error_log().count("RTMPT154", 1) >= 1);
  CHECK(httpd.error_log().matching("RTMPT050").empty());
  CHECK_NOTHROW(carry_both_ways(sessions.back(), 20'000, 1));
}

TEST_CASE("While no name server answers an open that needs one gets 503, and no error page") {
  if (!can_replace_resolv_conf()) return;
  HttpdOptions options;
  options.resolv_conf = kNoNameServer;
  options.site = std::string("RTMPTProxyPass ") + kNamed + "\n";
  HttpdFixture httpd(options);
  httpd.error_log().expect("RTMPT154");
  httpd.start();
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    TunnelClient client(carriage.tls ? httpd.tls() : httpd.plain(), carriage.headers);
    const auto reply = client.try_open();
    CHECK(reply.status == 503);
    CHECK(reply.body.find("<html") == std::string::npos);
  }
}

TEST_CASE("A gateway without a free descriptor refuses opens, and the member stays a good one") {
  ScriptedBackend backend;
  HttpdOptions options;
  options.global = std::string(kOneChild) + "CoreDumpDirectory @ROOT@\n";
  options.plain_site = balancer({backend.url()}, "byrequests");
  HttpdFixture httpd(options);
  httpd.error_log().expect(
      "RTMPT051: no session for virtual host localhost: rtmpt-gateway is full: Too many open files");
  httpd.start();
  const BalancerManager manager(httpd.plain(), "media");
  const std::string via = forwarded().headers; // such a connection stays with httpd
  TunnelClient first(httpd.plain(), via);
  CHECK(first.try_open().status == 200);
  const auto first_media = backend.accept();
  const pid_t gateway = httpd.gateway_pid();
  limit_descriptors(gateway, 3);
  TunnelClient second(httpd.plain(), via);
  CHECK(second.try_open().status == 503);
  CHECK(manager.is(backend.url(), "Ok"));
  CHECK_FALSE(manager.is(backend.url(), "Err"));
  limit_descriptors(gateway, 1024);
  TunnelClient third(httpd.plain(), via);
  CHECK(third.try_open().status == 200);
  CHECK(httpd.error_log().matching("RTMPT050").empty());
}
