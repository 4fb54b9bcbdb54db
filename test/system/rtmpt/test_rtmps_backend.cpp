// SPDX-License-Identifier: Apache-2.0
// Streams to rtmps:// media servers: byte by byte, with the checks of their certificates, and with a balancer.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/tls_front.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace rtmpt_proxy::test;

namespace {

// httpd with a media server behind TLS. `lines` go into its virtual hosts; `@FRONT@` is the server's URL, `@TRUSTED@`
// the file that vouches for it.
class SecureSite {
 public:
  explicit SecureSite(const std::string& lines, TlsFront::Announces announces = TlsFront::Announces::nobody)
      : front_(media_.port(), announces), httpd_(options_for(lines)) {
    httpd_.start();
  }

  HttpdOptions options_for(const std::string& lines) const {
    HttpdOptions options;
    options.site = replace_all(lines, "@FRONT@", front_.url());
    options.site = replace_all(options.site, "@FRONT_ADDRESS@", front_.url_at("127.0.0.1"));
    options.site = replace_all(options.site, "@TRUSTED@", front_.certificate().string());
    return options;
  }

  TunnelClient client(const Carriage& carriage = handed_over()) const {
    return TunnelClient(carriage.tls ? httpd_.tls() : httpd_.plain(), carriage.headers);
  }

  TunnelSession session(const Carriage& carriage = handed_over()) {
    TunnelSession session{client(carriage), nullptr};
    session.client.open();
    session.media = media_.accept();
    return session;
  }

  const TlsFront& front() const { return front_; }
  ScriptedBackend& media() { return media_; }
  HttpdFixture& httpd() { return httpd_; }

 private:
  ScriptedBackend media_;
  TlsFront front_;
  HttpdFixture httpd_;
};

constexpr const char* kTrusting = "RTMPTProxyPass @FRONT@\nSSLProxyCACertificateFile @TRUSTED@\n";

// An open that is refused for the certificate's sake: no byte of it comes to the media server.
void check_refused(SecureSite& site, const std::string& why) {
  site.httpd().error_log().expect(R"(rtmpt_proxy:error.*RTMPT050: backend rtmps://.*its certificate is refused: )" +
                                  why);
  CHECK(site.client().try_open().status == 503);
  // What ends TLS may take its handshake for done, and connects; but nothing follows.
  if (!site.media().has_connection(Deadline(std::chrono::milliseconds{50}))) return;
  const auto media = site.media().accept();
  CHECK_NOTHROW(media->wait_for_end());
  CHECK(media->received().empty());
}

} // namespace

TEST_CASE("An rtmps:// server gets the client's bytes as they are, and the client gets the server's") {
  SecureSite site(kTrusting);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    auto session = site.session(carriage);
    CHECK_NOTHROW(carry_both_ways(session, 1'000'000, 7));
    CHECK(session.client.close().status == 200);
    CHECK_NOTHROW(session.media->wait_for_end());
  }
}

TEST_CASE("An rtmps:// server that ends its connection ends the session") {
  SecureSite site(kTrusting);
  auto session = site.session();
  session.media->send("last words");
  session.media->close_sending();
  CHECK(session.client.poll_for(10) == "last words");
  CHECK(happens([&] {
    const auto idle = session.client.request("idle", session.client.take_number(), std::string(1, '\0'));
    return ask_anew(session, idle).status == 404;
  }));
}

TEST_CASE("Without a word about it the certificate of an rtmps:// server must be good, and its name right") {
  SECTION("nobody vouches for it") {
    SecureSite site("RTMPTProxyPass @FRONT@\n");
    check_refused(site, "self-signed certificate");
  }
  SECTION("it is another server's") {
    SecureSite site("RTMPTProxyPass @FRONT_ADDRESS@\nSSLProxyCACertificateFile @TRUSTED@\n");
    check_refused(site, "IP address mismatch");
  }
  SECTION("it is another server's, and nobody need vouch for it") {
    SecureSite site("RTMPTProxyPass @FRONT_ADDRESS@\nSSLProxyVerify none\n");
    check_refused(site, "IP address mismatch");
  }
}

TEST_CASE("mod_ssl's directives leave out the checks, for the virtual host in which they stand") {
  const std::string lines = GENERATE(std::string("RTMPTProxyPass @FRONT@\nSSLProxyVerify none\n"),
                                     std::string("RTMPTProxyPass @FRONT_ADDRESS@\nSSLProxyCACertificateFile @TRUSTED@\n"
                                                 "SSLProxyCheckPeerName off\n"),
                                     std::string("RTMPTProxyPass @FRONT_ADDRESS@\nSSLProxyVerify none\n"
                                                 "SSLProxyCheckPeerName off\n"));
  CAPTURE(lines);
  SecureSite site(lines);
  auto session = site.session();
  CHECK_NOTHROW(carry_both_ways(session, 10'000, 1));
}

TEST_CASE("A damaged file of certificates is named in the log, and trusts nobody") {
  const TempDir dir;
  write_file(dir.path() / "ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const auto file = (dir.path() / "ca.pem").string();
  SecureSite site("RTMPTProxyPass @FRONT@\nSSLProxyCACertificateFile " + file + "\n");
  site.httpd().error_log().expect("RTMPT382: no certificate found in SSLProxyCACertificateFile '" + file + "'");
  check_refused(site, "self-signed certificate");
}

TEST_CASE("A graceful restart brings another file of certificates, and takes it away") {
  SecureSite site("RTMPTProxyPass @FRONT@\n");
  check_refused(site, "self-signed certificate");
  site.httpd().configure(site.options_for(kTrusting));
  site.httpd().graceful();
  auto session = site.session();
  site.httpd().configure(site.options_for("RTMPTProxyPass @FRONT@\n"));
  site.httpd().graceful();
  check_refused(site, "self-signed certificate");
  CHECK_NOTHROW(carry_both_ways(session, 10'000, 1)); // what lives goes on
}

TEST_CASE("What ends TLS is told of the client before the handshake, and tells the media server") {
  SecureSite site(std::string(kTrusting) + "RTMPTForwardClient proxy-v1\n", TlsFront::Announces::client);
  auto session = site.session();
  const std::string told = "PROXY TCP4 127.0.0.1 127.0.0.1 ";
  CHECK(session.media->wait_for_bytes(told.size()).starts_with(told));
  CHECK_NOTHROW(carry_both_ways(session, 10'000, 1));
}

TEST_CASE("A balancer goes on from an rtmps:// member that fails to one that is well, in a plain ProxyPass as well") {
  const ScriptedBackend nobody; // speaks no TLS, and is silent
  const std::string dead = "rtmps://localhost:" + std::to_string(nobody.port());
  const std::string pass = GENERATE("RTMPTProxyPass balancer://media\n", "ProxyPass / balancer://media/\n");
  CAPTURE(pass);
  SecureSite site(balancer_section("media", {dead + " connectiontimeout=1", "@FRONT@ status=+H"}) + pass +
                  "SSLProxyCACertificateFile @TRUSTED@\n");
  site.httpd().error_log().expect("rtmpt_proxy:error.*RTMPT050: backend " + dead +
                                  ".*: no end of the TLS handshake within the connection timeout");
  auto session = site.session();
  CHECK_NOTHROW(carry_both_ways(session, 10'000, 1));
}

TEST_CASE("rtmptctl knows an rtmps:// server by its URL, and drains it") {
  SecureSite site(kTrusting);
  auto session = site.session();
  const Rtmptctl control(site.httpd());
  const auto rows = control.rows("backends");
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const ControlRow& one) {
    return std::any_of(one.begin(), one.end(), [&](const auto& cell) { return cell.second == site.front().url(); });
  });
  CHECK(row != rows.end());
  CHECK(control.run({"drain", site.front().url()}).exit_code == 0);
  site.httpd().error_log().expect("RTMPT");
  CHECK(site.client().try_open().status == 503);
  CHECK(control.run({"enable", site.front().url()}).exit_code == 0);
}
