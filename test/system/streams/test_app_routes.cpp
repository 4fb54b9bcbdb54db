// SPDX-License-Identifier: Apache-2.0
// RTMPTProxyPass in a <Location>: each application of a virtual host has its own media server, for clients of RTMP.
#include "rtmp/ask_site.hpp"
#include "support/os/built.hpp"
#include "support/os/child_process.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;
namespace protocol = rtmpt_proxy::protocol;

namespace {

const std::string kRoutes = R"(
<Location "/live">
  RTMPTProxyPass rtmp://127.0.0.1:19351
</Location>
<Location "/live/vip">
  RTMPTProxyPass rtmps://127.0.0.1:19352 connectiontimeout=2
</Location>
<LocationMatch "^/room-[0-9]+$">
  RTMPTProxyPass balancer://rooms
</LocationMatch>
<Location "/closed">
  RTMPTProxyPass !
</Location>
<Location "/same">
  RTMPTProxyPass rtmp://127.0.0.1:19350
</Location>
<Proxy balancer://rooms>
  BalancerMember rtmp://127.0.0.1:9
  BalancerMember rtmp://127.0.0.1:19353
</Proxy>
)";

HttpdOptions routed(const std::string& more = {}, const std::string& mpm = "event") {
  HttpdOptions options = streaming(kRoutes + more, mpm);
  return options;
}

} // namespace

TEST_CASE("A client of RTMP gets to the media server of its application") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  AskSite site(routed({}, mpm));
  for (const std::string line : {"RTMPT193: 404 .*RTMPTProxyPass !", "RTMPT050"}) // the first member does not answer
    site.httpd().error_log().allow(line);
  struct Row {
    std::string path;
    std::string backend;
  };
  for (const Row& row : {Row{"/other", "rtmp://127.0.0.1:19350"},
                         {"/live", "rtmp://127.0.0.1:19351"},
                         {"/live/deep", "rtmp://127.0.0.1:19351"},
                         {"/lively", "rtmp://127.0.0.1:19350"},
                         {"/live/vip", "rtmps://127.0.0.1:19352"},
                         {"/room-7", "rtmp://127.0.0.1:19353"},
                         {"/room-x", "rtmp://127.0.0.1:19350"}}) {
    CAPTURE(row.path);
    const AskAnswer answer = site.open(row.path);
    CAPTURE(answer.notes);
    CHECK(answer.status == 200);
    CHECK(has_note(answer, " backend=" + row.backend + " "));
  }
  const AskAnswer closed = site.open("/closed");
  CHECK(closed.status == 404);
  CHECK_FALSE(has_note(closed, "admission"));
}

TEST_CASE("A rule of the site keeps out of an application's media server as well") {
  AskSite site(routed("<Location \"/live\">\nRequire ip 198.51.100.1\n</Location>\n"));
  site.httpd().error_log().allow("RTMPT193|AH01630");
  CHECK(site.open("/live").status == 403);
  CHECK(site.open("/other").status == 200);
}

TEST_CASE("A client of RTMPT is refused where its application has another media server than its session") {
  AskSite site(routed("RTMPTAuthorize On\n"));
  site.httpd().error_log().expect("RTMPT193: 404 .*leads to another media server");
  const std::string vhost = vhost_key(site.httpd().plain());
  CHECK(site.ask("OPEN", "/other", vhost).status == 200);
  CHECK(site.ask("OPEN", "/same", vhost).status == 200);
  CHECK(site.ask("OPEN", "/live", vhost).status == 404);
  CHECK(site.ask("OPEN", "/closed", vhost).status == 404);
}

TEST_CASE("fail2ban leaves a client of RTMPT alone that took the wrong leg, and finds one of RTMP that guesses") {
  AskSite site(routed("RTMPTAuthorize On\n"));
  site.httpd().error_log().expect("RTMPT193: 404 .* would connect by RTMPT to /live .*leads to another media server");
  site.httpd().error_log().expect("RTMPT193: 404 .* would speak RTMP to /closed ");
  CHECK(site.ask("OPEN", "/live", vhost_key(site.httpd().plain())).status == 404);
  protocol::AskPreamble about = site.preamble();
  about.client.source.address = *protocol::parse_ip_address("192.0.2.11");
  CHECK(site.open(about, "/closed", "Host: localhost\r\n").status == 404);
  site.httpd().error_log().wait_for("RTMPT193", 2);
  const auto found = run_command({"fail2ban-regex", "-o", "ip", (site.httpd().root() / "logs/error.log").string(),
                                  built::conf_folder() + "/fail2ban/rtmpt.conf"});
  CAPTURE(found.output, read_file(site.httpd().root() / "logs/error.log"));
  CHECK(found.output == "192.0.2.11\n");
}

TEST_CASE("configtest says what an application's RTMPTProxyPass does not do") {
  const auto configtest = [](const std::string& lines) {
    HttpdOptions options;
    options.site = lines;
    HttpdFixture httpd(options);
    return httpd.configtest().output;
  };
  const std::string own = "<Location \"/live\">\nRTMPTProxyPass rtmp://127.0.0.1:19351\n</Location>\n";
  const std::string host = "RTMPTProxyPass rtmp://127.0.0.1:19350\n";
  struct Row {
    std::string lines;
    std::string says; // empty: nothing
  };
  for (const Row& row :
       {Row{host + "RTMPTAcceptRTMP On\n" + own, "RTMPT509.*get to the media server of the whole virtual host"},
        {host + "RTMPTAcceptRTMP On\nRTMPTAuthorize On\n" + own, "RTMPT509.*are refused when they connect"},
        {host + own, "RTMPT508"},
        {"RTMPTAcceptRTMP On\n" + own, "RTMPT508"},
        {host + "RTMPTAcceptRTMP On\n<Location \"/live\">\nRTMPTProxyPass rtmp://127.0.0.1:19350\n</Location>\n", ""},
        {host + "<Directory \"/live\">\nRTMPTProxyPass rtmp://127.0.0.1:19351\n</Directory>\n",
         "RTMPTProxyPass cannot occur within <Directory> section"},
        {host + "<If \"true\">\nRTMPTProxyPass rtmp://127.0.0.1:19351\n</If>\n", "RTMPT507"},
        {host + "<Location \"/live\">\nRTMPTProxyPass http://127.0.0.1\n</Location>\n", "RTMPT010"}}) {
    CAPTURE(row.lines);
    const std::string said = configtest(row.lines);
    CAPTURE(said);
    if (row.says.empty())
      CHECK(said.find("RTMPT50") == std::string::npos);
    else
      CHECK_THAT(said, Catch::Matches("[^]*" + row.says + "[^]*"));
  }
}
