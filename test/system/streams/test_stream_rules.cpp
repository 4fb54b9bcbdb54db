// SPDX-License-Identifier: Apache-2.0
// RTMPTAuthorize: where httpd is asked about streams, and what configtest says of rules about them.
#include "rtmp/ask_site.hpp"
#include "support/clients/http_connection.hpp"
#include "test/support/count_in.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kPass = "RTMPTProxyPass rtmp://127.0.0.1:19350\n";

struct Host {
  std::string lines;
  bool asks;
};

std::string name_of(std::size_t index) {
  return "host" + std::to_string(index) + ".example";
}

// One httpd with a virtual host for each.
void check_hosts(const std::vector<Host>& hosts, const std::string& global = {}) {
  HttpdOptions options;
  options.more_modules = {"rewrite", "allowmethods"};
  options.global = global;
  options.site = kPass;
  for (std::size_t i = 0; i < hosts.size(); ++i)
    options.more_hosts +=
        "<VirtualHost *:@PORT@>\nServerName " + name_of(i) + "\n" + kPass + hosts[i].lines + "</VirtualHost>\n";
  AskSite site(options);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    CAPTURE(hosts[i].lines, global);
    const AskAnswer answer = site.open("/live", "Host: " + name_of(i) + "\r\n");
    CHECK(answer.status == 200);
    CHECK(has_note(answer, std::string("authorize=") + (hosts[i].asks ? "1" : "0") + " host=" + name_of(i) +
                               " vhost=" + vhost_key(site.httpd().plain(), name_of(i))));
  }
}

std::string in_location(const std::string& lines) {
  return "<Location \"/elsewhere\">\n" + lines + "</Location>\n";
}

CommandResult configtest(const std::string& site, const std::string& global = {}) {
  HttpdOptions options;
  options.more_modules = {"authz_user"};
  options.global = global;
  options.plain_site = site;
  return HttpdFixture(options).configtest();
}

} // namespace

TEST_CASE("Where nobody says otherwise, httpd is asked as soon as a rule names PUBLISH or PLAY") {
  const std::string denied = "Require all denied\n";
  check_hosts({
      {"", false},
      {in_location("Require ip 192.0.2.0/24\n"), false},
      {in_location("<Limit PUBLISH>\n" + denied + "</Limit>\n"), true},
      {in_location("<Limit GET PLAY>\n" + denied + "</Limit>\n"), true},
      {in_location("<Limit GET POST>\n" + denied + "</Limit>\n"), false},
      {in_location("<LimitExcept GET>\n" + denied + "</LimitExcept>\n"), true},
      {in_location("<LimitExcept PLAY>\n" + denied + "</LimitExcept>\n"), true},
      {in_location("<LimitExcept PUBLISH PLAY>\n" + denied + "</LimitExcept>\n"), false},
      {"<Directory @ROOT@>\n<LimitExcept GET>\n" + denied + "</LimitExcept>\n</Directory>\n", false},
      {in_location("Require method PLAY\n"), true},
      {in_location("Require method GET\n"), false},
      {in_location("Require method GET OPEN\n"), true},
      {"SetEnvIf Request_Method ^PU publishes\n", false},
      {"SetEnvIf Request_Method ^G reads\n", false},
      {"<If \"%{REQUEST_METHOD} =~ /^PL/\">\n" + denied + "</If>\n", false},
      {"RewriteEngine On\nRewriteCond %{REQUEST_METHOD} !^(GET|POST)$\nRewriteRule ^/no/ - [F]\n", false},
      {in_location("<RequireAll>\n<RequireNone>\nRequire method PUBLISH\n</RequireNone>\nRequire all granted\n"
                   "</RequireAll>\n"),
       true},
      {in_location("<RequireAny>\nRequire method OPEN PLAY\n</RequireAny>\n"), true},
      {in_location("Require expr \"%{REQUEST_METHOD} == 'PLAY'\"\n"), true},
      {"<If \"%{REQUEST_METHOD} == 'PUBLISH'\">\n" + denied + "</If>\n", true},
      {"SetEnvIf Request_Method PUBLISH publishes\n", true},
      {"RewriteEngine On\nRewriteCond %{REQUEST_METHOD} PUBLISH\nRewriteRule ^/no/ - [F]\n", true},
      {in_location("AllowMethods OPEN PLAY\n"), true},
      {in_location("Require method PLAY\n") + "RTMPTAuthorize Off\n", false},
      {"RTMPTAuthorize On\n", true},
  });
}

TEST_CASE("A rule of the whole server holds for its virtual hosts, and RTMPTAuthorize is inherited") {
  check_hosts({{"", true}, {"RTMPTAuthorize Off\n", false}}, in_location("<Limit PUBLISH>\n</Limit>\n"));
  check_hosts({{"", true}, {"RTMPTAuthorize Off\n", false}}, "RTMPTAuthorize On\n");
  check_hosts({{in_location("Require method PLAY\n"), false}, {"RTMPTAuthorize On\n", true}}, "RTMPTAuthorize Off\n");
  check_hosts({{in_location("Require watching\n"), true}},
              "<AuthzProviderAlias method watching PLAY>\n</AuthzProviderAlias>\n");
}

TEST_CASE("httpd can be asked about streams of RTMPT where no RTMP is accepted") {
  HttpdOptions options;
  options.global = "RTMPTAcceptRTMP Off\n";
  options.site = std::string(kPass) + "RTMPTHandOver Off\n<Location \"/live\">\n<Limit PUBLISH>\nRequire ip 192.0.2.7\n"
                                      "</Limit>\n<Limit PLAY>\nRequire all denied\n</Limit>\n</Location>\n";
  AskSite site(options);
  site.httpd().error_log().allow("RTMPT193|AH01630");
  HttpConnection client(site.httpd().plain());
  CHECK(client.exchange("POST /open/1 HTTP/1.1\r\nHost: localhost:99\r\nContent-Length: 1\r\n\r\nx").status == 200);
  const std::string vhost = vhost_key(site.httpd().plain());
  CHECK(has_note(site.send(""), "ticket=0 "));
  CHECK(site.ask("PUBLISH", "/live/cam1", vhost).status == 200);
  CHECK(site.ask("PLAY", "/live/cam1", vhost).status == 403);
  CHECK(site.ask("OPEN", "/live", vhost).status == 200);
}

TEST_CASE("configtest says which rules about streams bind nobody, and which bind more than they say") {
  const std::string pass = kPass;
  const std::string rule = in_location("<Limit PUBLISH>\nRequire all denied\n</Limit>\n");
  const std::string implied = in_location("<LimitExcept GET POST>\nRequire all denied\n</LimitExcept>\n");

  const CommandResult off = configtest(pass + "RTMPTAuthorize Off\n" + rule);
  CHECK(off.exit_code == 0);
  CHECK(count_in(off.output, "RTMPT470: ") == 1);
  CHECK(off.output.find("<Limit PUBLISH> is a rule about streams, and ") != std::string::npos);
  CHECK(count_in(configtest(pass, "RTMPTAuthorize Off\n" + rule).output, "RTMPT470: ") == 1);
  CHECK(count_in(configtest(pass + "RTMPTAuthorize Off\n" + implied).output, "RTMPT470: ") == 1);
  CHECK(count_in(configtest(pass + implied).output, "RTMPT471: ") == 1);
  CHECK(count_in(configtest(pass + implied + rule).output, "RTMPT47") == 0);
  CHECK(count_in(configtest(pass + "RTMPTAuthorize On\n" + implied + rule).output, "RTMPT47") == 0);
  CHECK(count_in(configtest(pass + rule).output, "RTMPT47") == 0);
  CHECK(count_in(configtest(pass + "RTMPTAuthorize Off\n").output, "RTMPT47") == 0);
  CHECK(count_in(configtest(rule).output, "RTMPT") == 0); // no streams, so nothing is bound
  CHECK(count_in(configtest("RTMPTAuthorize On\n").output, "RTMPT171: ") == 1);

  const std::string for_files = "<Limit PUBLISH>\nRequire all denied\n</Limit>\n";
  const CommandResult proxy = configtest(pass + "<Proxy \"*\">\n" + for_files + "</Proxy>\n");
  CHECK(proxy.exit_code == 0);
  CHECK(count_in(proxy.output, "RTMPT472: ") == 1);
  CHECK(proxy.output.find("<Limit PUBLISH> binds no stream of ") != std::string::npos);
  CHECK(count_in(configtest(pass + rule, "<Directory />\n" + for_files + "</Directory>\n").output, "RTMPT472: ") == 1);
  CHECK(count_in(configtest(rule, "<Directory />\n" + for_files + "</Directory>\n").output, "RTMPT472") == 0);

  const CommandResult bad = configtest(pass + "RTMPTAuthorize Perhaps\n");
  CHECK(bad.exit_code != 0);
  CHECK(bad.output.find("RTMPT013: RTMPTAuthorize 'Perhaps': expected On or Off") != std::string::npos);

  const CommandResult buckets = configtest(pass + rule, "ListenCoresBucketsRatio 1\n");
  CHECK(buckets.exit_code != 0);
  CHECK(buckets.output.find("RTMPT190: ") != std::string::npos);
  CHECK(buckets.output.find("has rules about PUBLISH and PLAY: httpd cannot have both") != std::string::npos);
}

TEST_CASE("httpd says at each start that a rule about streams in a section for proxies binds nobody") {
  HttpdOptions options;
  options.site = std::string(kPass) + "<Proxy \"*\">\nRequire method PLAY OPEN POST\n</Proxy>\n";
  AskSite site(options);
  site.httpd().error_log().expect("RTMPT472: .*Require method PLAY OPEN POST binds no stream of ");
  site.httpd().error_log().wait_for("RTMPT472: .*Require method PLAY OPEN POST binds no stream of ");
  CHECK(has_note(site.open("/live"), "authorize=1 "));
}

TEST_CASE("A rule for an application binds RTMPT as well where streams are asked about") {
  const std::string lines =
      std::string(kPass) + "RTMPTAcceptRTMP On\n" + "<Location \"/live\">\nRequire ip 192.0.2.0/24\n</Location>\n";
  CHECK(count_in(configtest(lines).output, "RTMPT197: ") == 1);
  CHECK(count_in(configtest(lines + "RTMPTAuthorize On\n").output, "RTMPT197") == 0);
}

TEST_CASE("configtest says once for a virtual host that passwords for its streams cross the network readable") {
  const std::string pass = kPass;
  const std::string basic = "<Location \"/live\">\nAuthType Basic\nAuthName Studio\n<Limit PUBLISH>\n"
                            "Require valid-user\n</Limit>\n</Location>\n";
  const std::string digest = in_location("AuthType Digest\nAuthName Studio\nRequire valid-user\n");
  const auto notices = [](const std::string& site, const std::string& global = {}) {
    return count_in(configtest(site, global).output, "RTMPT511: ");
  };

  const CommandResult readable = configtest(pass + basic + basic);
  CAPTURE(readable.output);
  CHECK(readable.exit_code == 0);
  CHECK(count_in(readable.output, "RTMPT511: ") == 1);
  CHECK_THAT(readable.output, Catch::Matches("[^]*:notice\\][^]*RTMPT511: [^ ]*:[0-9]+: AuthType Basic wants a password"
                                             " for streams of virtual host [^\n]*passwords cross the network[^]*"));
  CHECK(notices(pass, basic) == 1);
  CHECK(notices(pass + "RTMPTAcceptRTMP On\n" + in_location("AuthType Basic\nRequire valid-user\n")) == 1);
  CHECK(notices(pass + "RTMPTAuthorize On\n<LocationMatch \"^/live\">\n<Limit PLAY>\nAuthType Basic\n</Limit>\n"
                       "</LocationMatch>\n") == 1);
  const CommandResult guessable = configtest(pass + "RTMPTAdobeLogin On\n" + digest);
  CAPTURE(guessable.output);
  CHECK(count_in(guessable.output, "RTMPT511: ") == 1);
  CHECK(guessable.output.find("AuthType Digest, with RTMPTAdobeLogin On, wants a password") != std::string::npos);
  CHECK(count_in(configtest(pass + "RTMPTAdobeLogin On\n" + digest + basic).output, "RTMPT511: ") == 1);

  CHECK(notices(basic) == 0);                                                      // no streams
  CHECK(notices(pass + digest) == 0);                                              // for pages alone
  CHECK(notices(pass + in_location("AuthType Basic\nRequire valid-user\n")) == 0); // nobody is asked about streams
  CHECK(notices(pass + "RTMPTAuthorize On\n<Directory />\nAuthType Basic\n</Directory>\n") == 0);
  CHECK(notices(pass + "RTMPTAuthorize On\n" + in_location("SetHandler server-status\nAuthType Basic\n")) == 0);
  CHECK(notices(pass + "RTMPTAuthorize On\n" + in_location("<Limit GET>\nAuthType Basic\n</Limit>\n")) == 0);

  HttpdOptions tls;
  tls.more_modules = {"authz_user"};
  tls.tls_site = pass + basic;
  CHECK(count_in(HttpdFixture(tls).configtest().output, "RTMPT511: ") == 0);
}
