// SPDX-License-Identifier: Apache-2.0
// `httpd -t` and rtmps:// media servers: which lines of mod_ssl hold for them, and which files are of use.
#include "support/httpd/certificate.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tried_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

namespace {

constexpr Verdict good = Verdict::good;
constexpr Verdict warned = Verdict::warned;
constexpr Verdict refused = Verdict::refused;

constexpr const char* kUnusable = "RTMPT176";
constexpr const char* kNoEffect = "RTMPT177";

const std::string kPass = "RTMPTProxyPass rtmps://media.example\n";

} // namespace

TEST_CASE("A file of certificates is looked at where rtmps:// servers are trusted by it") {
  const TempDir dir;
  write_certificate(dir.path());
  write_file(dir.path() / "none.pem", "no certificate\n");
  const auto trust = [&](const std::string& file) {
    return "SSLProxyCACertificateFile " + (dir.path() / file).string() + "\n";
  };
  judge({
      {"none", good, kUnusable, {}, "", kPass},
      {"a good one", good, kUnusable, {}, "", kPass + trust("certificate.pem")},
      {"one inherited", good, kUnusable, {}, trust("certificate.pem"), kPass},
      {"one that is a key",
       refused,
       kUnusable,
       {"key.pem has no certificate", "httpd.conf:"},
       "",
       kPass + trust("key.pem")},
      {"one without any",
       refused,
       kUnusable,
       {"none.pem has no certificate", "expected"},
       "",
       kPass + trust("none.pem")},
      {"none without any, inherited", refused, kUnusable, {"none.pem"}, trust("none.pem"), kPass},
      {"for other servers", good, kUnusable, {}, trust("none.pem"), "RTMPTProxyPass rtmp://media.example\n"},
      {"for a balancer",
       refused,
       kUnusable,
       {"none.pem"},
       "<Proxy balancer://media>\nBalancerMember rtmps://media.example\n</Proxy>\n",
       "RTMPTProxyPass balancer://media\n" + trust("none.pem")},
      {"for a ProxyPass",
       refused,
       kUnusable,
       {"none.pem"},
       "",
       "ProxyPass / rtmps://media.example/\n" + trust("none.pem")},
  });
}

TEST_CASE("Lines of mod_ssl that do nothing for rtmps:// servers are spoken of") {
  const std::string depth = "SSLProxyVerifyDepth 3\n";
  const std::string none = "SSLProxyVerify none\n";
  const auto in_proxy = [](const std::string& of, const std::string& line) {
    return "<Proxy " + of + ">\n" + line + "</Proxy>\n";
  };
  judge({
      {"what holds", good, kNoEffect, {}, "", kPass + none + "SSLProxyCheckPeerName off\nSSLProxyEngine on\n"},
      {"what holds, inherited", good, kNoEffect, {}, none, kPass},
      {"what does not", warned, kNoEffect, {"SSLProxyVerifyDepth 3", "httpd.conf:", "no effect"}, "", kPass + depth},
      {"what does not, inherited", warned, kNoEffect, {"SSLProxyVerifyDepth"}, depth, kPass},
      {"a version", warned, kNoEffect, {"SSLProxyProtocol"}, "", kPass + "SSLProxyProtocol all -TLSv1.2\n"},
      {"half of it", warned, kNoEffect, {"refused all the same"}, "", kPass + "SSLProxyVerify optional_no_ca\n"},
      {"for other servers", good, kNoEffect, {}, "", "RTMPTProxyPass rtmp://media.example\n" + depth},
      {"in a place for other servers", good, kNoEffect, {}, "", kPass + in_proxy("https://pages.example", none)},
      {"in a place for this one",
       warned,
       kNoEffect,
       {"<Proxy>", "expected it in the virtual host"},
       "",
       kPass + in_proxy("rtmps://media.example", none)},
      {"in a place for all", warned, kNoEffect, {"<Proxy>"}, "", kPass + in_proxy("*", none)},
      {"in a balancer's place",
       warned,
       kNoEffect,
       {"<Proxy>"},
       "",
       in_proxy("balancer://media", "BalancerMember rtmps://media.example\n" + none) +
           "RTMPTProxyPass balancer://media\n"},
  });
}

TEST_CASE("A health check of an rtmps:// server connects, and asks for no page") {
  const auto member = [](const std::string& check) {
    return "<Proxy balancer://media>\nBalancerMember rtmps://media.example hcmethod=" + check + "\n</Proxy>\n";
  };
  judge({
      {"connecting", good, "RTMPT175", {}, member("TCP"), "", "", {"proxy_hcheck"}},
      {"a page", refused, "RTMPT175", {"expected hcmethod=TCP"}, member("GET hcuri=/"), "", "", {"proxy_hcheck"}},
  });
}
