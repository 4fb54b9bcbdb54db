// SPDX-License-Identifier: Apache-2.0
// Media servers taken out of service and back by the status page's own requests.
#include "support/sites/status_site.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;

namespace {

// The first location may give orders, the second one may not.
HttpdOptions two_pages() {
  HttpdOptions options;
  options.site = status_location("  RTMPTStatusControl On\n") + status_location("", "/look-only");
  return options;
}

bool is_drained(const HttpdFixture& httpd) {
  return status_of(httpd).at("backends").at(0).at("drained").as_bool();
}

} // namespace

TEST_CASE("The status page drains a media server and enables it again, and the log says who did it") {
  TunnelSite site(two_pages());
  auto& httpd = site.httpd();
  httpd.error_log().expect("rtmpt_proxy:error.*RTMPT050.*drained");
  const auto url = site.backend().url();
  const auto token = status_token(httpd);
  auto running = site.session(handed_over());

  CHECK(post_order(httpd, "drain=" + url, token).status == 204);
  CHECK(is_drained(httpd));
  CHECK(site.client(handed_over()).try_open().status == 503);
  CHECK_NOTHROW(carry_both_ways(running, 5'000, 1));
  CHECK(httpd.error_log()
            .matching("rtmpt_proxy:notice.*RTMPT187: media server " + url +
                      " is drained from the status page by client 127.0.0.1")
            .size() == 1);

  // As browsers write it.
  CHECK(post_order(httpd, "enable=rtmp%3A%2F%2F127.0.0.1%3A" + std::to_string(site.backend().port()), token).status ==
        204);
  CHECK_FALSE(is_drained(httpd));
  CHECK_NOTHROW(site.session(handed_over()));
  CHECK(httpd.error_log().count("RTMPT187: media server " + url + " is enabled", 1) == 1);
}

TEST_CASE("A media server is drained only where that is allowed, with the page's own token, and by POST") {
  TunnelSite site(two_pages());
  auto& httpd = site.httpd();
  const auto backends = status_of(httpd).at("backends");
  const auto order = "drain=" + site.backend().url();
  const auto token = status_token(httpd);
  CHECK(post_order(httpd, order, "").status == 403);
  CHECK(post_order(httpd, order, "0-" + std::string(32, '0')).status == 403);
  CHECK(post_order(httpd, order, token, "/look-only").status == 403);
  CHECK(ask_status(httpd, "?" + order).status == 404); // GET
  CHECK_FALSE(is_drained(httpd));
  CHECK(post_order(httpd, "drain=rtmp://127.0.0.1:9", token).status == 404); // none of the configuration
  for (const auto* bad : {"drain=", "drain=http://127.0.0.1", "drain=rtmp://127.0.0.1/live", "drain=%", "enable=%00"}) {
    CAPTURE(bad);
    CHECK(post_order(httpd, bad, token).status == 400);
  }
  CHECK(post_order(httpd, "drain=rtmp://" + std::string(2000, 'a'), token).status == 400);
  CHECK(post_order(httpd, "restart=" + site.backend().url(), token).status == 405);
  CHECK(status_of(httpd).at("backends") == backends);
  CHECK_FALSE(is_drained(httpd));
  CHECK(httpd.error_log().matching("RTMPT187").empty());
  CHECK_NOTHROW(site.session(handed_over()));
}
