// SPDX-License-Identifier: Apache-2.0
// What mod_ssl's SSLProxy directives say about rtmps:// backends.
#pragma once

#include <rtmpt_proxy/protocol/messages/backend_tls.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

// One directive of mod_ssl.
struct TlsSetting {
  std::string name;  // "SSLProxyVerify", in any case of letters
  std::string value; // "none"; of a file, its path
};

// The directives that hold for rtmps:// backends as well.
const std::vector<std::string_view>& settings_of_backend_tls();

// Directives about TLS to backends that do not hold for them.
const std::vector<std::string_view>& settings_left_out_of_backend_tls();

// The terms of a virtual host. `inherited` are the settings of the main server, in their order; `own` are those of the
// virtual host itself, which win. Without any, certificate and name are checked, and the system's store says whom to
// trust: unlike mod_ssl, which checks no certificate without SSLProxyVerify. As with mod_ssl, the name is checked
// unless SSLProxyCheckPeerName is off, or SSLProxyCheckPeerCN is while SSLProxyCheckPeerName is not set.
protocol::BackendTls backend_tls(std::span<const TlsSetting> inherited, std::span<const TlsSetting> own);

// Why a setting has not all of the effect that it has with mod_ssl; empty when it has.
std::string_view shortfall_of(const TlsSetting& setting);

} // namespace rtmpt_proxy::policy
