// SPDX-License-Identifier: Apache-2.0
// Which protocols and ciphers a server offers where TLS ends at the gateway: those of mod_ssl, for every configuration.
#include "support/clients/byte_stream.hpp"
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/scripted_backend.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <openssl/ssl.h>
#include <poll.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

struct Free {
  void operator()(SSL* tls) const { SSL_free(tls); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

using Context = std::unique_ptr<SSL_CTX, Free>;
using Connection = std::unique_ptr<SSL, Free>;

// A client of old and new versions, and of weak ciphers as well.
Context any_client() {
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  return context;
}

// What came of a handshake: "TLSv1.2 ECDHE-RSA-AES128-SHA 256"; "-" when the server refused.
std::string outcome(const Endpoint& endpoint, SSL_CTX* context, const std::function<void(SSL*)>& prepare) {
  const Deadline deadline;
  const auto socket = connect_tcp(endpoint, deadline);
  const Connection tls(SSL_new(context));
  prepare(tls.get());
  SSL_set_tlsext_host_name(tls.get(), "localhost");
  SSL_set_fd(tls.get(), socket.get());
  for (;;) {
    const int result = SSL_connect(tls.get());
    if (result == 1) break;
    const int why = SSL_get_error(tls.get(), result);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return "-";
    if (!ready(socket.get(), why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline))
      throw TimedOut("no end of a handshake");
  }
  const long group = SSL_get_negotiated_group(tls.get());
  return std::string(SSL_get_version(tls.get())) + " " + SSL_get_cipher_name(tls.get()) + " " + std::to_string(group);
}

std::vector<std::string> all_ciphers(SSL_CTX* context) {
  SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL");
  std::vector<std::string> names;
  STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
    if (std::string(SSL_CIPHER_get_version(sk_SSL_CIPHER_value(ciphers, i))) != "TLSv1.3")
      names.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)));
  return names;
}

// What a scanner finds out: each version, each cipher, each suite, each group alone, and who chooses between two.
std::vector<std::string> offer(const Endpoint& endpoint) {
  const Context context = any_client();
  std::vector<std::string> found;
  const auto look = [&](const std::string& what, const std::function<void(SSL*)>& prepare) {
    found.push_back(what + ": " + outcome(endpoint, context.get(), prepare));
  };
  for (const auto& [version, name] : std::vector<std::pair<int, std::string>>{
           {TLS1_VERSION, "1.0"}, {TLS1_1_VERSION, "1.1"}, {TLS1_2_VERSION, "1.2"}, {TLS1_3_VERSION, "1.3"}})
    look(name, [version = version](SSL* tls) {
      SSL_set_min_proto_version(tls, version);
      SSL_set_max_proto_version(tls, version);
    });
  const auto with_list = [](const std::string& list) {
    return [list](SSL* tls) {
      SSL_set_max_proto_version(tls, TLS1_2_VERSION);
      SSL_set_cipher_list(tls, list.c_str());
    };
  };
  for (const std::string& cipher : all_ciphers(context.get()))
    look(cipher, with_list(cipher));
  for (const std::string suite : {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"})
    look(suite, [&suite](SSL* tls) {
      SSL_set_min_proto_version(tls, TLS1_3_VERSION);
      SSL_set_ciphersuites(tls, suite.c_str());
    });
  for (const std::string group : {"P-256", "P-384", "P-521", "X25519", "X448"})
    look(group, [&group](SSL* tls) { SSL_set1_groups_list(tls, group.c_str()); });
  look("AES128 first", with_list("AES128-GCM-SHA256:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-"
                                 "GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"));
  look("AES256 first", with_list("AES256-GCM-SHA384:AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-"
                                 "GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"));
  return found;
}

HttpdOptions options_for(const ScriptedBackend& backend, const std::string& lines, const std::string& ends_at) {
  HttpdOptions options;
  options.global = "LogLevel rtmpt_proxy:trace1\n";
  options.site = "RTMPTProxyPass " + backend.url() + "\n";
  options.tls_site = "RTMPTTerminateTLS " + ends_at + "\n" + lines;
  return options;
}

} // namespace

TEST_CASE("A scanner finds the same versions, ciphers and groups at the gateway as at mod_ssl") {
  const std::string lines =
      GENERATE("", "SSLProtocol all -TLSv1.3\nSSLCipherSuite HIGH:!aNULL:!AES256\nSSLHonorCipherOrder on\n",
               "SSLProtocol TLSv1.3\nSSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256\n",
               "SSLProtocol all\nSSLCipherSuite ALL:@SECLEVEL=0\nSSLOpenSSLConfCmd Groups P-384:P-256\n"
               "SSLOpenSSLConfCmd Options ServerPreference\n");
  CAPTURE(lines);
  const ScriptedBackend backend;
  HttpdFixture httpd(options_for(backend, lines, "httpd"));
  httpd.error_log().allow("SSL Library Error|AH02008|AH02039");
  httpd.start();
  const std::vector<std::string> by_mod_ssl = offer(httpd.tls());
  httpd.configure(options_for(backend, lines, "gateway"));
  httpd.graceful();
  CHECK(offer(httpd.tls()) == by_mod_ssl);
  CHECK(fetch(httpd.tls(), "/").body == kPageText);
  // All of them were the gateway's. A client that has none of what it may use says nothing to the server.
  const auto refused = std::count_if(by_mod_ssl.begin(), by_mod_ssl.end(),
                                     [](const std::string& found) { return found.ends_with(": -"); });
  CHECK(httpd.error_log().matching("RTMPT440").size() > by_mod_ssl.size() - static_cast<std::size_t>(refused));
}

TEST_CASE("OPENSSL_CONF of httpd's environment holds for the gateway as for mod_ssl") {
  any_client(); // before the variable is there: it is not for this process
  const TempDir folder;
  const auto file = folder.path() / "openssl.cnf";
  write_file(file, "openssl_conf = all\n[all]\nssl_conf = of_tls\n[of_tls]\nsystem_default = limits\n"
                   "[limits]\nGroups = P-384\nCipherString = DEFAULT:!AES128\n");
  ::setenv("OPENSSL_CONF", file.c_str(), 1);
  const bool is_readable = GENERATE(true, false);
  CAPTURE(is_readable);
  std::filesystem::permissions(file, std::filesystem::perms(is_readable ? 0644 : 0600));
  const ScriptedBackend backend;
  HttpdFixture httpd(options_for(backend, "", "httpd"));
  httpd.error_log().allow("SSL Library Error|AH02008|AH02039");
  if (!is_readable) httpd.error_log().expect("RTMPT429: '.*openssl.cnf'");
  httpd.start();
  ::unsetenv("OPENSSL_CONF");
  const std::vector<std::string> by_mod_ssl = offer(httpd.tls());
  CHECK(std::count(by_mod_ssl.begin(), by_mod_ssl.end(), "X25519: -") == 1);
  httpd.configure(options_for(backend, "", "gateway"));
  httpd.graceful();
  CHECK((offer(httpd.tls()) == by_mod_ssl) == is_readable);
}
