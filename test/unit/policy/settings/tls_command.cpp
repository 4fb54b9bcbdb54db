// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/settings/tls_command.hpp>

#include <catch2/catch.hpp>

#include <initializer_list>
#include <string_view>

using namespace rtmpt_proxy::policy;

namespace {

void check_all(TlsCommandUse use, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    CAPTURE(name);
    CHECK(use_of_tls_command(name) == use);
  }
}

} // namespace

TEST_CASE("What mod_ssl's settings do not show is repeated at the gateway", "[tls_command]") {
  check_all(TlsCommandUse::repeated,
            {"Groups", "groups", "GROUPS", "Curves", "ECDHParameters", "SignatureAlgorithms", "RecordPadding"});
}

TEST_CASE("What they show is not", "[tls_command]") {
  check_all(TlsCommandUse::shows, {"CipherString", "Ciphersuites", "Protocol", "MinProtocol", "MaxProtocol", "Options",
                                   "Certificate", "PrivateKey", "ChainCAFile", "VerifyMode"});
}

TEST_CASE("What the gateway does not do needs no line", "[tls_command]") {
  check_all(TlsCommandUse::not_needed, {"ClientSignatureAlgorithms", "ClientCAFile", "RequestCAPath", "VerifyCAFile",
                                        "NumTickets", "DHParameters"});
}

TEST_CASE("What cannot be repeated, or is not known, is impossible", "[tls_command]") {
  check_all(TlsCommandUse::impossible,
            {"ServerInfoFile", "TxCertificateCompression", "", "Group", "Groups ", "-groups"});
}
