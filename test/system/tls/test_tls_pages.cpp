// SPDX-License-Identifier: Apache-2.0
// Pages for clients that name no protocols in their TLS, where it ends at the gateway: httpd answers as if it did not.
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/child_process.hpp"
#include "support/os/random_bytes.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/scripted_backend.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kFileBytes = 5'000'000;
constexpr std::size_t kUploadBytes = 1'000'000;

HttpdOptions options_for(const ScriptedBackend& backend, const std::string& mpm, const std::string& ends_at) {
  HttpdOptions options;
  options.mpm = mpm;
  options.more_modules = {mpm == "prefork" ? "cgi" : "cgid", "auth_basic", "authn_file", "authz_user"};
  if (mpm != "prefork") options.more_modules.push_back("http2"); // which does not work there
  options.global = mpm == "prefork" ? "" : "ScriptSock @ROOT@/logs/cgid.sock\n";
  const std::string pass = "RTMPTProxyPass " + backend.url() + "\nRTMPTAcceptRTMP On\n";
  options.tls_site = "RTMPTTerminateTLS " + ends_at + "\n";
  options.site = pass + "Protocols h2 h2c http/1.1\nScriptAlias /echo @ROOT@/htdocs/echo.sh\n"
                        "ScriptAlias /facts @ROOT@/htdocs/facts.sh\nSSLOptions +StdEnvVars\n"
                        "<Location /for-tls>\n  Require ssl\n</Location>\n"
                        "<Location /with-password>\n  AuthType Basic\n  AuthName site\n  AuthUserFile @ROOT@/users\n"
                        "  Require valid-user\n</Location>\n";
  options.more_hosts = "<VirtualHost *:@TLS_PORT@>\n  ServerName other.example\n  SSLEngine on\n  SSLProtocol TLSv1.2\n"
                       "  SSLCertificateFile @ROOT@/certificate.pem\n  SSLCertificateKeyFile @ROOT@/key.pem\n" +
                       pass + options.tls_site + "</VirtualHost>\n";
  return options;
}

void write_script(const HttpdFixture& httpd, const std::string& name, const std::string& text) {
  const auto script = httpd.document_root() / name;
  write_file(script, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n" + text);
  std::filesystem::permissions(script, std::filesystem::perms(0755));
}

// A site with pages, a program that echoes, and one that tells what it knows of the connection.
struct Site {
  Site(const std::string& mpm, const std::string& ends_at) : httpd(options_for(backend, mpm, ends_at)) {
    // httpd reads no answer before the whole body has gone to the program.
    write_script(httpd, "echo.sh", "file=$(mktemp)\ncat > \"$file\"\ncat \"$file\"\nrm \"$file\"\n");
    write_script(httpd, "facts.sh",
                 "echo \"$HTTPS $REMOTE_ADDR $SERVER_NAME $SERVER_PORT $SSL_PROTOCOL $SSL_CIPHER $SSL_TLS_SNI\"\n");
    for (const char* const name : {"for-tls", "with-password"})
      write_file(httpd.document_root() / name, name);
    write_file(httpd.document_root() / "large", large);
    write_file(httpd.root() / "users", "alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"); // "password"
    // The certificate does not name the other virtual host, and one client asks for what its TLS does not.
    for (const char* const line : {"AH01909", "AH02032", "AH01617", "AH01618", "AH01614", "AH01276", "AH00126"})
      httpd.error_log().allow(line);
    httpd.start();
  }

  ScriptedBackend backend;
  HttpdFixture httpd;
  const std::string large = random_bytes(kFileBytes, 1);
};

std::string chunked(const std::string& body) {
  std::string text = "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  constexpr std::size_t kChunk = 30'000;
  for (std::size_t at = 0; at < body.size(); at += kChunk) {
    const std::string piece = body.substr(at, kChunk);
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    text += size + piece + "\r\n";
  }
  return text + "0\r\n\r\n";
}

// The status of what comes first for these bytes on a connection of their own; 0: nothing but the connection's end.
int first_status(const Endpoint& endpoint, const std::string& bytes) {
  HttpConnection connection(endpoint);
  connection.send(bytes);
  try {
    return connection.receive().status;
  } catch (const TimedOut&) {
    throw;
  } catch (const std::runtime_error&) {
    return 0;
  }
}

std::string shown(const std::vector<std::string>& command) {
  return run_command(command).output;
}

} // namespace

TEST_CASE("Pages come inside TLS that ends at the gateway as they come from httpd") {
  const std::string mpm = GENERATE("event", "worker", "prefork");
  const std::string ends_at = GENERATE("httpd", "gateway");
  CAPTURE(mpm, ends_at);
  Site site(mpm, ends_at);
  const Endpoint tls = site.httpd.tls();

  HttpConnection kept(tls);
  for (int i = 0; i < 3; ++i)
    CHECK(kept.exchange(get("/")).body == kPageText);
  CHECK(kept.exchange(get("/large")).body == site.large);
  const std::string upload = random_bytes(kUploadBytes, 2);
  CHECK(kept.exchange(chunked(upload)).body == upload);
  CHECK(kept.exchange(post("/echo", upload)).body == upload);
  kept.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(kept.receive().status == 100);
  CHECK(kept.exchange("hello").body == "hello");
  // Requests behind each other in one piece are answered in their order.
  kept.send(get("/") + get("/for-tls") + get("/none"));
  CHECK(kept.receive().body == kPageText);
  CHECK(kept.receive().body == "for-tls");
  CHECK(kept.receive().status == 404);

  CHECK(fetch(tls, "/with-password").status == 401);
  CHECK(HttpConnection(tls)
            .exchange(get("/with-password", "Host: localhost\r\nAuthorization: Basic YWxpY2U6cGFzc3dvcmQ=\r\n"))
            .body == "with-password");
  for (const char* const method : {"OPEN", "PUBLISH", "PLAY"})
    CHECK(first_status(tls, std::string(method) + " /live HTTP/1.1\r\nHost: localhost\r\n\r\n") == 405);
  CHECK(first_status(tls, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") >= 400);
  CHECK(first_status(tls, get("/", "Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                   "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n")) == 200);
  CHECK(first_status(tls, "no HTTP\r\n\r\n") == 400);
  // The virtual host of the client's TLS is not the one it asks for, and has other settings.
  CHECK(first_status(tls, get("/", "Host: other.example\r\n")) == 421);
}

TEST_CASE("httpd knows of a client whose TLS ends at the gateway what it would know without it") {
  const std::string ends_at = GENERATE("httpd", "gateway");
  CAPTURE(ends_at);
  Site site("event", ends_at);
  const std::string port = std::to_string(site.httpd.tls().port);
  const std::string url = "https://localhost:" + port + "/facts";
  const std::vector<std::string> curl{"curl", "-sk", "--no-alpn"};
  for (const std::string version : {"1.2", "1.3"}) {
    CAPTURE(version);
    auto command = curl;
    command.insert(command.end(), {"--tlsv" + version, "--tls-max", version, url});
    const std::string cipher = version == "1.3" ? "TLS_AES_256_GCM_SHA384" : "ECDHE-ECDSA-AES256-GCM-SHA384";
    // The system prefers ::1 or 127.0.0.1.
    const std::string said = shown(command);
    CHECK((said == "on 127.0.0.1 localhost " + port + " TLSv" + version + " " + cipher + " localhost\n" ||
           said == "on ::1 localhost " + port + " TLSv" + version + " " + cipher + " localhost\n"));
  }
  CHECK(shown({"wget", "-qO-", "--no-check-certificate", "https://localhost:" + port + "/"}) == kPageText);
  const std::string script =
      "require('https').get({host: 'localhost', port: " + port +
      ", path: '/', rejectUnauthorized: false, agent: false, ALPNProtocols: []}, (r) => r.pipe(process.stdout))";
  CHECK(shown({"node", "-e", script}) == kPageText);
  for (const std::string option : {"--http2", "--http1.1", "--no-alpn"})
    CHECK(shown({"curl", "-sk", option, "https://localhost:" + port + "/"}) == kPageText);
}
