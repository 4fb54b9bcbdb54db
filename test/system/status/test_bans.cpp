// SPDX-License-Identifier: Apache-2.0
// Clients that an administrator shuts out for a while, by rtmptctl and by the status page.
#include "support/httpd/rtmptctl.hpp"
#include "support/sites/rtmp_site.hpp"
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::protocol::RefusalWords;

namespace {

HttpdOptions with_page() {
  HttpdOptions options;
  options.site = "RTMPTAcceptRTMP On\n" + status_location("  RTMPTStatusControl On\n");
  return options;
}

} // namespace

TEST_CASE("A banned client gets no session over RTMPT or RTMP, over graceful, until the ban is lifted") {
  TunnelSite site(with_page());
  auto& httpd = site.httpd();
  const Rtmptctl ctl(httpd);
  auto session = site.session(handed_over());
  const std::string name = ctl.rows("sessions").at(0).at("SESSION");
  const auto ended = ctl.run({"end", "--ban", "10m", name});
  CHECK(ended.exit_code == 0);
  CHECK(ended.output == name + " ends, and its client is banned\n");
  CHECK_NOTHROW(session.media->wait_for_end());
  CHECK(site.client(handed_over()).try_open().status == 403);
  RtmpClient refused(httpd.plain());
  refused.connect("live");
  CHECK(refused.receive_all() == refusal(RefusalWords::access_denied));
  httpd.graceful();
  CHECK(site.client(handed_over()).try_open().status == 403);
  const auto bans = ctl.rows("bans");
  REQUIRE(bans.size() == 1);
  CHECK(bans.front().at("NUMBER") == "1");
  CHECK(bans.front().at("CLIENT") == "127.0.0.1");
  CHECK(bans.front().at("STREAM") == "-");
  CHECK(bans.front().at("HOST") == "localhost");
  CHECK(bans.front().at("REFUSALS") == "3");
  CHECK(httpd.error_log().matching("rtmpt_proxy:notice.*RTMPT521: no session for client 127.0.0.1").size() >= 1);
  CHECK(ctl.run({"unban", "2"}).exit_code == 1);
  const auto lifted = ctl.run({"unban", "1"});
  CHECK(lifted.exit_code == 0);
  CHECK(lifted.output == "ban 1 is lifted\n");
  CHECK(ctl.rows("bans").empty());
  CHECK_NOTHROW(site.session(handed_over()));
}

TEST_CASE("The status page ends a session and bans its client, and the log says who did it") {
  TunnelSite site(with_page());
  auto& httpd = site.httpd();
  auto session = site.session(handed_over());
  const auto status = status_of(httpd);
  const std::string name(status.at("sessions").at(0).at("id").as_string());
  CHECK(post_order(httpd, "ban=" + name, "").status == 403);
  CHECK(status_of(httpd).at("bans").as_array().empty());
  CHECK(post_order(httpd, "ban=" + name, status_token(httpd)).status == 204);
  CHECK(post_order(httpd, "ban=" + name, status_token(httpd)).status == 404);
  CHECK_NOTHROW(session.media->wait_for_end());
  CHECK(status_of(httpd).at("bans").at(0).at("client") == "127.0.0.1");
  CHECK(site.client(handed_over()).try_open().status == 403);
  CHECK(httpd.error_log()
            .matching("rtmpt_proxy:notice.*RTMPT529: session " + name +
                      " is ended, and its client banned for 10 minutes, from the status page by client 127.0.0.1")
            .size() == 1);
}
