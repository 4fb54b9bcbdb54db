// SPDX-License-Identifier: Apache-2.0
// Virtual hosts whose TLS httpd keeps, because the gateway cannot do the same as mod_ssl, and what is said of them.
#include "noting_site.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tried_site.hpp"
#include "tls_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;

namespace {

constexpr auto good = Verdict::good;
constexpr auto warned = Verdict::warned;
constexpr auto refused = Verdict::refused;

constexpr const char* kPass = "RTMPTProxyPass rtmp://127.0.0.1:19350\n";
constexpr const char* kGateway = "RTMPTTerminateTLS gateway\n";

struct Kept {
  std::string lines; // of the virtual host
  std::string why;   // a regular expression
};

} // namespace

TEST_CASE("What the gateway cannot do stays with httpd, with one notice each, and the others go") {
  NotingSite site;
  make_certificate(site.root(), {.name = "good.example"});
  make_certificate(site.root(), {.name = "kept.example"});
  make_certificate(site.root(), {.name = "staple.example", .extension = "tlsfeature=status_request"});
  write_file(site.root() / "curve.pem", read_file(site.root() / "kept.example.pem") +
                                            run_command({"openssl", "ecparam", "-name", "secp384r1"}).output);
  const std::string files =
      "SSLCertificateFile @ROOT@/kept.example.pem\nSSLCertificateKeyFile @ROOT@/kept.example.key\n";
  const std::vector<Kept> all{
      {files + "SSLVerifyClient require\nSSLCACertificateFile @ROOT@/good.example.pem\n",
       "SSLVerifyClient require: the gateway asks no client"},
      {files + "SSLVerifyClient optional\nSSLCACertificateFile @ROOT@/good.example.pem\n", "SSLVerifyClient optional"},
      {files + "SSLOpenSSLConfCmd VerifyMode Request\n", "asked for a certificate in the handshake"},
      {"SSLCertificateFile @ROOT@/staple.example.pem\nSSLCertificateKeyFile @ROOT@/staple.example.key\n",
       "must staple"},
      {"SSLCertificateFile @ROOT@/curve.pem\nSSLCertificateKeyFile @ROOT@/kept.example.key\n", "EC PARAMETERS"},
  };
  std::string hosts = tls_host("good.example", "good.example");
  for (std::size_t i = 0; i < all.size(); ++i)
    hosts += tls_host("kept" + std::to_string(i) + ".example", "", all[i].lines);
  site.httpd().error_log().allow("AH01909"); // the certificate has another name than the virtual host
  site.httpd().error_log().allow("AH01906|AH02217|AH02604");
  site.start(hosts);
  const auto servers = site.servers();
  REQUIRE(servers.size() == 1);
  CHECK(servers.front().server_name == "good.example");
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(all[i].lines);
    const std::string line = ":notice\\].*RTMPT431: httpd makes the TLS handshakes of virtual host kept" +
                             std::to_string(i) + ".example .*although RTMPTTerminateTLS says gateway: .*";
    CHECK(site.httpd().error_log().count(line, 1) == 1);
    CHECK(site.httpd().error_log().count(line + all[i].why, 1) == 1);
  }
}

TEST_CASE("A virtual host that has mod_ssl's versions from the first one of its address stays with httpd") {
  const std::string at_main = GENERATE("", "SSLProtocol all\n");
  const std::string of_first = GENERATE("SSLProtocol TLSv1.2\n", "");
  CAPTURE(at_main, of_first);
  HttpdOptions options;
  options.global = at_main;
  options.tls_site = of_first;
  NotingSite site(options);
  make_certificate(site.root(), {.name = "plain.example"});
  make_certificate(site.root(), {.name = "own.example"});
  site.start(tls_host("plain.example", "plain.example") +
             tls_host("own.example", "own.example", "SSLProtocol TLSv1.3\n"));
  const bool is_kept = at_main.empty() && !of_first.empty();
  std::vector<std::string> names;
  for (const auto& server : site.servers())
    names.push_back(server.server_name);
  std::sort(names.begin(), names.end());
  CHECK(names ==
        (is_kept ? std::vector<std::string>{"own.example"} : std::vector<std::string>{"own.example", "plain.example"}));
  CHECK(site.httpd()
            .error_log()
            .matching("RTMPT431: .*virtual host plain.example .*offers its clients the versions of virtual host "
                      "localhost .*expected SSLProtocol")
            .size() == (is_kept ? 1 : 0));
}

TEST_CASE("What is no obstacle is none") {
  HttpdOptions options;
  options.global = "SSLStaplingCache shmcb:@ROOT@/logs/stapling(32768)\n";
  NotingSite site(options);
  make_certificate(site.root(), {.name = "a.example"});
  site.httpd().error_log().allow("AH02217|AH02604"); // its issuer cannot be asked
  site.start(tls_host("a.example", "a.example",
                      "SSLUseStapling On\nSSLStrictSNIVHostCheck On\nSSLInsecureRenegotiation On\n"
                      "SSLVerifyClient none\nSSLVerifyDepth 3\n<Location /private>\nSSLVerifyClient require\n"
                      "</Location>\nSSLOpenSSLConfCmd ClientSignatureAlgorithms ECDSA+SHA256\n"));
  CHECK(site.servers().size() == 1);
  CHECK(site.httpd().error_log().matching("RTMPT43[12]").empty());
}

TEST_CASE("A gateway whose memory can be read gets no keys, and that is said once") {
  HttpdOptions options;
  options.global = "CoreDumpDirectory @ROOT@/logs\n";
  options.site = std::string(kPass) + "RTMPTAcceptRTMP On\n";
  HttpdFixture httpd(options);
  make_certificate(httpd.root(), {.name = "a.example"});
  make_certificate(httpd.root(), {.name = "b.example"});
  options.more_hosts = tls_host("a.example", "a.example") + tls_host("b.example", "b.example");
  httpd.configure(options);
  httpd.start();
  CHECK(httpd.error_log()
            .matching(":notice\\].*RTMPT432: httpd makes all TLS handshakes itself.*CoreDumpDirectory")
            .size() == 1);
  CHECK(httpd.error_log().matching("RTMPT431").empty());
  httpd.graceful(); // the first message comes before the log level
  httpd.error_log().wait_for("RTMPT421: 0 servers");
  CHECK(httpd.error_log().matching("RTMPT421: [1-9]").empty());
}

TEST_CASE("configtest tells what becomes of RTMPTTerminateTLS, and refuses what it is not") {
  const std::string gateway = kGateway;
  const std::string streams = std::string(kPass) + "RTMPTAcceptRTMP On\n";
  judge({
      {"another word",
       refused,
       "RTMPT430",
       {"RTMPTTerminateTLS 'here'", "expected gateway or httpd"},
       "RTMPTTerminateTLS here\n"},
      {"httpd", good, "RTMPT43", {}, "RTMPTTerminateTLS httpd\n", "", streams},
      {"for all, some with TLS", good, "RTMPT43", {}, gateway, "", streams},
      {"in any case of letters", good, "RTMPT43", {}, "RTMPTTerminateTLS Gateway\n", "", streams},
      {"without streams", warned, "RTMPT171", {"RTMPTTerminateTLS gateway", "carries no stream"}, "", gateway},
      {"without TLS",
       warned,
       "RTMPT433",
       {"httpd.conf:", "virtual host localhost", "expected SSLEngine On"},
       "",
       streams + gateway},
      {"mod_remoteip",
       warned,
       "RTMPT435",
       {"RemoteIPProxyProtocol On", "expected RPAFproxyProtocol On"},
       gateway + "RemoteIPProxyProtocol On\n",
       "",
       kPass,
       {"remoteip"}},
      {"buckets",
       refused,
       "RTMPT190",
       {"RTMPTTerminateTLS gateway", "ListenCoresBucketsRatio 0"},
       gateway + "ListenCoresBucketsRatio 1\n",
       "",
       kPass},
  });
}

TEST_CASE("configtest tells by notices what httpd will do all the same") {
  struct Told {
    std::string lines;  // of the main server
    std::string notice; // a part of it
  };
  const std::string clients = "RTMPTAcceptRTMP On\n";
  for (const Told& told : {Told{"", "RTMPT436: virtual host localhost"},
                           {clients + "SSLVerifyClient optional\n", "SSLVerifyClient optional: the gateway asks no"},
                           {clients + "SSLSRPVerifierFile @ROOT@/key.pem\n", "SSLSRPVerifierFile"},
                           {clients + "SSLOpenSSLConfCmd ServerInfoFile @ROOT@/key.pem\n",
                            "SSLOpenSSLConfCmd ServerInfoFile: the gateway cannot be given the same"}}) {
    HttpdOptions options;
    options.global = kGateway + told.lines;
    options.site = kPass;
    const CommandResult result = HttpdFixture(options).configtest();
    CAPTURE(told.lines, result.output);
    CHECK(result.exit_code == 0);
    CHECK(result.output.find(told.notice) != std::string::npos);
    CHECK(result.output.find(":warn]") == std::string::npos);
    CHECK((result.output.find("RTMPT431") != std::string::npos) == (told.lines.size() > clients.size()));
  }
}

TEST_CASE("configtest tells of virtual hosts of one address that do not trust the same proxies") {
  const std::string trusting = "RPAFenable On\nRPAFproxy_ips 127.0.0.2\n";
  struct Told {
    std::string global;
    std::string other; // of another virtual host of the address
    bool is_told;
  };
  for (const Told& told : {Told{trusting + "RPAFproxyProtocol On\n", "", false},
                           {trusting + "RPAFproxyProtocol On\n", "RPAFproxy_ips 127.0.0.9\n", true},
                           {trusting + "RPAFproxyProtocol On\n", "RPAFenable Off\n", true},
                           {trusting, "RPAFproxy_ips 127.0.0.9\n", false}}) {
    CAPTURE(told.global, told.other);
    HttpdOptions options;
    options.global = kGateway + told.global;
    options.site = std::string(kPass) + "RTMPTAcceptRTMP On\n";
    options.more_hosts = "<VirtualHost *:@TLS_PORT@>\nServerName other.example\nSSLEngine on\nSSLCertificateFile "
                         "@ROOT@/certificate.pem\nSSLCertificateKeyFile @ROOT@/key.pem\n" +
                         told.other + "</VirtualHost>\n";
    const CommandResult result = HttpdFixture(options).configtest();
    CAPTURE(result.output);
    CHECK(result.exit_code == 0);
    const std::size_t place = result.output.find("RTMPT439");
    CHECK((place != std::string::npos) == told.is_told);
    if (!told.is_told) continue;
    CHECK(result.output.find("RTMPT439", place + 1) == std::string::npos);
    CHECK(result.output.find("virtual host other.example (") > place);
    CHECK(result.output.find("does not trust the same proxies as virtual host localhost (") > place);
  }
}
