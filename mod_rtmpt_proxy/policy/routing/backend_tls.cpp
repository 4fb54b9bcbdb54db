// SPDX-License-Identifier: Apache-2.0
#include "policy/text/header_text.hpp"

#include <rtmpt_proxy/policy/routing/backend_tls.hpp>

#include <optional>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::string_view kVerify = "SSLProxyVerify";
constexpr std::string_view kTrustFile = "SSLProxyCACertificateFile";
constexpr std::string_view kCheckName = "SSLProxyCheckPeerName";
constexpr std::string_view kCheckCommonName = "SSLProxyCheckPeerCN";

// As written; what is not set is empty.
struct Written {
  std::optional<std::string> verify;
  std::optional<std::string> trust_file;
  std::optional<bool> check_name;
  std::optional<bool> check_common_name;
};

void take(Written& written, std::span<const TlsSetting> settings) {
  for (const TlsSetting& setting : settings) {
    const bool on = equal_in_any_case(setting.value, "on");
    if (equal_in_any_case(setting.name, kVerify)) written.verify = setting.value;
    if (equal_in_any_case(setting.name, kTrustFile)) written.trust_file = setting.value;
    if (equal_in_any_case(setting.name, kCheckName)) written.check_name = on;
    if (equal_in_any_case(setting.name, kCheckCommonName)) written.check_common_name = on;
  }
}

} // namespace

const std::vector<std::string_view>& settings_of_backend_tls() {
  static const std::vector<std::string_view> names{kVerify, kTrustFile, kCheckName, kCheckCommonName};
  return names;
}

const std::vector<std::string_view>& settings_left_out_of_backend_tls() {
  static const std::vector<std::string_view> names{"SSLProxyCACertificatePath",
                                                   "SSLProxyCARevocationCheck",
                                                   "SSLProxyCARevocationFile",
                                                   "SSLProxyCARevocationPath",
                                                   "SSLProxyCipherSuite",
                                                   "SSLProxyMachineCertificateChainFile",
                                                   "SSLProxyMachineCertificateFile",
                                                   "SSLProxyMachineCertificatePath",
                                                   "SSLProxyProtocol",
                                                   "SSLProxyVerifyDepth"};
  return names;
}

protocol::BackendTls backend_tls(std::span<const TlsSetting> inherited, std::span<const TlsSetting> own) {
  Written written;
  take(written, inherited);
  take(written, own);
  protocol::BackendTls terms;
  terms.verify = !written.verify || !equal_in_any_case(*written.verify, "none");
  terms.check_name = written.check_name.value_or(written.check_common_name.value_or(true));
  terms.trust_file = written.trust_file.value_or("");
  return terms;
}

std::string_view shortfall_of(const TlsSetting& setting) {
  if (equal_in_any_case(setting.name, kVerify) && equal_in_any_case(setting.value, "optional_no_ca"))
    return "an rtmps:// server that no trusted authority has signed is refused all the same";
  for (const std::string_view name : settings_left_out_of_backend_tls())
    if (equal_in_any_case(setting.name, name)) return "it has no effect on rtmps:// servers";
  return {};
}

} // namespace rtmpt_proxy::policy
