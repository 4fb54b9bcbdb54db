// SPDX-License-Identifier: Apache-2.0
// Which rtmps:// backends the gateway speaks to.
#include "test/support/deadline.hpp"
#include "tls_rig.hpp"
#include "tls_server.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using gateway::BackendFault;

namespace {

// The system's store, as long as it lives, is this one certificate.
class SystemStore {
 public:
  explicit SystemStore(const std::string& pem) {
    std::ofstream(file_) << pem;
    ::setenv("SSL_CERT_FILE", file_.c_str(), 1);
  }
  ~SystemStore() {
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(file_);
  }
  SystemStore(const SystemStore&) = delete;
  SystemStore& operator=(const SystemStore&) = delete;

 private:
  std::string file_ = std::filesystem::temp_directory_path() / ("rtmpt-store-" + std::to_string(::getpid()));
};

// Counts the clients that have let it end the handshake.
TlsServer::Serve counting(std::atomic<int>& welcomed) {
  return [&welcomed](TlsPeer& peer) {
    if (peer.handshake() && !peer.read().empty()) ++welcomed;
  };
}

} // namespace

TEST_CASE("A certificate is taken when a trusted authority has signed it for the backend's name or address", "[tls]") {
  const KeyPair authority = self_signed("authority", "");
  const std::string host = GENERATE("localhost", "127.0.0.1");
  CAPTURE(host);
  const TlsServer server(signed_by(authority, "DNS:localhost,IP:127.0.0.1"), echo);
  TlsRig rig;
  rig.trust(authority.pem());
  const Attempt attempt = rig.connect(TlsRig::admission_to(host, server.port()));
  CHECK(attempt.failure.empty());
  CHECK(attempt.fault == BackendFault::none);
  REQUIRE(rig.leg);
  rig.send("ping");
  CHECK(rig.runs_until([&] { return rig.received == "ping"; }));
}

TEST_CASE("Without a file the system's store says whom to trust", "[tls]") {
  const KeyPair authority = self_signed("authority", "");
  const SystemStore store(authority.pem());
  const TlsServer server(signed_by(authority, "DNS:localhost"), echo);
  TlsRig rig;
  auto admission = TlsRig::admission_to("localhost", server.port());
  admission.tls = {};
  CHECK(rig.connect(admission).failure.empty());

  const KeyPair stranger = self_signed("stranger", "");
  const TlsServer other(signed_by(stranger, "DNS:localhost"), echo);
  admission.backend.port = other.port();
  CHECK(rig.connect(admission).failure == "its certificate is refused: unable to get local issuer certificate");

  SECTION("and a file takes its place") {
    rig.trust(stranger.pem());
    admission.tls.trust_file = TlsRig::kTrusted;
    CHECK(rig.connect(admission).failure.empty());
    admission.backend.port = server.port();
    CHECK(rig.connect(admission).failure == "its certificate is refused: unable to get local issuer certificate");
  }
}

TEST_CASE("A certificate that is not good enough is refused, the backend is at fault, and no byte of RTMP is sent",
          "[tls]") {
  struct Row {
    std::string host;
    std::function<KeyPair(const KeyPair&)> pair;
    std::string verdict;
  };
  const std::string names = "DNS:localhost,IP:127.0.0.1";
  const Row row = GENERATE_COPY(values<Row>({
      {"localhost", [names](const KeyPair&) { return self_signed("me", names); }, "self-signed certificate"},
      {"localhost", [](const KeyPair& by) { return signed_by(by, "DNS:elsewhere"); }, "hostname mismatch"},
      {"localhost", [](const KeyPair& by) { return signed_by(by, "DNS:*"); }, "hostname mismatch"},
      {"127.0.0.1", [](const KeyPair& by) { return signed_by(by, "DNS:localhost"); }, "IP address mismatch"},
      {"localhost", [names](const KeyPair& by) { return expired(by, names); }, "certificate has expired"},
  }));
  CAPTURE(row.verdict);
  const KeyPair authority = self_signed("authority", "");
  std::atomic<int> welcomed{0};
  {
    const TlsServer server(row.pair(authority), counting(welcomed));
    TlsRig rig;
    rig.trust(authority.pem());
    const Attempt attempt = rig.connect(TlsRig::admission_to(row.host, server.port()));
    CHECK(attempt.failure == "its certificate is refused: " + row.verdict);
    CHECK(attempt.fault == BackendFault::backends);
    CHECK_FALSE(attempt.timed_out);
  }
  CHECK(welcomed == 0);
}

TEST_CASE("Each check can be left out by itself", "[tls]") {
  const KeyPair authority = self_signed("authority", "");
  const auto outcome = [&](const KeyPair& pair, bool verify, bool check_name) {
    const TlsServer server(pair, echo);
    TlsRig rig;
    rig.trust(authority.pem());
    auto admission = TlsRig::admission_to("localhost", server.port());
    admission.tls.verify = verify;
    admission.tls.check_name = check_name;
    const Attempt attempt = rig.connect(admission);
    if (!attempt.failure.empty()) return attempt.failure;
    rig.send("ping");
    return std::string(rig.runs_until([&] { return rig.received == "ping"; }) ? "" : "no echo");
  };
  const std::string misnamed = "its certificate is refused: hostname mismatch";
  CHECK(outcome(self_signed("me", "DNS:localhost"), false, true).empty());
  CHECK(outcome(self_signed("me", "DNS:elsewhere"), false, true) == misnamed);
  CHECK(outcome(self_signed("me", "DNS:elsewhere"), false, false).empty());
  CHECK(outcome(self_signed("me", "DNS:elsewhere"), true, false) ==
        "its certificate is refused: self-signed certificate");
  CHECK(outcome(signed_by(authority, "DNS:elsewhere"), true, false).empty());
  CHECK(outcome(expired(authority, "DNS:localhost"), false, true).empty());
}

TEST_CASE("A file that is not there is no backend's fault", "[tls]") {
  const KeyPair authority = self_signed("authority", "");
  const TlsServer server(signed_by(authority, "DNS:localhost"), echo);
  TlsRig rig;
  const Attempt attempt = rig.connect(TlsRig::admission_to("localhost", server.port()));
  CHECK(attempt.failure == "the certificates of SSLProxyCACertificateFile '/etc/trusted.pem' are not there");
  CHECK(attempt.fault == BackendFault::nobodys);
}

TEST_CASE("A file of several certificates trusts them all, and one without any is named and trusts nobody", "[tls]") {
  const KeyPair one = self_signed("one", "");
  const KeyPair other = self_signed("other", "");
  gateway::TlsContexts contexts;
  CHECK(contexts.use({{"/both", one.pem() + other.pem()}, {"/none", "no certificate"}}) ==
        std::vector<std::string>{"/none"});
  for (const KeyPair& authority : {one, other}) {
    const TlsServer server(signed_by(authority, "DNS:localhost"), echo);
    TlsRig rig;
    rig.trust(one.pem() + other.pem());
    CHECK(rig.connect(TlsRig::admission_to("localhost", server.port())).failure.empty());
    rig.leg->close(); // the server serves one at a time
    rig.trust("no certificate");
    CHECK(rig.connect(TlsRig::admission_to("localhost", server.port())).failure ==
          "its certificate is refused: unable to get local issuer certificate");
  }
}

TEST_CASE("Connections that trust the same share one context, and new settings make a new one", "[tls]") {
  gateway::TlsContexts contexts;
  const std::string pem = self_signed("authority", "").pem();
  contexts.use({{"/ca", pem}});
  const auto first = contexts.find({true, true, "/ca"});
  REQUIRE(first);
  CHECK(contexts.find({false, false, "/ca"}) == first);
  const auto systems = contexts.find({});
  CHECK(systems != first);
  CHECK(contexts.find({}) == systems);
  contexts.use({{"/ca", pem}});
  CHECK(contexts.find({true, true, "/ca"}) != first);
  CHECK(contexts.find({}) != systems);
  CHECK_FALSE(contexts.find({true, true, "/cb"}));
}
