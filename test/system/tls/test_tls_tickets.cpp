// SPDX-License-Identifier: Apache-2.0
// Clients that come again with a session ticket of the gateway's: mod_ssl resumes their sessions, as it would those of
// its own tickets.
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/child_process.hpp"
#include "support/os/random_bytes.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/scripted_backend.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kGateway = "RTMPTTerminateTLS gateway\n";

HttpdOptions options_for(const ScriptedBackend& backend, const std::string& mpm, const std::string& global,
                         const std::string& tls_site) {
  HttpdOptions options;
  options.mpm = mpm;
  options.global = "LogLevel ssl:error\n" + global; // the one certificate is for localhost
  options.site = "RTMPTProxyPass " + backend.url() + "\nRTMPTAcceptRTMP On\n";
  options.tls_site = kGateway + tls_site;
  options.more_hosts = "<VirtualHost *:@TLS_PORT@>\n  ServerName other.example\n  SSLEngine on\n"
                       "  SSLCertificateFile @ROOT@/certificate.pem\n  SSLCertificateKeyFile @ROOT@/key.pem\n" +
                       options.site + kGateway + tls_site + "</VirtualHost>\n";
  return options;
}

struct Site {
  explicit Site(const std::string& mpm = "event", const std::string& global = {}, const std::string& tls_site = {})
      : httpd(options_for(backend, mpm, global, tls_site)) {
    write_file(httpd.root() / "ticket.key", random_bytes(48, 3));
    httpd.start();
  }

  std::filesystem::path ticket(const std::string& name) const { return httpd.root() / ("ticket." + name); }

  ScriptedBackend backend;
  HttpdFixture httpd;
};

enum class Tls { failed, fresh, resumed };

struct Visit {
  Tls tls = Tls::failed;
  std::string answer;
};

// What openssl's client gets for `request` on a connection of its own. `options` say what it names and which ticket it
// brings; the last ticket that it is given goes to the file `kept`.
Visit visit(const Site& site, const std::string& options, const std::string& kept, std::string request = {}) {
  if (request.empty()) request = "GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n";
  Visit visit;
  visit.answer = run_command({"/bin/sh", "-c",
                              "printf '" + request + "' | timeout 30 openssl s_client -ign_eof -connect 127.0.0.1:" +
                                  std::to_string(site.httpd.tls().port) + " -sess_out " + site.ticket(kept).string() +
                                  " " + options + " 2>&1"})
                     .output;
  if (visit.answer.find("Reused, TLSv1.3") != std::string::npos) visit.tls = Tls::resumed;
  if (visit.answer.find("New, TLSv1.") != std::string::npos) visit.tls = Tls::fresh;
  return visit;
}

std::string with_ticket(const Site& site, const std::string& name) {
  return " -sess_in " + site.ticket(name).string();
}

void check_page(const Visit& visit, Tls tls) {
  CAPTURE(visit.answer);
  CHECK(visit.tls == tls);
  CHECK(visit.answer.find(kPageText) != std::string::npos);
}

} // namespace

TEST_CASE("Who has had a page comes again with a ticket, and mod_ssl resumes the session") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  Site site(mpm, {}, mpm == "prefork" ? "RTMPTAcceptRTMP Off\n" : "");
  for (const std::string name : {"-servername localhost", "-noservername"}) {
    CAPTURE(name);
    check_page(visit(site, name, "first"), Tls::fresh);
    REQUIRE(std::filesystem::exists(site.ticket("first")));
    check_page(visit(site, name + with_ticket(site, "first"), "second"), Tls::resumed);
    check_page(visit(site, name + with_ticket(site, "second"), "third"), Tls::resumed); // by a ticket of mod_ssl's
    std::filesystem::remove(site.ticket("first"));
  }
}

TEST_CASE("A ticket is good at its own virtual host, and until httpd reads its configuration again") {
  Site site;
  const std::string other = "-servername other.example";
  const std::string request = "GET / HTTP/1.1\\r\\nHost: other.example\\r\\nConnection: close\\r\\n\\r\\n";
  check_page(visit(site, other, "other", request), Tls::fresh);
  check_page(visit(site, other + with_ticket(site, "other"), "again", request), Tls::resumed);
  check_page(visit(site, "-servername localhost", "first"), Tls::fresh);
  check_page(visit(site, other + with_ticket(site, "first"), "none", request), Tls::fresh);
  check_page(visit(site, "-servername localhost" + with_ticket(site, "other"), "none"), Tls::fresh);
  check_page(visit(site, "-servername localhost" + with_ticket(site, "first"), "second"), Tls::resumed);
  site.httpd.graceful();
  check_page(visit(site, "-servername localhost" + with_ticket(site, "second"), "none"), Tls::fresh);
}

TEST_CASE("Who may be a stream, or speaks an older TLS, gets no ticket") {
  Site site;
  const std::string open = "POST /open/1 HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 1\\r\\n"
                           "Connection: close\\r\\n\\r\\nx";
  CHECK(visit(site, "-servername localhost", "none", open).answer.find("HTTP/1.1 200") != std::string::npos);
  check_page(visit(site, "-servername localhost -tls1_3 -alpn http/1.1", "alpn"), Tls::fresh);
  CHECK(std::filesystem::exists(site.ticket("alpn"))); // mod_ssl's own
  CHECK_FALSE(std::filesystem::exists(site.ticket("none")));
  // Such a client's session can be resumed by its name, which is no ticket.
  const Visit older = visit(site, "-servername localhost -tls1_2", "older");
  check_page(older, Tls::fresh);
  CHECK(older.answer.find("TLS session ticket:") == std::string::npos);
}

TEST_CASE("Where mod_ssl gives no tickets, or a file has their keys, the gateway gives none") {
  const std::string line = GENERATE("SSLSessionTickets Off\n", "SSLSessionTicketKeyFile @ROOT@/ticket.key\n");
  CAPTURE(line);
  Site site("event", line);
  check_page(visit(site, "-servername localhost", "none"), Tls::fresh);
  CHECK_FALSE(std::filesystem::exists(site.ticket("none")));
}

TEST_CASE("Where httpd could not carry a stream by RTMPS, who comes with a ticket is the gateway's as before") {
  Site site("worker");
  check_page(visit(site, "-servername localhost", "first"), Tls::fresh);
  check_page(visit(site, "-servername localhost" + with_ticket(site, "first"), "second"), Tls::fresh);
}

TEST_CASE("A stream that comes with a page's ticket is carried all the same") {
  const std::string mpm = GENERATE("event", "worker");
  CAPTURE(mpm);
  Site site(mpm);
  check_page(visit(site, "-servername localhost", "first"), Tls::fresh);
  const std::string open = "POST /open/1 HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 1\\r\\n"
                           "Connection: close\\r\\n\\r\\nx";
  const Visit opened = visit(site, "-servername localhost" + with_ticket(site, "first"), "none", open);
  CAPTURE(opened.answer);
  CHECK(opened.tls == (mpm == "event" ? Tls::resumed : Tls::fresh));
  CHECK(opened.answer.find("HTTP/1.1 200") != std::string::npos);
}
