// SPDX-License-Identifier: Apache-2.0
// What httpd answers when the gateway asks about clients that log in by Adobe's authmod.
#include "rtmp/ask_site.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/built.hpp"
#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"

#include <rtmpt_proxy/policy/login/adobe_proof.hpp>
#include <rtmpt_proxy/policy/routing/ask_target.hpp>
#include <rtmpt_proxy/protocol/text/percent_text.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <utility>

#include <openssl/evp.h>

using namespace rtmpt_proxy::test;
namespace policy = rtmpt_proxy::policy;
namespace protocol = rtmpt_proxy::protocol;

namespace {

const std::string kDigest =
    "AuthType Digest\nAuthName \"Studio 1\"\nAuthDigestProvider file\nAuthUserFile @ROOT@/streamers\n";
constexpr const char* kRealm = "RTMPT-Realm: Studio%201\r\n";
constexpr const char* kName = "RTMPT-Login: authmod%3Dadobe%26user%3Dalice\r\n"; // the second step
constexpr const char* kPublishes = "RTMPT-Publishes: 1\r\n";
constexpr const char* kRefusedLine = "RTMPT193";

policy::Md5 md5(std::string_view text) {
  policy::Md5 result{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), result.data(), &size, EVP_md5(), nullptr);
  return result;
}

std::string digits(const policy::Md5& hash) {
  std::string text;
  for (const std::uint8_t byte : hash)
    text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  return text;
}

// As htdigest writes it.
std::string member(const std::string& user, const std::string& realm, const std::string& password) {
  return user + ":" + realm + ":" + digits(md5(user + ":" + realm + ":" + password)) + "\n";
}

// The header by which the gateway tells a client's answer.
std::string login(const std::string& user, const std::string& password, const std::string& realm = "Studio 1") {
  const std::string response = policy::adobe_response(md5(user + ":" + realm + ":" + password), "0a", "c1", md5);
  const std::string query = to_query(protocol::AdobeLogin{user, "0a", "c1", response});
  return std::string(rtmpt_proxy::policy::kAskLoginHeader) + ": " + protocol::percent_encoded(query) + "\r\n";
}

HttpdOptions login_options(const std::string& rules, const std::string& mpm = "event") {
  HttpdOptions options = streaming("RTMPTAdobeLogin On\n" + rules, mpm);
  options.more_modules = {"authn_file", "auth_digest", "auth_basic", "authz_user"};
  return options;
}

struct LoginSite : AskSite {
  explicit LoginSite(const HttpdOptions& options) : AskSite(options), vhost(vhost_key(httpd().plain())) {
    write_file(httpd().root() / "streamers", member("alice", "Studio 1", "right-hushhush") +
                                                 member("bob", "Studio 1", "second-hushhush") +
                                                 member("alice", "Other", "other-hushhush"));
    httpd().error_log().allow(kRefusedLine);
    httpd().error_log().allow("AH01630|AH01631|AH01629");
  }

  AskAnswer connect(const std::string& path, const std::string& headers) {
    return open(path, "Host: localhost\r\n" + headers);
  }
  AskAnswer tunnel_connect(const std::string& path, const std::string& headers) {
    return ask("OPEN", path, vhost, headers);
  }
  AskAnswer publish(const std::string& path, const std::string& headers) {
    return ask("PUBLISH", path, vhost, headers);
  }

  std::string vhost;
};

bool names_realm(const AskAnswer& answer) {
  return answer.text.find(kRealm) != std::string::npos;
}

} // namespace

TEST_CASE("Who has to log in is told the realm, and gets in by the right answer alone") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  LoginSite site(login_options("<Location \"/live\">\n" + kDigest + "Require user alice\n</Location>\n", mpm));
  for (const bool by_tunnel : {false, true}) {
    CAPTURE(by_tunnel);
    const auto connect = [&](const std::string& headers) {
      return by_tunnel ? site.tunnel_connect("/live", headers) : site.connect("/live", headers);
    };
    for (const std::string& step : {std::string(), std::string(kName)}) {
      const AskAnswer asked = connect(step);
      CHECK(asked.status == 401);
      CHECK(names_realm(asked));
      CHECK_FALSE(has_note(asked, "admission"));
    }
    CHECK(site.httpd().error_log().matching(kRefusedLine).empty()); // steps are no refusals
    const AskAnswer right = connect(login("alice", "right-hushhush"));
    CHECK(right.status == 200);
    if (by_tunnel)
      CHECK(right.text.find("RTMPT-User: alice\r\n") != std::string::npos);
    else
      CHECK(has_note(right, " user=alice "));
  }
  for (const std::string& wrong :
       {login("alice", "wrong-hushhush"), login("alice", "second-hushhush"), login("bob", "second-hushhush"),
        login("carol", "right-hushhush"), login("alice", "other-hushhush", "Other")}) {
    CAPTURE(wrong);
    for (const bool by_tunnel : {false, true}) {
      const AskAnswer refused = by_tunnel ? site.tunnel_connect("/live", wrong) : site.connect("/live", wrong);
      CHECK(refused.status == 401);
      CHECK_FALSE(names_realm(refused));
    }
  }
  site.httpd().error_log().wait_for("RTMPT193: 401 for client 192.0.2.7, .*: no such user has this password", 1);
}

TEST_CASE("The login of a connect is checked again for each publish and play of the session") {
  LoginSite site(login_options("<Location \"/live\">\n" + kDigest +
                               "<Limit PUBLISH>\nRequire user alice\n</Limit>\n</Location>\n<Location \"/other\">\n"
                               "AuthType Digest\nAuthName Other\nAuthDigestProvider file\n"
                               "AuthUserFile @ROOT@/streamers\nRequire valid-user\n</Location>\n"));
  const std::string right = login("alice", "right-hushhush");
  const AskAnswer answer = site.publish("/live/cam1", right);
  CHECK(answer.status == 200);
  CHECK(answer.text.find("RTMPT-User: alice\r\n") != std::string::npos);
  CHECK(site.publish("/live/cam1", login("bob", "second-hushhush")).status == 401);
  CHECK(site.publish("/live/cam1", "").status == 401);
  CHECK(site.publish("/live/cam1", kName).status == 401);
  CHECK(site.ask("PLAY", "/live/cam1", site.vhost).status == 200);
  CHECK(site.publish("/other/cam1", right).status == 401); // the same name in another realm is somebody else
  CHECK(site.publish("/other/cam1", login("alice", "other-hushhush", "Other")).status == 200);
  // A password that was changed meanwhile does no more.
  write_file(site.httpd().root() / "streamers", member("alice", "Studio 1", "new-hushhush"));
  CHECK(site.publish("/live/cam1", right).status == 401);
  site.httpd().error_log().wait_for("RTMPT193: 401 .* which would publish live/cam1 ", 2);
}

TEST_CASE("Who says that it will publish has to log in at connect, where publishing needs it, and viewers do not") {
  LoginSite site(login_options("<Location \"/live\">\n" + kDigest +
                               "<Limit PUBLISH>\nRequire user alice\n</Limit>\n</Location>\n"));
  for (const bool by_tunnel : {false, true}) {
    CAPTURE(by_tunnel);
    const auto connect = [&](const std::string& headers) {
      return by_tunnel ? site.tunnel_connect("/live", headers) : site.connect("/live", headers);
    };
    CHECK(connect("").status == 200);
    const AskAnswer asked = connect(kPublishes);
    CHECK(asked.status == 401);
    CHECK(names_realm(asked));
    CHECK(connect(kPublishes + std::string(kName)).status == 401);
    const AskAnswer right = connect(kPublishes + login("alice", "right-hushhush"));
    CHECK(right.status == 200);
    CHECK((has_note(right, " user=alice ") || right.text.find("RTMPT-User: alice\r\n") != std::string::npos));
    const AskAnswer wrong = connect(kPublishes + login("alice", "wrong-hushhush"));
    CHECK(wrong.status == 401);
    CHECK_FALSE(names_realm(wrong));
  }
  CHECK(site.connect("/free", kPublishes).status == 200);
}

TEST_CASE("A user and password that are written as text are compared with the same file") {
  LoginSite site(login_options("<Location \"/live\">\n" + kDigest + "Require valid-user\n</Location>\n"));
  const auto basic = [](const std::string& base64) { return "Authorization: Basic " + base64 + "\r\n"; };
  const AskAnswer right = site.publish("/live/cam1", basic("YWxpY2U6cmlnaHQtaHVzaGh1c2g="));
  CHECK(right.status == 200);
  CHECK(right.text.find("RTMPT-User: alice\r\n") != std::string::npos);
  CHECK(site.publish("/live/cam1", basic("YWxpY2U6d3JvbmctaHVzaGh1c2g=")).status == 401);
  CHECK(site.publish("/live/cam1", basic("YWxpY2U=")).status == 401); // no colon
  CHECK(site.publish("/live/cam1", basic("!")).status == 401);
  CHECK(site.publish("/live/cam1", basic("OnJpZ2h0LWh1c2hodXNo")).status == 401); // no user
}

TEST_CASE("Who needs a login and a token is told to log in at connect, and shows the token when it publishes") {
  const TempDir dir;
  const auto keys = dir.path() / "keys";
  write_file(keys, "a hushhush-0123456789abcdef-0123456789abcdef\n");
  std::filesystem::permissions(keys, std::filesystem::perms(0600));
  const auto rules = [&](const std::string& group) {
    return "RTMPTTokenKeys " + keys.string() + "\n<Location \"/live\">\n" + kDigest + "<Limit PUBLISH>\n<" + group +
           ">\nRequire stream-token\nRequire user alice\n</" + group + ">\n</Limit>\n</Location>\n";
  };
  const std::string right = login("alice", "right-hushhush");
  for (const std::string group : {"RequireAll", "RequireAny"}) {
    CAPTURE(group);
    LoginSite site(login_options(rules(group)));
    for (const bool by_tunnel : {false, true}) {
      CAPTURE(by_tunnel);
      const auto connect = [&](const std::string& headers) {
        return by_tunnel ? site.tunnel_connect("/live", headers) : site.connect("/live", headers);
      };
      CHECK(connect("").status == 200);
      const AskAnswer asked = connect(kPublishes);
      CHECK(asked.status == 401);
      CHECK(names_realm(asked));
      CHECK(connect(kPublishes + right).status == 200);
    }
    CHECK(site.publish("/live/cam1", right).status == (group == "RequireAll" ? 403 : 200));
  }
}

TEST_CASE("Where a token alone is wanted, nobody is told to log in") {
  const TempDir dir;
  const auto keys = dir.path() / "keys";
  write_file(keys, "a hushhush-0123456789abcdef-0123456789abcdef\n");
  std::filesystem::permissions(keys, std::filesystem::perms(0600));
  LoginSite site(login_options("RTMPTTokenKeys " + keys.string() +
                               "\n<Location \"/live\">\nRequire stream-token\n</Location>\n<Location \"/digest\">\n" +
                               kDigest + "Require stream-token\n</Location>\n"));
  CHECK(site.connect("/live", kPublishes).status == 200);
  CHECK(site.connect("/digest", kPublishes).status == 200);
  CHECK(site.publish("/live/cam1", "").status == 403);
}

TEST_CASE("Each AuthnProviderAlias of a path is asked with its own file") {
  HttpdOptions options =
      login_options("<Location \"/live\">\nAuthType Digest\nAuthName \"Studio 1\"\nAuthDigestProvider first second\n"
                    "Require valid-user\n</Location>\n");
  options.global += "<AuthnProviderAlias file first>\nAuthUserFile @ROOT@/streamers\n</AuthnProviderAlias>\n"
                    "<AuthnProviderAlias file second>\nAuthUserFile @ROOT@/guests\n</AuthnProviderAlias>\n";
  LoginSite site(options);
  write_file(site.httpd().root() / "guests", member("dora", "Studio 1", "third-hushhush"));
  for (const auto& [user, password] : {std::pair{"alice", "right-hushhush"}, std::pair{"dora", "third-hushhush"}}) {
    CAPTURE(user);
    CHECK(site.publish("/live/cam1", login(user, password)).status == 200);
    CHECK(site.connect("/live", login(user, password)).status == 200);
    CHECK(site.publish("/live/cam1", login(user, "wrong-hushhush")).status == 401);
  }
}

TEST_CASE("Without RTMPTAdobeLogin, or without AuthType Digest, a login says nothing") {
  const std::string rules = "<Location \"/live\">\n" + kDigest + "Require valid-user\n</Location>\n";
  HttpdOptions options = login_options("RTMPTAdobeLogin Off\n" + rules + "RTMPTAuthorize On\n");
  LoginSite off(options);
  off.httpd().error_log().allow("AH01790|AH01782|AH01788");
  for (const std::string& headers : {std::string(), std::string(kName), login("alice", "right-hushhush")}) {
    const AskAnswer answer = off.publish("/live/cam1", headers);
    CHECK(answer.status == 401);
    CHECK_FALSE(names_realm(answer));
  }
  LoginSite open(login_options("<Location \"/basic\">\nAuthType Basic\nAuthName \"Studio 1\"\nAuthBasicProvider file\n"
                               "AuthUserFile @ROOT@/streamers\nRequire valid-user\n</Location>\n"));
  CHECK(open.publish("/live/cam1", login("alice", "wrong-hushhush")).status == 200);
  const AskAnswer basic = open.publish("/basic/cam1", login("alice", "right-hushhush"));
  CHECK(basic.status == 401);
  CHECK_FALSE(names_realm(basic));
}

TEST_CASE("The headers of a login say nothing in a request from the network, and no log has them") {
  LoginSite site(login_options("<Location \"/live\">\n" + kDigest +
                               "Require valid-user\n</Location>\n"
                               "CustomLog @ROOT@/logs/all.log \"%>s %r %q %{RTMPT-Login}i %{RTMPT-Query}i %u\"\n"));
  site.httpd().error_log().allow("AH01790|AH01782|AH01788");
  const std::string right = login("alice", "right-hushhush");
  CHECK(HttpConnection(site.httpd().plain())
            .exchange("GET /live HTTP/1.1\r\nHost: localhost\r\n" + right + "Connection: close\r\n\r\n")
            .status == 401);
  CHECK(site.publish("/live/cam1", right).status == 200);
  site.httpd().stop();
  const std::string log = read_file(site.httpd().root() / "logs/all.log");
  CHECK(log.find("200 PUBLISH /live/cam1 HTTP/1.1  - - alice\n") != std::string::npos);
}

TEST_CASE("fail2ban finds wrong logins, and no step on the way to a right one") {
  LoginSite site(login_options("<Location \"/live\">\n" + kDigest + "Require valid-user\n</Location>\n"));
  const auto connect_from = [&](const std::string& address, const std::string& headers) {
    protocol::AskPreamble about = site.preamble();
    about.client.source.address = *protocol::parse_ip_address(address);
    return site.open(about, "/live", "Host: localhost\r\n" + headers).status;
  };
  CHECK(connect_from("192.0.2.11", "") == 401);
  CHECK(connect_from("192.0.2.12", kName) == 401);
  CHECK(connect_from("192.0.2.13", login("alice", "wrong-hushhush")) == 401);
  CHECK(connect_from("192.0.2.14", login("alice", "right-hushhush")) == 200);
  site.httpd().error_log().wait_for(kRefusedLine, 1);
  const auto found = run_command({"fail2ban-regex", "-o", "ip", (site.httpd().root() / "logs/error.log").string(),
                                  built::conf_folder() + "/fail2ban/rtmpt.conf"});
  CAPTURE(found.output, read_file(site.httpd().root() / "logs/error.log"));
  CHECK(found.output == "192.0.2.13\n");
}
