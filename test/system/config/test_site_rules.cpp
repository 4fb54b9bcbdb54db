// SPDX-License-Identifier: Apache-2.0
// The virtual host's own rules and its streams: what denies is denied, and what sends pages elsewhere leaves streams
// alone.
#include "support/clients/http2_connection.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace rtmpt_proxy::test;

namespace {

constexpr int kStream = 200;

struct Rule {
  std::string lines;
  int status; // of the answer to an open
};

const std::string kRewrite = "RewriteEngine On\n";

std::string in_location(const std::string& lines, const std::string& path = "/open") {
  return "<Location \"" + path + "\">\n" + lines + "</Location>\n";
}

// The table of docs/with-other-modules.md.
std::vector<Rule> rules() {
  return {
      {"", kStream},
      // What denies.
      {kRewrite + "RewriteRule ^/open - [F]\n", 403},
      {kRewrite + "RewriteRule ^/open/1$ - [G]\n", 410},
      {kRewrite + "RewriteRule ^ - [R=404]\n", 404},
      {kRewrite + "RewriteCond %{REQUEST_METHOD} =POST\nRewriteRule ^ - [F,END]\n", 403},
      {kRewrite + "RewriteRule ^/(.*) /moved/$1\nRewriteRule ^/moved/open - [F]\n", 403},
      {in_location(kRewrite + "RewriteRule ^ - [F]\n"), 403},
      {in_location(kRewrite + "RewriteRule ^ - [G]\n", "/"), 410},
      {"ProxyPass \"/open\" \"!\"\n", 404},
      {"ProxyPass \"/\" \"!\"\nProxyPass \"/\" \"http://127.0.0.1:9/\"\n", 404},
      {"ProxyPassMatch \"^/open\" \"!\"\n", 404},
      {"ProxyPass \"/open\" \"!\" mapping=encoded\n", 404},
      {in_location("ProxyPass \"!\"\n"), 404},
      {"SetEnvIf Request_URI ^/open no-proxy\n", 404},
      {"Redirect 403 /open\n", 403},
      {"Redirect gone /open\n", 410},
      {"RedirectMatch 404 ^/open\n", 404},
      {in_location("RedirectMatch 403 ^/open\n"), 403},
      {kRewrite + "RewriteRule ^ https://localhost%{REQUEST_URI} [R=301,L]\nRedirect 403 /open\n", 403},
      {in_location("Require all denied\n"), 403},
      {"<LocationMatch \"^/open/[0-9]$\">\nRequire all denied\n</LocationMatch>\n", 403},
      {"<If \"%{REQUEST_URI} =~ m#^/open#\">\nRequire all denied\n</If>\n", 403},
      // What does not.
      {kRewrite + "RewriteCond %{HTTP:X-Refuse} .\nRewriteRule ^ - [F]\n", kStream},
      {kRewrite + "RewriteRule ^/admin - [F]\n", kStream},
      {"RewriteEngine Off\nRewriteRule ^ - [F]\n", kStream},
      {"ProxyPass \"/pages\" \"!\"\n", kStream},
      {"ProxyPass \"/open\" \"http://127.0.0.1:9/\"\nProxyPass \"/open/1\" \"!\"\n", kStream},
      // What sends pages elsewhere.
      {kRewrite + "RewriteRule ^ https://localhost%{REQUEST_URI} [R=301,L,CO=seen:1:localhost]\n", kStream},
      {kRewrite + "RewriteCond %{HTTPS} !=on\nRewriteRule ^/(.*) https://localhost/$1 [R,END]\n", kStream},
      {kRewrite + "RewriteRule ^/(.*) http://127.0.0.1:9/$1 [P]\n", kStream},
      {kRewrite + "RewriteRule ^ /index.html [L]\n", kStream},
      {kRewrite + "RewriteRule ^ /index.html [PT]\n", kStream},
      {kRewrite + "RewriteRule ^/open/1 /index.html?q=1 [QSA,END]\n", kStream},
      {in_location(kRewrite + "RewriteRule ^ https://localhost/ [R=301,L]\n", "/"), kStream},
      {in_location(kRewrite + "RewriteRule ^ /index.html [L]\n", "/"), kStream},
      {"Redirect / https://localhost/\n", kStream},
      {"Redirect permanent /open https://localhost/\n", kStream},
      {"RedirectMatch ^/(.*) https://localhost/$1\n", kStream},
      {in_location("Redirect 301 https://localhost/\n", "/"), kStream},
      {"Alias \"/open\" \"@ROOT@/htdocs\"\n", kStream},
      {"AliasMatch \"^/open/.*\" \"@ROOT@/htdocs/index.html\"\n", kStream},
      {"ScriptAlias \"/open\" \"@ROOT@/htdocs\"\n", kStream},
      {"FallbackResource /index.html\n", kStream},
      {"ProxyPass \"/\" \"http://127.0.0.1:9/\"\n", kStream},
      {"ProxyPass \"/open\" \"http://127.0.0.1:9/\" mapping=encoded\n", kStream},
      {"<Directory \"@ROOT@/htdocs\">\n" + kRewrite + "RewriteRule ^ index.html [L]\n</Directory>\n", kStream},
      {"DocumentRoot @ROOT@/cms\n<Directory \"@ROOT@/cms\">\nAllowOverride All\nRequire all granted\n</Directory>\n",
       kStream}, // with a .htaccess
      {in_location("SetHandler none\n", "/"), kStream},
  };
}

constexpr const char* kHtaccess =
    "RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule . /index.html [L]\n"
    "RewriteRule ^open - [F]\n";

std::string host_name(std::size_t index) {
  return "host" + std::to_string(index);
}

std::string host_section(std::size_t index, const std::string& pass, const std::string& lines, bool tls) {
  std::string text =
      std::string("<VirtualHost *:") + (tls ? "@TLS_PORT@" : "@PORT@") + ">\n  ServerName " + host_name(index) + "\n";
  if (tls)
    text += "  SSLEngine on\n  SSLCertificateFile @ROOT@/certificate.pem\n  SSLCertificateKeyFile @ROOT@/key.pem\n";
  return text + "  DocumentRoot @ROOT@/htdocs\n  " + pass + "\n" + lines + "</VirtualHost>\n";
}

// The connection that a stream has made at the backend, or null. The gateway connects before a client is answered.
std::unique_ptr<BackendConnection> take_connection(ScriptedBackend& backend) {
  return backend.has_connection(Deadline(std::chrono::milliseconds{0})) ? backend.accept() : nullptr;
}

std::string open_at(const std::string& host, const std::string& headers) {
  return post("/open/1", std::string(1, '\0'), "Host: " + host + "\r\n" + headers);
}

} // namespace

TEST_CASE("What denies holds for streams, and what sends pages elsewhere does not claim them") {
  ScriptedBackend backend;
  HttpdOptions options;
  options.more_modules = {"http2", "rewrite"};
  options.global = "Protocols h2c http/1.1\n";
  const auto table = rules();
  for (std::size_t i = 0; i < table.size(); ++i)
    for (const bool tls : {false, true})
      options.more_hosts += host_section(i, "RTMPTProxyPass " + backend.url(), table[i].lines, tls);
  HttpdFixture httpd(options);
  std::filesystem::create_directories(httpd.root() / "cms");
  write_file(httpd.root() / "cms/.htaccess", kHtaccess);
  httpd.error_log().allow("AH01630|AH01909");
  httpd.start();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto host = host_name(i);
    const bool wanted = table[i].status == kStream;
    for (const auto& carriage : carriages()) {
      CAPTURE(carriage, table[i].lines);
      HttpConnection connection(carriage.tls ? httpd.tls() : httpd.plain());
      const auto answer = connection.exchange(open_at(host, carriage.headers));
      CHECK(answer.status == table[i].status);
      const auto media = take_connection(backend);
      CHECK((media != nullptr) == wanted);
      if (!wanted) continue;
      CHECK(answer.body.size() == 24);
      CHECK_FALSE(answer.header("Location"));
      CHECK_FALSE(answer.header("Set-Cookie"));
      // The session goes on, whatever the rules say of its paths.
      const auto id = answer.body.substr(0, answer.body.size() - 1);
      const auto headers = "Host: " + host + "\r\n" + carriage.headers;
      CHECK(connection.exchange(post(tunnel_target("send", id, 0), "x", headers)).status == 200);
      CHECK(connection.exchange(post(tunnel_target("close", id, 1), "x", headers)).status == 200);
    }
    CAPTURE(table[i].lines);
    Http2Connection http2(httpd.plain());
    const auto stream = http2.post(host, "/open/1", {{"content-length", "1"}}, "x");
    const bool opened = http2.is_ok(stream) && http2.body(stream).size() == 24;
    CHECK(opened == wanted);
    CHECK((take_connection(backend) != nullptr) == wanted);
  }
}

TEST_CASE("Rules hold for the other requests of a session where httpd sees them") {
  HttpdOptions options;
  options.more_modules = {"rewrite"};
  options.site = kRewrite + "RewriteRule ^/send - [F]\nProxyPass \"/close\" \"!\"\n";
  TunnelSite site(options);
  auto session = site.session(forwarded());
  CHECK(session.client.idle().status == 200);
  CHECK(session.client.send("these bytes").status == 403);
  CHECK(session.client.close().status == 404);
  CHECK(session.media->received().empty());
}

TEST_CASE("A refusal by a rule is in the session log, and in the access log as the tunnel's") {
  HttpdOptions options;
  options.more_modules = {"rewrite"};
  options.site = kRewrite +
                 "RewriteRule ^/open - [F]\nRTMPTSessionLog @ROOT@/logs/sessions.log \"%{end}r %{detail}r\"\n"
                 "CustomLog @ROOT@/logs/streams.log \"%>s\" env=rtmpt-tunnel\n";
  TunnelSite site(options);
  CHECK(site.client(handed_over()).try_open().status == 403);
  const auto has = [&](const std::string& file, const std::string& words) {
    return happens([&] { return read_file(site.httpd().root() / "logs" / file).find(words) != std::string::npos; });
  };
  CHECK(has("sessions.log", "HTTP status 403"));
  CHECK(has("streams.log", "403"));
}

TEST_CASE("Where ProxyPass alone leads to the media server, httpd's own order of rules holds") {
  ScriptedBackend backend;
  const std::vector<Rule> table{
      {"", kStream},
      {kRewrite + "RewriteRule ^/open - [F]\n", 403},
      {kRewrite + "RewriteRule ^ https://localhost/ [R=302,L]\n", 302},
      {kRewrite + "RewriteRule ^ /index.html [L]\n", 200}, // the page
      {in_location("Require all denied\n"), 403},
  };
  HttpdOptions options;
  options.more_modules = {"rewrite"};
  for (std::size_t i = 0; i < table.size(); ++i)
    options.more_hosts += host_section(i, "", table[i].lines + "ProxyPass / " + backend.url() + "/\n", false);
  HttpdFixture httpd(options);
  httpd.error_log().allow("AH01630");
  httpd.start();
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(table[i].lines);
    HttpConnection connection(httpd.plain());
    CHECK(connection.exchange(open_at(host_name(i), "")).status == table[i].status);
    CHECK((take_connection(backend) != nullptr) == table[i].lines.empty());
  }
}

TEST_CASE("A site's own POSTs reach the site, whoever serves them") {
  ScriptedBackend backend;
  HttpdOptions options;
  options.more_modules = {"rewrite", "cgid"};
  options.global = "ScriptSock @ROOT@/logs/cgid.sock\n";
  const std::string pass = "RTMPTProxyPass " + backend.url();
  options.more_hosts =
      host_section(0, pass,
                   "ScriptAlias /send/newsletter @ROOT@/htdocs/echo.sh\nScriptAlias /close @ROOT@/htdocs/echo.sh\n"
                   "ScriptAlias /fcs/identity @ROOT@/htdocs/echo.sh\n",
                   false) +
      host_section(1, pass, "ProxyPass / http://127.0.0.1:@PORT@/app/\n", false) +
      "<VirtualHost *:@PORT@>\n  ServerName 127.0.0.1\n  ScriptAlias /app @ROOT@/htdocs/echo.sh\n</VirtualHost>\n";
  HttpdFixture httpd(options);
  const auto script = httpd.document_root() / "echo.sh";
  write_file(script, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nthe site got '\ncat\n");
  std::filesystem::permissions(script, std::filesystem::perms(0755));
  httpd.start();
  for (const std::string host : {"host0", "host1"}) {
    for (const std::string target : {"/send/newsletter", "/close/my-account", "/fcs/identity"}) {
      CAPTURE(host, target);
      HttpConnection connection(httpd.plain());
      const auto answer =
          connection.exchange("POST " + target + " HTTP/1.0\r\nHost: " + host + "\r\nContent-Length: 6\r\n\r\na form");
      CHECK(answer.status == 200);
      CHECK(answer.body == "the site got a form");
    }
    // A stale id stays ours, be it of the gateway that runs or of one that is gone.
    TunnelClient client(httpd.plain(), "Host: " + host + "\r\n");
    client.open();
    REQUIRE(take_connection(backend));
    for (const auto& stale : {unknown_id(client.id()), std::string(23, 'A')}) {
      CAPTURE(host, stale);
      HttpConnection connection(httpd.plain());
      CHECK(connection.exchange(post(tunnel_target("send", stale, 1), "x", client.headers())).status == 404);
    }
  }
  CHECK_FALSE(take_connection(backend));
}
