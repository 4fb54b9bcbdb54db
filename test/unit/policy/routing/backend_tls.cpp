// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/backend_tls.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::BackendTls;

namespace {

using Settings = std::vector<TlsSetting>;

} // namespace

TEST_CASE("Without a word about it everything is checked, against the system's store", "[backend_tls]") {
  CHECK(backend_tls({}, {}) == BackendTls{true, true, ""});
}

TEST_CASE("mod_ssl's directives say what is checked of an rtmps:// server, in any case of letters", "[backend_tls]") {
  struct Row {
    Settings inherited, own;
    BackendTls terms;
  };
  const Row table[] = {
      {{}, {{"SSLProxyVerify", "none"}}, {false, true, ""}},
      {{}, {{"sslproxyverify", "NONE"}}, {false, true, ""}},
      {{}, {{"SSLProxyVerify", "require"}}, {true, true, ""}},
      {{}, {{"SSLProxyVerify", "optional"}}, {true, true, ""}},
      {{}, {{"SSLProxyVerify", "optional_no_ca"}}, {true, true, ""}},
      {{{"SSLProxyVerify", "none"}}, {}, {false, true, ""}},
      {{{"SSLProxyVerify", "none"}}, {{"SSLProxyVerify", "require"}}, {true, true, ""}},
      {{{"SSLProxyVerify", "require"}}, {{"SSLProxyVerify", "none"}}, {false, true, ""}},
      {{}, {{"SSLProxyVerify", "none"}, {"SSLProxyVerify", "require"}}, {true, true, ""}},
      {{}, {{"SSLProxyCheckPeerName", "off"}}, {true, false, ""}},
      {{}, {{"SSLProxyCheckPeerName", "On"}}, {true, true, ""}},
      {{}, {{"SSLProxyCheckPeerCN", "off"}}, {true, false, ""}},
      {{}, {{"SSLProxyCheckPeerCN", "off"}, {"SSLProxyCheckPeerName", "on"}}, {true, true, ""}},
      {{{"SSLProxyCheckPeerName", "on"}}, {{"SSLProxyCheckPeerCN", "off"}}, {true, true, ""}},
      {{}, {{"SSLProxyCheckPeerCN", "on"}, {"SSLProxyCheckPeerName", "off"}}, {true, false, ""}},
      {{{"SSLProxyCACertificateFile", "/a"}}, {}, {true, true, "/a"}},
      {{{"SSLProxyCACertificateFile", "/a"}}, {{"SSLProxyCACertificateFile", "/b"}}, {true, true, "/b"}},
      {{{"SSLProxyCACertificateFile", "/a"}}, {{"SSLProxyVerify", "none"}}, {false, true, "/a"}},
      {{}, {{"SSLProxyEngine", "off"}, {"SSLVerifyClient", "none"}}, {true, true, ""}},
  };
  for (const Row& row : table) {
    INFO((row.inherited.empty() ? "" : row.inherited[0].name + " " + row.inherited[0].value));
    INFO((row.own.empty() ? "" : row.own[0].name + " " + row.own[0].value));
    CHECK(backend_tls(row.inherited, row.own) == row.terms);
  }
}

TEST_CASE("Directives that hold for https:// backends alone are known, and the others are not blamed",
          "[backend_tls]") {
  CHECK_FALSE(shortfall_of({"SSLProxyCACertificatePath", "/certs"}).empty());
  CHECK_FALSE(shortfall_of({"sslproxymachinecertificatefile", "/me.pem"}).empty());
  CHECK_FALSE(shortfall_of({"SSLProxyVerify", "optional_no_ca"}).empty());
  for (const char* const value : {"none", "optional", "require"})
    CHECK(shortfall_of({"SSLProxyVerify", value}).empty());
  for (const std::string_view name : settings_of_backend_tls())
    CHECK(shortfall_of({std::string(name), "x"}).empty());
  CHECK(shortfall_of({"SSLProxyEngine", "off"}).empty());
}
