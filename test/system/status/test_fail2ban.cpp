// SPDX-License-Identifier: Apache-2.0
// conf.d/fail2ban/rtmpt.conf finds the clients that were refused a stream in httpd's own error log, and nobody else.
#include "support/clients/tunnel_client.hpp"
#include "support/os/built.hpp"
#include "support/os/child_process.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

namespace {

HttpdOptions site_with_refusals() {
  HttpdOptions options;
  options.global = "RPAFenable On\nRPAFproxy_ips 127.0.0.2\nRPAFproxyProtocol On\n";
  options.site = "RTMPTMaxSessionsPerClient 1\n"
                 "<Location \"/open\">\n<RequireAll>\nRequire all granted\nRequire not ip 127.0.0.5\n</RequireAll>\n"
                 "</Location>\n<Location \"/secret\">\nRequire all denied\n</Location>\n";
  options.more_hosts = "<VirtualHost *:@PORT@>\nServerName secure.example\nRTMPTProxyPass rtmps://127.0.0.1:9\n"
                       "<Location \"/open\">\nRequire all denied\n</Location>\n</VirtualHost>\n";
  return options;
}

Endpoint from(const HttpdFixture& httpd, const std::string& address) {
  auto endpoint = httpd.plain();
  endpoint.from_address = address;
  return endpoint;
}

} // namespace

TEST_CASE("The filter for fail2ban finds whom httpd refused a stream, and nobody else") {
  TunnelSite site(site_with_refusals());
  auto& httpd = site.httpd();
  for (const std::string line : {"AH01630: .*open/1", "AH01630: .*secret", "RTMPT117: "})
    httpd.error_log().expect(line);

  HttpConnection to_secure(from(httpd, "127.0.0.4"));
  CHECK(to_secure.exchange("POST /open/1 HTTP/1.1\r\nHost: secure.example\r\nContent-Length: 1\r\n\r\nx").status ==
        403);
  CHECK(TunnelClient(from(httpd, "127.0.0.5")).try_open().status == 403);
  TunnelClient busy(from(httpd, "127.0.0.6"));
  busy.open();
  CHECK(TunnelClient(from(httpd, "127.0.0.6")).try_open().status == 503);
  auto stranger = from(httpd, "127.0.0.7");
  stranger.preamble = "PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n";
  HttpConnection announced(stranger);
  CHECK(announced.closed_by_server());

  TunnelClient good(from(httpd, "127.0.0.8"));
  good.open();
  CHECK(good.send("bytes").status == 200);
  CHECK(good.close().status == 200);
  CHECK(fetch(from(httpd, "127.0.0.9"), "/none").status == 404);
  CHECK(fetch(from(httpd, "127.0.0.9"), "/secret/proxy:rtmp://127.0.0.1/open/1").status == 403);
  httpd.error_log().wait_for("RTMPT054: ");

  const auto found = run_command({"fail2ban-regex", "-o", "ip", (httpd.root() / "logs/error.log").string(),
                                  built::conf_folder() + "/fail2ban/rtmpt.conf"});
  CAPTURE(found.output, read_file(httpd.root() / "logs/error.log"));
  CHECK(found.output == "127.0.0.4\n127.0.0.5\n127.0.0.6\n127.0.0.7\n");
}
