// SPDX-License-Identifier: Apache-2.0
// What mod_ssl was configured with comes to the gateway.
#include "noting_site.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/status_site.hpp"
#include "tls_files.hpp"

#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::protocol::TlsCommand;
using rtmpt_proxy::protocol::TlsIdentity;
using rtmpt_proxy::protocol::TlsServer;
namespace fs = std::filesystem;

namespace {

using Certificate = std::shared_ptr<X509>;

std::vector<Certificate> certificates_in(const std::string& pem) {
  const std::shared_ptr<BIO> reader(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::vector<Certificate> found;
  while (X509* const one = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr))
    found.emplace_back(one, X509_free);
  return found;
}

// The names of the files that have the certificates, in their order.
std::vector<std::string> files_of(const std::string& pem, const fs::path& folder) {
  std::vector<std::string> names;
  for (const Certificate& one : certificates_in(pem)) {
    std::string name = "unknown";
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".pem") continue;
      const std::vector<Certificate> its = certificates_in(read_file(entry.path()));
      if (its.size() == 1 && X509_cmp(its.front().get(), one.get()) == 0) name = entry.path().stem();
    }
    names.push_back(name);
  }
  return names;
}

bool key_fits(const TlsIdentity& identity) {
  const std::shared_ptr<BIO> reader(BIO_new_mem_buf(identity.key.data(), static_cast<int>(identity.key.size())),
                                    BIO_free);
  const std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(reader.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  const std::vector<Certificate> certificates = certificates_in(identity.certificates);
  return key && !certificates.empty() && X509_check_private_key(certificates.front().get(), key.get()) == 1;
}

const TlsServer& named(const std::vector<TlsServer>& servers, const std::string& name) {
  const auto found =
      std::find_if(servers.begin(), servers.end(), [&](const TlsServer& one) { return one.server_name == name; });
  if (found == servers.end()) throw std::runtime_error("the gateway has not been told of " + name);
  return *found;
}

std::vector<std::string> names_of(const std::vector<TlsServer>& servers) {
  std::vector<std::string> names;
  for (const TlsServer& one : servers)
    names.push_back(one.server_name);
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

// mod_ssl makes them anew whenever httpd reads its configuration.
std::vector<TlsServer> but_for_ticket_keys(std::vector<TlsServer> servers) {
  for (TlsServer& server : servers)
    server.tickets.keys.clear();
  return servers;
}

} // namespace

TEST_CASE("Certificates of both kinds, keys, versions, ciphers and commands come as mod_ssl has them") {
  HttpdOptions options;
  options.global = "SSLOpenSSLConfCmd SignatureAlgorithms ECDSA+SHA256:RSA-PSS+SHA256\n";
  NotingSite site(options);
  make_certificate(site.root(), {.name = "root.example", .is_authority = true});
  make_certificate(site.root(), {.name = "middle.example", .issuer = "root.example", .is_authority = true});
  make_certificate(site.root(), {.name = "both.example", .issuer = "middle.example", .key = "rsa"});
  make_certificate(site.root(), {.name = "elliptic.example"});
  join_files(site.root() / "chain.pem", {site.root() / "both.example.pem", site.root() / "middle.example.pem"});
  site.httpd().error_log().expect("AH01909: both.example:443:1"); // the second certificate has another name
  site.start(tls_host("both.example", "",
                      "SSLCertificateFile @ROOT@/chain.pem\nSSLCertificateKeyFile @ROOT@/both.example.key\n"
                      "SSLCertificateFile @ROOT@/elliptic.example.pem\n"
                      "SSLCertificateKeyFile @ROOT@/elliptic.example.key\n"
                      "SSLProtocol -all +TLSv1.2 +TLSv1.3\nSSLHonorCipherOrder On\n"
                      "SSLCipherSuite ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384\n"
                      "SSLCipherSuite TLSv1.3 TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256\n"
                      "SSLOpenSSLConfCmd groups \"P-384:X25519\"\nSSLOpenSSLConfCmd NumTickets 1\n"));
  const std::vector<TlsServer> servers = site.servers();
  REQUIRE(servers.size() == 1);
  const TlsServer& server = servers.front();
  CHECK(server.server_name == "both.example");
  CHECK(server.id.size() == 64);
  CHECK(server.id.find_first_not_of("0123456789abcdef") == std::string::npos);
  REQUIRE(server.identities.size() == 2);
  CHECK(files_of(server.identities[0].certificates, site.root()) == Names{"both.example", "middle.example"});
  CHECK(files_of(server.identities[1].certificates, site.root()) == Names{"elliptic.example"});
  for (const TlsIdentity& identity : server.identities)
    CHECK(key_fits(identity));
  CHECK(server.least_version == TLS1_2_VERSION);
  CHECK(server.most_version == TLS1_3_VERSION);
  CHECK(server.ciphers == "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384");
  CHECK(server.cipher_suites == "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256");
  CHECK((server.options & SSL_OP_CIPHER_SERVER_PREFERENCE) != 0);
  const std::shared_ptr<SSL_CTX> usual(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  CHECK(server.security_level == static_cast<std::uint32_t>(SSL_CTX_get_security_level(usual.get())));
  CHECK(server.commands ==
        std::vector<TlsCommand>{{"SignatureAlgorithms", "ECDSA+SHA256:RSA-PSS+SHA256"}, {"groups", "P-384:X25519"}});
  site.httpd().error_log().wait_for("RTMPT437: .*both.example.*" + server.id);
}

TEST_CASE("The chain is that of mod_ssl, wherever it has it from, and a key with a pass phrase comes without") {
  HttpdOptions options;
  options.global = "SSLPassPhraseDialog exec:@ROOT@/phrase\n";
  NotingSite site(options);
  make_certificate(site.root(), {.name = "root.example", .is_authority = true});
  make_certificate(site.root(), {.name = "middle.example", .issuer = "root.example", .is_authority = true});
  for (const std::string name : {"found.example", "extra.example", "alone.example"})
    make_certificate(site.root(), {.name = name, .issuer = "middle.example"});
  make_certificate(site.root(), {.name = "phrase.example", .passphrase = "open sesame"});
  write_file(site.root() / "phrase", "#!/bin/sh\necho open sesame\n");
  fs::permissions(site.root() / "phrase", fs::perms::owner_all);
  join_files(site.root() / "authorities.pem", {site.root() / "root.example.pem", site.root() / "middle.example.pem"});
  site.start(tls_host("found.example", "found.example", "SSLCACertificateFile @ROOT@/authorities.pem\n") +
             tls_host("extra.example", "extra.example", "SSLCertificateChainFile @ROOT@/middle.example.pem\n") +
             tls_host("alone.example", "alone.example") + tls_host("phrase.example", "phrase.example"));
  const std::vector<TlsServer> servers = site.servers();
  const auto chain_of = [&](const std::string& name) {
    const TlsServer& server = named(servers, name);
    REQUIRE(server.identities.size() == 1);
    CHECK(key_fits(server.identities.front()));
    return files_of(server.identities.front().certificates, site.root());
  };
  CHECK(chain_of("found.example") == Names{"found.example", "middle.example", "root.example"});
  CHECK(chain_of("extra.example") == Names{"extra.example", "middle.example"});
  CHECK(chain_of("alone.example") == Names{"alone.example"});
  CHECK(chain_of("phrase.example") == Names{"phrase.example"});
  CHECK(named(servers, "phrase.example").identities.front().key.find("ENCRYPTED") == std::string::npos);
}

TEST_CASE("Only virtual hosts that say so are told of, whichever module is loaded first") {
  HttpdOptions options;
  options.ssl_last = GENERATE(false, true);
  options.mpm = options.ssl_last ? "prefork" : "event";
  CAPTURE(options.ssl_last);
  NotingSite site(options);
  for (const std::string name : {"a.example", "b.example", "c.example", "d.example"})
    make_certificate(site.root(), {.name = name});
  site.start(tls_host("a.example", "a.example") + tls_host("b.example", "b.example", "RTMPTTerminateTLS httpd\n") +
             tls_host("c.example", "c.example", "RTMPTProxyPass !\n") + tls_host("d.example", "d.example"));
  CHECK(names_of(site.servers()) == Names{"a.example", "d.example"});
  for (const auto& message : site.messages())
    for (const TlsServer& server : message.servers)
      CHECK(key_fits(server.identities.front()));
}

TEST_CASE("Without such a virtual host the gateway is told of none") {
  NotingSite site;
  make_certificate(site.root(), {.name = "a.example"});
  site.start(tls_host("a.example", "a.example", "RTMPTTerminateTLS httpd\n"));
  CHECK(site.servers().empty());
}

TEST_CASE("A reload tells all again, with new keys of tickets: the same settings have the same id, another certificate "
          "has another one") {
  NotingSite site;
  make_certificate(site.root(), {.name = "a.example"});
  make_certificate(site.root(), {.name = "b.example"});
  const std::string hosts = tls_host("a.example", "a.example") + tls_host("b.example", "b.example");
  site.start(hosts);
  const std::vector<TlsServer> before = site.servers();
  REQUIRE(before.size() == 2);
  CHECK(before[0].id != before[1].id);
  site.graceful(hosts);
  const std::vector<TlsServer> again = site.servers(2);
  CHECK(but_for_ticket_keys(again) == but_for_ticket_keys(before));
  for (const std::vector<TlsServer>& servers : {before, again}) {
    CHECK(servers[0].tickets.keys.size() == rtmpt_proxy::protocol::kTlsTicketKeysBytes);
    CHECK(servers[0].tickets.keys == servers[1].tickets.keys); // of the first virtual host of their address
    CHECK(servers[0].tickets.context != servers[1].tickets.context);
  }
  CHECK(again[0].tickets.keys != before[0].tickets.keys);
  make_certificate(site.root(), {.name = "a.example"});
  site.graceful(hosts);
  const std::vector<TlsServer> renewed = site.servers(3);
  REQUIRE(renewed.size() == 2);
  const TlsServer& other = named(renewed, "a.example");
  CHECK(other.id != named(before, "a.example").id);
  CHECK(files_of(other.identities.front().certificates, site.root()) == Names{"a.example"});
  CHECK(key_fits(other.identities.front()));
  CHECK(but_for_ticket_keys({named(renewed, "b.example")}) == but_for_ticket_keys({named(before, "b.example")}));
  site.graceful(tls_host("b.example", "b.example", "RTMPTTerminateTLS httpd\n"));
  CHECK(site.servers(4).empty());
}

TEST_CASE("A gateway that is started again after a crash is told of the same") {
  NotingSite site;
  make_certificate(site.root(), {.name = "a.example"});
  site.start(tls_host("a.example", "a.example"));
  const std::vector<TlsServer> before = site.servers();
  REQUIRE(before.size() == 1);
  site.httpd().error_log().expect("RTMPT082: rtmpt-gateway .* was killed by signal 9");
  const pid_t killed = site.httpd().gateway_pid();
  ::kill(killed, SIGKILL);
  eventually("another gateway runs", [&] {
    const std::vector<pid_t> now = site.httpd().gateway_pids();
    return now.size() == 1 && now.front() != killed;
  });
  CHECK(site.messages().size() == 1);
  CHECK(site.servers() == before);
}

TEST_CASE("The gateway applies what mod_ssl has, and its state tells fingerprint and expiry of each certificate") {
  HttpdOptions options;
  options.plain_site = status_location();
  HttpdFixture httpd(options);
  make_certificate(httpd.root(), {.name = "rsa.example", .key = "rsa"});
  make_certificate(httpd.root(), {.name = "elliptic.example"});
  options.more_hosts =
      tls_host("rsa.example", "rsa.example",
               "SSLCertificateFile @ROOT@/elliptic.example.pem\nSSLCertificateKeyFile @ROOT@/elliptic.example.key\n"
               "SSLProtocol -all +TLSv1.2 +TLSv1.3\nSSLHonorCipherOrder On\nSSLSessionTickets Off\n"
               "SSLCipherSuite ECDHE+AESGCM:DHE+AESGCM:@SECLEVEL=1\nSSLCipherSuite TLSv1.3 TLS_AES_256_GCM_SHA384\n"
               "SSLOpenSSLConfCmd Curves P-256:X25519\nSSLOpenSSLConfCmd SignatureAlgorithms "
               "ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256\nSSLOpenSSLConfCmd RecordPadding 64\n") +
      tls_host("elliptic.example", "elliptic.example");
  httpd.configure(options);
  httpd.error_log().expect("AH01909: rsa.example:443:1"); // the second certificate has another name
  httpd.start();
  httpd.graceful(); // from now on the gateway has its log level when it is told about TLS
  httpd.error_log().wait_for("RTMPT421: 2 servers .*0 without success");
  const boost::json::value status = status_of(httpd);
  const auto fact = [&httpd](const std::string& name, const std::string& option) {
    const std::string line = run_command({"openssl", "x509", "-noout", option, "-sha256", "-dateopt", "iso_8601", "-in",
                                          (httpd.root() / (name + ".pem")).string()})
                                 .output;
    return line.substr(line.find('=') + 1, line.find('\n') - line.find('=') - 1);
  };
  std::map<std::string, std::vector<std::string>> shown;
  std::map<std::string, std::vector<std::string>> expected;
  for (const boost::json::value& server : status.at("tls_servers").as_array()) {
    CHECK(server.at("failure").is_null());
    for (const boost::json::value& one : server.at("certificates").as_array()) {
      std::string expires(one.at("expires").as_string());
      expires.replace(10, 1, " ");
      expires.erase(expires.find('.'), 4); // milliseconds
      shown[std::string(server.at("virtual_host").as_string())].push_back(
          std::string(one.at("sha256_fingerprint").as_string()) + " " + expires);
    }
  }
  const auto both = [&](const std::string& name) { return fact(name, "-fingerprint") + " " + fact(name, "-enddate"); };
  expected["rsa.example"] = {both("rsa.example"), both("elliptic.example")};
  expected["elliptic.example"] = {both("elliptic.example")};
  CHECK(shown == expected);
  const std::string metrics = ask_status(httpd, "?metrics").body;
  CHECK(metrics.find("rtmpt_tls_certificate_expiry_time_seconds{virtual_host=\"rsa.example\"} ") != std::string::npos);
}
