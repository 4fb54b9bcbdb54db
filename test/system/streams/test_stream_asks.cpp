// SPDX-License-Identifier: Apache-2.0
// What httpd answers when the gateway asks who may publish and play.
#include "rtmp/ask_site.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/built.hpp"
#include "support/os/child_process.hpp"
#include "support/os/text_file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;
namespace protocol = rtmpt_proxy::protocol;

namespace {

constexpr const char* kRefusedLine = "RTMPT193";
constexpr const char* kAlice = "Authorization: Basic YWxpY2U6cmlnaHQtaHVzaGh1c2g=\r\n"; // right-hushhush
constexpr const char* kWrong = "Authorization: Basic YWxpY2U6d3JvbmctaHVzaGh1c2g=\r\n"; // wrong-hushhush
constexpr const char* kBob = "Authorization: Basic Ym9iOnNlY29uZC1odXNoaHVzaA==\r\n";   // second-hushhush
constexpr const char* kMembers = "alice:{SHA}Hb/+2Uu2T+qIBSRw6h5YS9Wbb8U=\nbob:{SHA}LgvHBs556lc8FdyTDUMzphvcjqI=\n";
constexpr const char* kSecrets[] = {"hushhush", "YWxpY2U6", "Ym9iOn"};

const std::string kPassword = "AuthType Basic\nAuthName streams\nAuthBasicProvider file\nAuthUserFile @ROOT@/members\n";

HttpdOptions guarded_streams(const std::string& rules) {
  HttpdOptions options = streaming(rules);
  options.more_modules = {"authn_file", "auth_basic", "authz_user", "rewrite"};
  return options;
}

// A site with members, and the key of its first virtual host.
struct StreamSite : AskSite {
  explicit StreamSite(const HttpdOptions& options) : AskSite(options), vhost(vhost_key(httpd().plain())) {
    write_file(httpd().root() / "members", kMembers);
    httpd().error_log().allow(kRefusedLine);
  }

  int publish(const std::string& path, const std::string& headers = {}) {
    return ask("PUBLISH", path, vhost, headers).status;
  }
  int play(const std::string& path, const std::string& headers = {}) {
    return ask("PLAY", path, vhost, headers).status;
  }

  std::string vhost;
};

// What stands in all files of the folder of logs together.
std::string all_logs(HttpdFixture& httpd) {
  httpd.stop();
  std::string text;
  for (const auto& file : std::filesystem::recursive_directory_iterator(httpd.root() / "logs"))
    if (file.is_regular_file()) text += read_file(file.path());
  return text;
}

} // namespace

TEST_CASE("A password for publishing binds who publishes, and nobody who plays") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  CAPTURE(mpm);
  HttpdOptions options = guarded_streams("<Location \"/live\">\n<Limit PUBLISH>\n" + kPassword +
                                         "Require user alice\n</Limit>\n</Location>\n");
  options.mpm = mpm;
  StreamSite site(options);
  for (const std::string line : {"RTMPT193: 401 for client 192.0.2.7, session asked, which would publish live/cam1 at "
                                 "virtual host localhost",
                                 "AH01617", "AH01618|AH01630|AH01631"})
    site.httpd().error_log().allow(line);
  CHECK(site.publish("/live/cam1") == 401);
  CHECK(site.publish("/live/cam1", kWrong) == 401);
  CHECK(site.publish("/live/cam1", kBob) == 401); // a user, but not this one
  CHECK(site.publish("/live/cam1", kAlice) == 200);
  CHECK(site.publish("/live/deep/cam1", kAlice) == 200);
  CHECK(site.publish("/live/cam1", "Authorization: Basic !\r\n") == 401);
  CHECK(site.play("/live/cam1") == 200);
  CHECK(site.play("/live/cam1", kWrong) == 200);
  CHECK(site.publish("/other/cam1") == 200);
  const AskAnswer opened = site.open("/live");
  CHECK(opened.status == 200);
  CAPTURE(opened.notes);
  CHECK(has_note(opened, "authorize=1 host=localhost vhost=" + site.vhost));
  CHECK(fetch(site.httpd().plain(), "/").body == kPageText);
  site.httpd().error_log().wait_for(
      "RTMPT193: 401 for client 192.0.2.7, session asked, which would publish live/cam1 at "
      "virtual host localhost$");
  const std::string logs = all_logs(site.httpd());
  CHECK(logs.find(" PUBLISH /live/cam1 HTTP/1.1 401") != std::string::npos);
  CHECK(logs.find(" PUBLISH /live/cam1 HTTP/1.1 200") != std::string::npos);
  for (const char* const secret : kSecrets)
    CHECK(logs.find(secret) == std::string::npos);
}

TEST_CASE("Rules of every kind hold for the path and the method of a stream") {
  StreamSite site(guarded_streams(R"conf(
CustomLog @ROOT@/logs/streams.log "%>s %m %U%q %{rtmpt-tunnel}e %{kind}^RT %{session}^RT"
<Location "/quiet">
  Require method OPEN PLAY
</Location>
<Location "/mute">
  <RequireAll>
    Require all granted
    Require not method PLAY
  </RequireAll>
</Location>
<Location "/near">
  Require ip 192.0.2.0/28
</Location>
<Location "/far">
  <RequireAll>
    Require not ip 192.0.2.7
    Require all granted
  </RequireAll>
</Location>
<LocationMatch "^/rooms/(?!(?:red|blue)$)">
  <Limit PUBLISH>
    Require all denied
  </Limit>
</LocationMatch>
<Location "/rest">
  <LimitExcept PLAY OPEN>
    Require ip 198.51.100.1
  </LimitExcept>
</Location>
<Location "/key">
  Require expr "%{QUERY_STRING} =~ /^key=open-hushhush$/"
</Location>
<Location "/env">
  SetEnvIf Request_Method ^PUBLISH$ here_publishes
  <RequireAll>
    Require all granted
    Require not env publishes
    Require not env here_publishes
  </RequireAll>
</Location>
<Location "/uri">
  Require env let_in
</Location>
<If "%{REQUEST_METHOD} == 'PLAY' && %{REQUEST_URI} =~ m#^/iffy/#">
  Require all denied
</If>
<Location "/house">
  RewriteEngine On
  RewriteCond %{REQUEST_METHOD} =PLAY
  RewriteRule . - [F]
</Location>
SetEnvIf Request_Method ^PUBLISH$ publishes
SetEnvIf Request_URI ^/uri/good let_in
RewriteEngine On
RewriteRule ^/banned/ - [F]
RewriteCond %{REQUEST_METHOD} =PUBLISH
RewriteRule ^/vod/ - [R=403]
RewriteCond %{QUERY_STRING} token=bad
RewriteRule ^/tokens/ - [F]
RewriteRule ^/moved/(.*) /elsewhere/$1 [R=301]
ProxyPass "/static" "!"
FallbackResource /index.html
)conf"));
  site.httpd().error_log().expect("AH01630: client denied by server configuration: rtmpt:p(ublish|lay)$");
  site.httpd().error_log().allow("AH01797|AH01630");
  struct Row {
    std::string path;
    int publish;
    int play;
  };
  const Row rows[] = {
      {"/free/cam1", 200, 200}, {"/quiet/cam1", 403, 200},  {"/mute/cam1", 200, 403},   {"/near/cam1", 200, 200},
      {"/far/cam1", 403, 403},  {"/rooms/red", 200, 200},   {"/rooms/green", 403, 200}, {"/rooms/red/x", 403, 200},
      {"/rest/cam1", 403, 200}, {"/key/cam1", 403, 403},    {"/env/cam1", 403, 200},    {"/uri/good", 200, 200},
      {"/uri/bad", 403, 403},   {"/iffy/cam1", 200, 403},   {"/house/cam1", 200, 403},  {"/banned/cam1", 403, 403},
      {"/vod/film", 403, 200},  {"/tokens/cam1", 200, 200}, {"/moved/cam1", 200, 200},  {"/static/cam1", 404, 404},
      {"/free/", 200, 200},     {"/index.html", 200, 200},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(site.publish(row.path) == row.publish);
    CHECK(site.play(row.path) == row.play);
  }
  CHECK(site.publish("/key/cam1", "RTMPT-Query: key=open-hushhush\r\n") == 200);
  CHECK(site.publish("/key/cam1?key=open-hushhush") == 403); // nobody but RTMPT-Query says what the query is
  CHECK(site.play("/key/cam1", "RTMPT-Query: key=shut-hushhush\r\n") == 403);
  CHECK(site.play("/tokens/cam1", "RTMPT-Query: token=bad&more=hushhush\r\n") == 403);
  const std::string logs = all_logs(site.httpd());
  CHECK(logs.find("\n200 PUBLISH /key/cam1 publish publish asked\n") != std::string::npos);
  CHECK(logs.find("\n403 PLAY /key/cam1 play play asked\n") != std::string::npos);
  CHECK(logs.find("hushhush") == std::string::npos);
}

TEST_CASE("The connect of RTMPT is asked as OPEN of its application, and opens nothing") {
  StreamSite site(guarded_streams("<Location \"/live\">\n" + kPassword + "Require valid-user\n</Location>\n" +
                                  "<Location \"/key\">\nRequire expr \"%{QUERY_STRING} == 'key=good'\"\n</Location>\n" +
                                  "<Location \"/open\">\nRequire all denied\n</Location>\nRTMPTAuthorize On\n"));
  site.httpd().error_log().allow("AH01630|AH01617");
  CHECK(site.open("/free").status == 403); // a session of RTMP; the rules for /open/1 keep it out
  const auto connect = [&](const std::string& path, const std::string& headers) {
    return site.ask("OPEN", path, site.vhost, headers);
  };
  CHECK(connect("/free", "").status == 200);
  CHECK(connect("/live", "").status == 401);
  CHECK(connect("/live", kWrong).status == 401);
  const AskAnswer allowed = connect("/live", kAlice);
  CHECK(allowed.status == 200);
  CHECK_FALSE(has_note(allowed, "admission"));
  CHECK(allowed.text.find("Content-Length: 0") != std::string::npos);
  CHECK(connect("/key", "RTMPT-Query: key=good\r\n").status == 200);
  CHECK(connect("/key", "RTMPT-Query: key=bad\r\n").status == 403);
  CHECK(connect("/live", "").status == 401);
  CHECK_FALSE(has_note(site.send(""), "refused")); // the session log tells sessions, and this one is there
  site.httpd().error_log().wait_for(
      "RTMPT193: 401 for client 192.0.2.7, session asked, which would connect by RTMPT to /live");
}

TEST_CASE("A question about a session of another virtual host is misdirected") {
  HttpdOptions options = streaming();
  options.more_hosts = "<VirtualHost *:@PORT@>\nServerName second.example\nRTMPTProxyPass rtmp://127.0.0.1:19350\n"
                       "</VirtualHost>\n<VirtualHost *:@PORT@>\nServerName pages.example\n</VirtualHost>\n";
  StreamSite site(options);
  const std::string second = vhost_key(site.httpd().plain(), "second.example");
  const std::string pages = vhost_key(site.httpd().plain(), "pages.example");
  for (const std::string method : {"PUBLISH", "PLAY", "OPEN"}) {
    CAPTURE(method);
    const auto ask = [&](const std::string& vhost, const std::string& host) {
      return site.ask(method, "/live/cam1", vhost, {}, host).status;
    };
    CHECK(ask(site.vhost, "localhost") == 200);
    CHECK(ask(second, "second.example") == 200);
    CHECK(ask(second, "localhost") == 421);
    CHECK(ask(site.vhost, "second.example") == 421);
    CHECK(ask(site.vhost, "unknown.example") == 200); // the first one has all other names
    CHECK(ask(pages, "pages.example") == 404);        // it carries no streams any more
    CHECK(ask("", "localhost") == 421);
    CHECK(ask(site.vhost + "0", "localhost") == 421);
  }
  const std::string preamble = protocol::encode(site.preamble());
  for (const std::string method : {"PUBLISH", "PLAY"})
    CHECK(site.send(preamble + method + " /live/cam1 HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 421);
}

TEST_CASE("The headers of asks say nothing in a request from the network") {
  StreamSite site(streaming("<Location \"/closed\">\nRequire expr \"%{QUERY_STRING} == 'key=good'\"\n</Location>\n"));
  site.httpd().error_log().allow("AH01630");
  const std::string headers =
      "Host: localhost\r\nRTMPT-Vhost: " + site.vhost + "\r\nRTMPT-Query: key=good\r\nConnection: close\r\n\r\n";
  for (const std::string method : {"OPEN", "PUBLISH", "PLAY"})
    CHECK(HttpConnection(site.httpd().plain()).exchange(method + " /live/cam1 HTTP/1.1\r\n" + headers).status == 405);
  CHECK(HttpConnection(site.httpd().plain()).exchange("GET /closed HTTP/1.1\r\n" + headers).status == 403);
}

TEST_CASE("Names with odd characters are asked about as they are, and httpd reads nothing into them") {
  StreamSite site(guarded_streams("<Location \"/live/a b\">\nRequire all denied\n</Location>\n"
                                  "<LocationMatch \"^/live/[^/]*\\+\">\nRequire all denied\n</LocationMatch>\n"
                                  "CustomLog @ROOT@/logs/streams.log \"%>s %U\"\n"));
  for (const std::string line : {"AH01630", "AH10244: invalid URI path"})
    site.httpd().error_log().expect(line);
  CHECK(site.publish("/live/a%20b") == 403);
  CHECK(site.publish("/live/a%20c") == 200);
  CHECK(site.publish("/live/a%2Bb") == 403);
  CHECK(site.publish("/live/%22%3C%27%5C") == 200);
  CHECK(site.publish("/live/%C3%BC%0A%1B") == 200); // the gateway refuses such names itself
  CHECK(site.publish("/live/" + std::string(3000, 'a')) == 200);
  CHECK(site.publish("/live/" + std::string(9000, 'a')) == 414);
  CHECK(site.publish("/live/%zz") == 400);
  CHECK(site.publish("live/cam1") == 400);
  CHECK(site.publish("/live/%00") == 404);
  const std::string logs = all_logs(site.httpd());
  CHECK(logs.find("200 /live/\\xc3\\xbc\\n\\x1b\n") != std::string::npos);
}

TEST_CASE("An error document cannot let a client in") {
  HttpdOptions options = guarded_streams(
      "<Location \"/members\">\n" + kPassword +
      "Require valid-user\n</Location>\n"
      "<Location \"/closed\">\nRequire all denied\n</Location>\n<Location \"/granted.asis\">\n"
      "SetHandler send-as-is\n</Location>\nErrorDocument 400 /granted.asis\nErrorDocument 401 /granted.asis\n"
      "ErrorDocument 403 /granted.asis\nErrorDocument 414 /granted.asis\nErrorDocument 421 /granted.asis\n"
      "ErrorDocument 404 http://localhost/elsewhere\nErrorDocument 500 /granted.asis\nRTMPTAuthorize On\n");
  options.more_modules.push_back("asis");
  StreamSite site(options);
  write_file(site.httpd().document_root() / "granted.asis", "Status: 200 Granted\nContent-Type: text/plain\n\nyes\n");
  for (const std::string line : {"AH01630", "AH10244: invalid URI path"})
    site.httpd().error_log().expect(line);
  CHECK(fetch(site.httpd().plain(), "/closed").status == 200); // so it goes with pages
  CHECK(site.publish("/closed/cam1") == 403);
  CHECK(site.play("/closed/cam1") == 403);
  CHECK(site.publish("/members/cam1") == 401);
  CHECK(site.ask("OPEN", "/closed", site.vhost).status == 403);
  CHECK(site.publish("/live/" + std::string(9000, 'a')) == 414);
  CHECK(site.publish("/live/%zz") == 400);
  CHECK(site.ask("PUBLISH", "/live/cam1", "other").status == 421);
  CHECK(site.publish("/live/%00") == 404);
  CHECK(site.open("/closed").status == 403);
}

TEST_CASE("No handler or file of the site answers in the place of the rules") {
  HttpdOptions options = guarded_streams("<Location \"/\">\nSetHandler server-status\n</Location>\n"
                                         "<Location \"/closed\">\nRequire all denied\n</Location>\n"
                                         "Alias /files @ROOT@/htdocs\nAliasMatch ^/live/ @ROOT@/htdocs/none\n"
                                         "ProxyPass /web http://127.0.0.1:9/\nRTMPTAuthorize On\n");
  options.global = "<Directory />\nRequire all denied\n</Directory>\n<Files \"cam*\">\nRequire all denied\n</Files>\n";
  options.more_modules.push_back("status");
  StreamSite site(options);
  site.httpd().error_log().expect("AH01630: client denied by server configuration: rtmpt:publish$");
  for (const std::string path : {"/live/cam1", "/files/cam1", "/files/", "/web/cam1", "/cam1"}) {
    CAPTURE(path);
    const AskAnswer answer = site.ask("PUBLISH", path, site.vhost);
    CHECK(answer.status == 200);
    CHECK(answer.text.find("Content-Length: 0") != std::string::npos);
  }
  CHECK(site.publish("/closed/cam1") == 403);
}

TEST_CASE("Where mod_ssl wants a certificate for a stream's own path, nobody gets in") {
  HttpdOptions options = streaming("RTMPTAuthorize On\n");
  options.more_hosts = "<VirtualHost *:@TLS_PORT@>\nServerName second.example\n"
                       "SSLEngine on\nSSLCertificateFile @ROOT@/certificate.pem\nSSLCertificateKeyFile @ROOT@/key.pem\n"
                       "SSLCACertificateFile @ROOT@/certificate.pem\nRTMPTProxyPass rtmp://127.0.0.1:19350\n"
                       "<Location \"/vip\">\nSSLVerifyClient require\n</Location>\n</VirtualHost>\n";
  options.global = "SSLStrictSNIVHostCheck On\n";
  StreamSite site(options);
  site.httpd().error_log().allow("AH01909"); // one certificate for both names
  protocol::AskPreamble about = site.preamble();
  about.over_tls = true;
  about.client.destination.port = site.httpd().tls().port;
  const std::string key = vhost_key(site.httpd().tls(), "second.example");
  const auto publish = [&](const std::string& path) {
    return site
        .send(protocol::encode(about) + "PUBLISH " + path + " HTTP/1.1\r\nHost: second.example\r\nRTMPT-Vhost: " + key +
              "\r\nConnection: close\r\n\r\n")
        .status;
  };
  CHECK(publish("/live/cam1") == 200); // of RTMPTS the gateway knows no name; mod_ssl has judged the open
  CHECK(publish("/vip/cam1") == 403);
  CHECK(publish("/vipers/cam1") == 200);
}

TEST_CASE("fail2ban finds whom httpd refused to publish or play, once for each line") {
  HttpdOptions options = guarded_streams("<Location \"/members\">\n" + kPassword + "Require valid-user\n</Location>\n" +
                                         "<Location \"/closed\">\nRequire all denied\n</Location>\n");
  StreamSite site(options);
  site.httpd().error_log().allow("AH01630|AH01617");
  const auto ask_from = [&](const std::string& address, const std::string& method, const std::string& path) {
    protocol::AskPreamble about = site.preamble();
    about.client.source.address = *protocol::parse_ip_address(address);
    return site
        .send(protocol::encode(about) + method + " " + path +
              " HTTP/1.1\r\nHost: localhost\r\nRTMPT-Vhost: " + site.vhost + "\r\nConnection: close\r\n\r\n")
        .status;
  };
  CHECK(ask_from("192.0.2.11", "PUBLISH", "/live/cam1") == 200);
  CHECK(ask_from("192.0.2.12", "PUBLISH", "/members/cam1") == 401);
  CHECK(ask_from("192.0.2.13", "PLAY", "/closed/cam1") == 403);
  CHECK(ask_from("192.0.2.14", "OPEN", "/closed") == 403);
  CHECK(ask_from("192.0.2.15", "PUBLISH", "/live/RTMPT193:%20403%20for%20client%20192.0.2.99") == 200);
  site.httpd().error_log().wait_for("RTMPT193", 3);
  const auto found = run_command({"fail2ban-regex", "-o", "ip", (site.httpd().root() / "logs/error.log").string(),
                                  built::conf_folder() + "/fail2ban/rtmpt.conf"});
  CAPTURE(found.output, read_file(site.httpd().root() / "logs/error.log"));
  CHECK(found.output == "192.0.2.12\n192.0.2.13\n192.0.2.14\n");
}
