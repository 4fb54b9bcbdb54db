// SPDX-License-Identifier: Apache-2.0
// Who may publish to a hub: clients on this machine, and others only where a rule says so. And what configtest says
// about hubs.
#include "hub/hub_site.hpp"
#include "restore/rpaf/announced_site.hpp"
#include "support/clients/rtmp_client.hpp"
#include "support/clients/tunnel_client.hpp"
#include "support/httpd/session_log_file.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <catch2/catch.hpp>

#include <regex>
#include <string>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kDenied = "NetStream.Publish.Denied";
constexpr const char* kStarted = "NetStream.Publish.Start";

// Clients that the proxy at kAnnouncer announces are from elsewhere.
HttpdOptions announced_hub(const std::string& lines) {
  HttpdOptions options = hub_options("event", lines);
  options.global = announced_options().global;
  return options;
}

// createStream and publish, as a client sends them behind its connect without waiting for answers.
std::string publish_commands(const std::string& name) {
  const std::string create = amf_string("createStream") + amf_number(4) + amf_null();
  return chunks({.payload = create}) + chunks({.stream = 4, .payload = start_payload("publish", name)});
}

// What the server says until it has said `word`, or ends the connection.
std::string answer_until(RtmpClient& client, const std::string& word) {
  std::string heard;
  try {
    eventually("the hub answers", [&] {
      heard += client.receive_what_is_there();
      return heard.find(word) != std::string::npos;
    });
  } catch (const std::exception&) {
    return heard;
  }
  return heard;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Published {
  std::string answer;
  bool is_denied() const { return has(answer, kDenied) && has(answer, "Access denied.") && !has(answer, kStarted); }
  bool is_allowed() const { return has(answer, kStarted) && !has(answer, kDenied); }
};

Published publish_from(const Endpoint& endpoint, const std::string& name, const std::string& app = "live") {
  RtmpClient client(endpoint);
  client.connect(app);
  client.send(publish_commands(name));
  Published result{answer_until(client, "NetStream.Publish.")};
  if (result.is_denied()) CHECK_NOTHROW(client.receive_all());
  return result;
}

Endpoint foreign(const HttpdFixture& httpd, int number = 9) {
  return from(kAnnouncer, httpd.plain(), v1_header("203.0.113." + std::to_string(number)));
}

} // namespace

TEST_CASE("Without a rule a client on this machine may publish to the hub, and nobody else") {
  const std::string lines =
      GENERATE("", "RTMPTAuthorize On\n", "RTMPTAuthorize Off\n",
               "<Location \"/live\">\n<Limit PLAY>\nRequire all granted\n</Limit>\n</Location>\n");
  CAPTURE(lines);
  HttpdFixture httpd(announced_hub(lines));
  const bool is_asked = has(lines, "Authorize On") || has(lines, "<Limit");
  if (is_asked) httpd.error_log().expect("RTMPT193: 403 for client 203.0.113.9.* no Require line says who may publish");
  httpd.start();
  const Published stranger = publish_from(foreign(httpd), "cam");
  CAPTURE(stranger.answer);
  CHECK(stranger.is_denied());
  CHECK(publish_from(httpd.plain(), "cam").is_allowed());
  const SessionLogFile log(httpd.root() / "logs/session.log");
  const auto all = log.wait_for(1);
  CHECK(has(all.front(), "203.0.113.9 rtmp hub:main live/"));
  CHECK(has(all.front(), "stream-refused"));
}

TEST_CASE("A rule for PUBLISH lets publishers in, and holds for its own streams alone") {
  HttpdFixture httpd(announced_hub(publishing_rule()));
  write_members(httpd);
  httpd.error_log().expect("RTMPT193: 401 for client 203.0.113.1");
  httpd.error_log().expect("RTMPT193: 403 for client 203.0.113.3.* no Require line says who may publish");
  httpd.start();
  CHECK(publish_from(foreign(httpd, 1), "cam").is_denied());
  CHECK(publish_from(foreign(httpd, 2), with_password("cam")).is_allowed());
  CHECK(publish_from(foreign(httpd, 3), "cam", "elsewhere").is_denied());
}

TEST_CASE("A rule that names no method is one for publishers where RTMPTAuthorize is On") {
  const std::string rule = "<Location \"/live\">\nRequire ip 203.0.113.0/24\n</Location>\n";
  HttpdFixture httpd(announced_hub("RTMPTAuthorize On\n" + rule));
  httpd.start();
  CHECK(publish_from(foreign(httpd), "cam").is_allowed());
}

TEST_CASE("Everybody plays from a hub without rules") {
  HttpdFixture httpd(announced_hub(""));
  httpd.start();
  RtmpClient client(foreign(httpd));
  client.connect("live");
  const std::string create = amf_string("createStream") + amf_number(4) + amf_null();
  client.send(chunks({.payload = create}) + chunks({.stream = 4, .payload = start_payload("play", "cam")}));
  const std::string answer = answer_until(client, "NetStream.Play.Start");
  CAPTURE(answer);
  CHECK(has(answer, "NetStream.Play.Start"));
}

TEST_CASE("A proxy on this machine that names its client publishes for nobody") {
  HttpdFixture httpd(hub_options());
  httpd.start();
  TunnelClient client(httpd.plain(), "X-Forwarded-For: 203.0.113.9\r\n");
  client.open();
  const std::string hello = handshake() + chunks({.payload = connect_payload({{"app", amf_string("live")}})});
  client.send(hello + publish_commands("cam"));
  std::string heard;
  eventually("the hub answers", [&] {
    const auto answer = client.idle();
    heard += answer.status == 200 ? answer.body : "";
    return has(heard, "NetStream.Publish.") || answer.status != 200;
  });
  CHECK(has(heard, kDenied));
}

TEST_CASE("configtest says which lines a hub needs") {
  struct Row {
    std::string lines;
    std::string said; // empty: nothing about hubs
  };
  const std::string rule = publishing_rule();
  const Row table[] = {
      {"RTMPTProxyPass hub:main\n", "RTMPT562.*only clients on this machine may publish to hub:main.*<Limit PUBLISH>"},
      {"RTMPTProxyPass hub:main\nRTMPTAuthorize Off\n" + rule, "RTMPT562.*expected RTMPTAuthorize On"},
      {"RTMPTProxyPass hub:main\n" + rule, ""},
      {"RTMPTProxyPass hub:main\nRTMPTAuthorize On\n<Location \"/live\">\nRequire local\n</Location>\n", ""},
      {"RTMPTProxyPass hub:main\nRTMPTAuthorize On\n<Location \"/s\">\nSetHandler server-status\nRequire local\n"
       "</Location>\n",
       "RTMPT562"},
      {"RTMPTProxyPass hub:main\n<Location \"/live\">\n<Limit PUBLISH>\nRequire all granted\n</Limit>\n</Location>\n",
       "RTMPT606: .*:[0-9]+: <Location \"/live\"> <Limit PUBLISH> Require all granted lets everybody publish to"
       " hub:main.*Require valid-user"},
      {"RTMPTProxyPass hub:main\nRTMPTAuthorize On\n<Location \"/live\">\nRequire all granted\n</Location>\n",
       "RTMPT606.*<Location \"/live\"> Require all granted lets everybody"},
      {"RTMPTProxyPass hub:main\n<Location \"/\">\nRequire all granted\n</Location>\n" + rule, ""},
      {"RTMPTProxyPass hub:main\n<Location \"/live\">\n<Limit PUBLISH>\n<RequireAll>\nRequire all granted\nRequire ip"
       " 192.0.2.0/24\n</RequireAll>\n</Limit>\n</Location>\n",
       ""},
      {"RTMPTProxyPass hub:\n" + rule, "RTMPT563.*have the same name, and each has a hub of its own"},
      {"RTMPTProxyPass hub:main\nRTMPTForwardClient none\n" + rule, "RTMPT565.*RTMPTForwardClient none has no effect"},
      {"RTMPTProxyPassMatch Host . hub:main\n", "RTMPT562"},
      {"RTMPTProxyPass rtmp://127.0.0.1\nRTMPTWatch flv\n", "RTMPT568.*RTMPTWatch has no effect"},
  };
  for (const Row& row : table) {
    CAPTURE(row.lines, row.said);
    HttpdOptions options;
    options.more_modules = {"authn_file", "auth_basic", "authz_user", "status"};
    options.site = row.lines;
    const HttpdFixture httpd(options);
    const CommandResult result = httpd.configtest();
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
    if (row.said.empty())
      CHECK_FALSE(std::regex_search(result.output, std::regex("RTMPT(56[0-9]|606)")));
    else
      CHECK(std::regex_search(result.output, std::regex(row.said)));
  }
}

TEST_CASE("What is no hub is refused with what was expected") {
  struct Row {
    std::string lines;
    std::string said;
  };
  const Row table[] = {
      {"RTMPTProxyPass hub:main retry=0\n", "RTMPT560.*expected nothing after the hub"},
      {"RTMPTProxyPass hub://main\n", "RTMPT010.*is no hub: expected hub: for the virtual host's own, or hub:name"},
      {"RTMPTProxyPass hub:a.b\n", "RTMPT010.*is no hub"},
      {"RTMPTProxyPass hub:main\nRTMPTGopCache 1K\n", "RTMPT561.*expected Off, or a size between 64K and 64M"},
      {"RTMPTProxyPass hub:main\nRTMPTWatch hls\n", "RTMPT566.*'hls': expected flv, ws or both, or Off"},
      {"RTMPTProxyPass hub:main\nRTMPTAllowOrigin www.example.com\n", "RTMPT567.*is no origin: expected http://host"},
      {"RTMPTProxyPass hub:main\nRTMPTHubWait 11min\n", "RTMPT014.*expected a time between 0 and 600s"},
      {"<Proxy \"balancer://media\">\nBalancerMember hub:main\n</Proxy>\nRTMPTProxyPass balancer://media\n",
       "RTMPT564.*BalancerMember.*expected RTMPTProxyPass hub:main"},
      {"ProxyPass / hub:main\n", "RTMPT564.*ProxyPass.*expected RTMPTProxyPass hub:main"},
  };
  for (const Row& row : table) {
    CAPTURE(row.lines, row.said);
    HttpdOptions options;
    options.site = row.lines;
    const HttpdFixture httpd(options);
    const CommandResult result = httpd.configtest();
    CAPTURE(result.output);
    CHECK(result.exit_code != 0);
    CHECK(std::regex_search(result.output, std::regex(row.said)));
  }
}
