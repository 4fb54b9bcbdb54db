// SPDX-License-Identifier: Apache-2.0
// Which rules of the site bind clients of RTMP: those for the application's path, and those for RTMPT's open.
#include "ask_site.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kRefusedLine = "RTMPT193";

} // namespace

TEST_CASE("A rule for the application and a rule for RTMPT's open must both allow") {
  const std::string rules = R"(
<Location "/live"> 
  Require all denied
</Location>
<Location "/near">
  Require ip 127.0.0.1
</Location>
<Location "/members">
  AuthType Basic
  AuthName members
  AuthBasicProvider file
  AuthUserFile @ROOT@/members
  Require valid-user
</Location>
<Location "/gone">
  <Limit OPEN>
    Require all denied
  </Limit>
</Location>
)";
  HttpdOptions options = streaming(rules);
  options.more_modules = {"authn_file", "auth_basic", "authz_user"};
  AskSite site(options);
  site.httpd().error_log().expect(kRefusedLine);
  site.httpd().error_log().expect("AH01630");
  CHECK(site.open("/other").status == 200);
  CHECK(site.open("/live").status == 403);
  CHECK(site.open("/near").status == 403);
  CHECK(site.open("/members").status == 401);
  CHECK(site.open("/gone").status == 403);
}

TEST_CASE("What keeps RTMPT out keeps RTMP out") {
  const std::string rule =
      GENERATE("<Location \"/open\">\nRequire all denied\n</Location>\n",
               "<Location \"/open\">\nRequire ip 127.0.0.1\n</Location>\n",
               "<Location \"/\">\n<Limit POST>\nRequire all denied\n</Limit>\n</Location>\n",
               "<LocationMatch \"^/(open|send|idle|close)/\">\n<RequireAll>\nRequire all granted\n"
               "Require not ip 192.0.2.0/24\n</RequireAll>\n</LocationMatch>\n",
               "RewriteEngine On\nRewriteRule ^/open/ - [F]\n", "RewriteEngine On\nRewriteRule ^/live - [F]\n",
               "RewriteEngine On\nRewriteRule ^/open/ - [R=403]\n", "RewriteEngine On\nRewriteRule ^/open/ - [F,NS]\n",
               "<Location \"/open\">\nRewriteEngine On\nRewriteRule . - [R=403]\n</Location>\n",
               "<Location \"/open\">\nRewriteEngine On\nRewriteRule . - [F,NS]\n</Location>\n",
               "RewriteEngine On\nRewriteCond %{IS_SUBREQ} false\nRewriteRule ^/open/ - [F]\n",
               "<Proxy rtmp://127.0.0.1>\nRequire all denied\n</Proxy>\n", "ProxyPass /open !\n",
               "SetEnvIf Request_URI ^/open/ kept_out\n<Location \"/open\">\n<RequireAll>\nRequire all granted\n"
               "Require not env kept_out\n</RequireAll>\n</Location>\n",
               "<Location \"/open\">\nSetEnvIf Request_Method POST kept_out\n<RequireAll>\nRequire all granted\n"
               "Require not env kept_out\n</RequireAll>\n</Location>\n",
               "SetEnvIf Request_URI ^/live let_in\n<Location \"/open\">\nRequire env let_in\n</Location>\n",
               "SetEnvIf Request_Method OPEN let_in\n<Location \"/open\">\nRequire env let_in\n</Location>\n",
               "SetEnvIf Request_URI ^/live let_in\n<Location \"/\">\nRequire env let_in\n</Location>\n");
  const std::string pass = GENERATE("RTMPTProxyPass rtmp://127.0.0.1:19350\n", "ProxyPass / rtmp://127.0.0.1:19350/\n");
  CAPTURE(rule, pass);
  HttpdOptions options;
  options.site = rule + pass;
  options.more_modules = {"rewrite"};
  AskSite site(options);
  site.httpd().error_log().expect(kRefusedLine);
  site.httpd().error_log().allow("AH01630|AH01797");
  const AskAnswer answer = site.open("/live");
  CHECK(answer.status == (rule.starts_with("ProxyPass") ? 404 : 403));
  CHECK_FALSE(has_note(answer, "admission"));
}

TEST_CASE("What lets RTMPT in lets RTMP in, where the application's own path has the same") {
  const std::string rule = GENERATE(
      "SetEnvIf Request_Method POST let_in\n<Location \"/open\">\nRequire env let_in\n</Location>\n",
      "SetEnvIf Request_URI ^/(open|live) let_in\n<Location \"/\">\nRequire env let_in\n</Location>\n",
      "SetEnvIf Remote_Addr ^192 near\nSetEnvIf near . let_in\n<Location \"/\">\nRequire env let_in\n</Location>\n",
      "<Location \"/\">\nSetEnvIf Remote_Addr ^192 let_in\nRequire env let_in\n</Location>\n",
      "RewriteEngine On\nRewriteRule ^/(open|live) - [E=let_in:1]\n<Location \"/\">\n"
      "Require env let_in\n</Location>\n");
  const std::string pass = GENERATE("RTMPTProxyPass rtmp://127.0.0.1:19350\n", "ProxyPass / rtmp://127.0.0.1:19350/\n");
  CAPTURE(rule, pass);
  HttpdOptions options;
  options.site = rule + pass;
  options.more_modules = {"rewrite"};
  AskSite site(options);
  site.httpd().error_log().allow("AH01630"); // a page that the test itself asks for
  CHECK(site.open("/live").status == 200);
}

TEST_CASE("Files and directories of the site say nothing about a stream") {
  HttpdOptions options = streaming();
  options.global = "<Directory />\nRequire all denied\n</Directory>\n";
  AskSite site(options);
  CHECK(site.open("/live").status == 200);
}
