// SPDX-License-Identifier: Apache-2.0
// What the gateway makes of a virtual host's settings of TLS.
#include "gateway/tls/tls_server_contexts.hpp"
#include "tls_pair.hpp"

#include <catch2/catch.hpp>

#include <cctype>
#include <chrono>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using gateway::make_tls_server_context;
using gateway::TlsServerContexts;

namespace {

protocol::TlsServer named(const std::string& id) {
  protocol::TlsServer server = sample_tls_server();
  server.id = id;
  return server;
}

const KeyPair& rsa_pair() {
  static const KeyPair pair = rsa_self_signed("live.example.com", "DNS:live.example.com");
  return pair;
}

} // namespace

TEST_CASE("Settings that OpenSSL refuses make no server, and the reason names them", "[client_tls]") {
  protocol::TlsServer server = sample_tls_server();
  std::string words;
  SECTION("a key that is none") {
    server.identities[0].key = "no key";
    words = "the key of certificate 1 cannot be read";
  }
  SECTION("a key with a passphrase, which nobody is asked for") {
    server.identities[0].key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIC\n-----END ENCRYPTED PRIVATE KEY-----\n";
    words = "the key of certificate 1 cannot be read";
  }
  SECTION("another certificate's key") {
    server.identities[0].key = rsa_pair().key_pem();
    words = "certificate 1 is refused";
  }
  SECTION("no certificate in the text") {
    server.identities[0].certificates = "-----BEGIN CERTIFICATE-----\n";
    words = "certificate 1 cannot be read";
  }
  SECTION("no certificate at all") {
    server.identities.clear();
    words = "there is no certificate";
  }
  SECTION("a certificate whose key is too weak for the level") {
    server.identities = {identity_of(rsa_pair())};
    server.security_level = 5;
    words = "certificate 1 is refused: ee key too small";
  }
  SECTION("ciphers") {
    server.ciphers = "NO-SUCH-CIPHER\n";
    words = "the ciphers 'NO-SUCH-CIPHER\\n' are refused: no cipher match";
  }
  SECTION("cipher suites") {
    server.cipher_suites = "TLS_NONE";
    words = "the cipher suites 'TLS_NONE' are refused: no cipher match";
  }
  SECTION("a version") {
    server.least_version = 0x0909;
    words = "OpenSSL speaks no TLS of the versions 2313 to 0";
  }
  SECTION("a command") {
    server.commands = {{"Groups", "P-256"}, {"Curves", "none"}};
    words = "SSLOpenSSLConfCmd 'Curves' 'none' is refused";
  }
  SECTION("a command that OpenSSL does not know") {
    server.commands = {{"Carves", "P-256"}};
    words = "SSLOpenSSLConfCmd 'Carves' 'P-256' is refused: unknown cmd name";
  }
  const gateway::MadeTlsContext made = make_tls_server_context(server);
  CHECK_FALSE(made.context);
  CHECK_THAT(made.failure, Catch::StartsWith(words));
  CHECK_THAT(made.failure, !Catch::Contains("MIIC"));
}

TEST_CASE("The settings hold: versions, ciphers, groups, the order of the server's", "[client_tls]") {
  protocol::TlsServer server = sample_tls_server();
  std::string protocol = "TLSv1.3";
  std::string cipher;
  SECTION("the newest version") {
    server.most_version = TLS1_2_VERSION;
    protocol = "TLSv1.2";
  }
  SECTION("cipher suites in the server's order") {
    server.options = SSL_OP_CIPHER_SERVER_PREFERENCE;
    server.cipher_suites = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
    cipher = "TLS_CHACHA20_POLY1305_SHA256";
  }
  SECTION("ciphers of TLS 1.2") {
    server.most_version = TLS1_2_VERSION;
    server.ciphers = "ECDHE-ECDSA-AES128-SHA256";
    protocol = "TLSv1.2";
    cipher = "ECDHE-ECDSA-AES128-SHA256";
  }
  SECTION("a command") {
    server.commands = {{"MaxProtocol", "TLSv1.2"}, {"Groups", "P-384"}};
    protocol = "TLSv1.2";
  }
  TlsPair pair({}, context_of(server));
  REQUIRE(pair.greet());
  const protocol::TlsFacts facts = pair.served.socket.tls_facts();
  CHECK(facts.protocol == protocol);
  CHECK(facts.cipher == SSL_CIPHER_get_name(SSL_get_current_cipher(pair.client.tls())));
  if (!cipher.empty()) CHECK(facts.cipher == cipher);
  if (!server.commands.empty()) CHECK(SSL_get_negotiated_group(pair.client.tls()) == NID_secp384r1);
}

TEST_CASE("A server with two kinds of keys gives each client the certificate that it can check", "[client_tls]") {
  protocol::TlsServer server = sample_tls_server();
  server.identities.push_back(identity_of(rsa_pair()));
  const gateway::TlsServerContext context = context_of(server);
  for (const int newest : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const bool wants_rsa : {false, true}) {
      CAPTURE(newest, wants_rsa);
      TlsClientRules rules;
      rules.newest = newest;
      rules.signatures = wants_rsa ? "rsa_pss_rsae_sha256:RSA+SHA256" : "ECDSA+SHA256";
      TlsPair pair(rules, context);
      REQUIRE(pair.greet());
      const EVP_PKEY* const key = X509_get0_pubkey(SSL_get0_peer_certificate(pair.client.tls()));
      CHECK(EVP_PKEY_get_base_id(key) == (wants_rsa ? EVP_PKEY_RSA : EVP_PKEY_EC));
    }
  }
}

TEST_CASE("A client gets the certificates that signed the server's", "[client_tls]") {
  const KeyPair authority = self_signed("an authority", "");
  const KeyPair pair = signed_by(authority, "DNS:live.example.com");
  protocol::TlsServer server = sample_tls_server();
  server.identities = {{pair.pem() + authority.pem(), pair.key_pem()}};
  TlsPair connection({}, context_of(server));
  REQUIRE(connection.greet());
  STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(connection.client.tls());
  REQUIRE(sk_X509_num(chain) == 2);
  CHECK(X509_cmp(sk_X509_value(chain, 1), authority.certificate.get()) == 0);
}

TEST_CASE("The servers of the last messages stay known, and those of the last one are told", "[client_tls]") {
  TlsServerContexts contexts;
  protocol::TlsServer bad = named("bad");
  bad.server_name = "bad.example.com";
  bad.ciphers = "NONE-OF-THEM";
  const auto failures = contexts.use({{named("one"), bad}});
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].server_name == "bad.example.com");
  CHECK(failures[0].why == "the ciphers 'NONE-OF-THEM' are refused: no cipher match");
  CHECK_FALSE(contexts.find("bad"));
  CHECK_FALSE(contexts.find(""));
  const gateway::TlsServerContext one = contexts.find("one");
  REQUIRE(one);

  const auto facts = contexts.facts();
  REQUIRE(facts.size() == 2);
  CHECK(facts[0].server_name == "live.example.com");
  CHECK(facts[0].failure.empty());
  REQUIRE(facts[0].certificates.size() == 1);
  const std::string& fingerprint = facts[0].certificates[0].fingerprint;
  CHECK(fingerprint.size() == 32 * 3 - 1);
  CHECK(fingerprint.find_first_not_of("0123456789ABCDEF:") == std::string::npos);
  const auto left = facts[0].certificates[0].expires - std::chrono::system_clock::now();
  CHECK(left > std::chrono::minutes(50)); // the tests' certificates are good for an hour
  CHECK(left < std::chrono::minutes(61));
  CHECK(facts[1].failure == failures[0].why);

  // The same server again keeps its sessions; the next three do not push it out, the fourth does.
  CHECK(contexts.use({{named("one")}}).empty());
  CHECK(contexts.find("one") == one);
  for (std::size_t i = 1; i < protocol::kTlsGenerations; ++i) {
    contexts.use({{named("next " + std::to_string(i))}});
    CHECK(contexts.find("one") == one);
  }
  contexts.use({});
  CHECK_FALSE(contexts.find("one"));
  CHECK(contexts.find("next 1"));
  CHECK(contexts.facts().empty());
}

TEST_CASE("Clients get the tickets of the last message, also at a server that is known already", "[client_tls]") {
  TlsServerContexts contexts;
  protocol::TlsServer giving = named("one");
  giving.tickets = {std::string(protocol::kTlsTicketKeysBytes, 'a'), "a virtual host", std::chrono::minutes(5)};
  contexts.use({{giving, named("two")}});
  const gateway::TlsServerContext context = contexts.find("one");
  const gateway::TlsTicketMaker first = contexts.tickets("one");
  CHECK(first);
  CHECK_FALSE(contexts.tickets("two"));
  CHECK_FALSE(contexts.tickets("three"));
  contexts.use({{giving}});
  CHECK(contexts.tickets("one") != first);
  CHECK(contexts.tickets("one"));
  CHECK(contexts.find("one") == context);
  contexts.use({{named("one")}});
  CHECK_FALSE(contexts.tickets("one"));
  contexts.use({{giving}});
  CHECK(contexts.tickets("one"));
  contexts.use({{named("two")}});
  CHECK(contexts.find("one") == context);
  CHECK_FALSE(contexts.tickets("one"));
}

TEST_CASE("Servers are made a few at a time, or when a client comes to one", "[client_tls]") {
  TlsServerContexts contexts;
  protocol::TlsServer bad = named("bad");
  bad.ciphers = "NONE-OF-THEM";
  contexts.begin({{named("a"), named("b"), bad, named("c")}});
  const auto made = [&contexts] {
    std::string servers;
    for (const gateway::TlsServerFacts& one : contexts.facts())
      servers += one.certificates.empty() ? '-' : '+';
    return servers;
  };
  CHECK(made() == "----");
  CHECK(contexts.failures().empty());
  CHECK(contexts.find("b"));
  CHECK(made() == "-+--");
  CHECK(contexts.make_some(1));
  CHECK(made() == "++--");
  const gateway::TlsServerContext a = contexts.find("a");
  // A later message takes over what is made and what is not; what has failed is tried again.
  SECTION("the same servers again") {
    CHECK(contexts.make_some(1));
    CHECK(contexts.failures().size() == 1);
    contexts.begin({{bad, named("c"), named("a")}});
    CHECK(made() == "--+");
    CHECK(contexts.failures().empty());
    CHECK_FALSE(contexts.make_some(10));
    CHECK(contexts.failures().size() == 1);
    CHECK(contexts.find("a") == a);
    CHECK(contexts.find("b")); // of the message before
  }
  SECTION("to the end") {
    CHECK_FALSE(contexts.make_some(10));
    CHECK(contexts.failures().size() == 1);
    CHECK_FALSE(contexts.make_some(10));
  }
}

TEST_CASE("All servers together keep a number of sessions, and those of before keep none", "[client_tls]") {
  TlsServerContexts contexts;
  const auto kept = [&contexts](const std::string& id) -> long {
    SSL_CTX* const context = contexts.find(id).get();
    return SSL_CTX_get_session_cache_mode(context) == SSL_SESS_CACHE_OFF ? 0 : SSL_CTX_sess_get_cache_size(context);
  };
  contexts.use({{named("one"), named("two")}});
  CHECK(kept("one") == 8'192);
  TlsClientRules rules;
  rules.newest = TLS1_2_VERSION;
  TlsPair pair(rules, contexts.find("two"));
  REQUIRE(pair.greet());
  CHECK(SSL_CTX_sess_number(contexts.find("two").get()) == 1);
  contexts.use({{named("one")}});
  CHECK(kept("one") == 16'384);
  CHECK(kept("two") == 0);
  CHECK(SSL_CTX_sess_number(contexts.find("two").get()) == 0);
  protocol::TlsServers many;
  for (int i = 0; i < 2'000; ++i)
    many.servers.push_back(named(std::to_string(i)));
  many.servers.push_back(named("two"));
  contexts.begin(std::move(many));
  CHECK(kept("1999") == 16);
  CHECK(kept("two") == 16);
}

TEST_CASE("A client of a server is to offer the groups and signatures that the server asks for", "[client_tls]") {
  protocol::TlsServer server = named("one");
  server.commands = {{"groups", "P-384"},        {"MinProtocol", "TLSv1.2"}, {"ECDHParameters", "P-521"},
                     {"ecdhparameters", "Auto"}, {"Curves", "X25519"},       {"SignatureAlgorithms", "ECDSA+SHA256"}};
  TlsServerContexts contexts;
  contexts.begin({{server}});
  std::string offers;
  for (const protocol::TlsCommand& command : contexts.offers("one"))
    offers += command.name + "=" + command.value + " ";
  CHECK(offers == "groups=P-384 Groups=P-521 Curves=X25519 SignatureAlgorithms=ECDSA+SHA256 ");
  CHECK(contexts.offers("unknown").empty());
}
