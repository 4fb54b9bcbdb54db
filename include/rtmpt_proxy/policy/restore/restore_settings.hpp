// SPDX-License-Identifier: Apache-2.0
// What an administrator can set about proxies in front of httpd, per server and virtual host: the RPAF directives.
#pragma once

#include <rtmpt_proxy/policy/restore/forwarded_walk.hpp>
#include <rtmpt_proxy/policy/restore/ip_network.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

inline constexpr std::string_view kDefaultClientHeader = "X-Forwarded-For";

// As written: a field is empty where the administrator said nothing.
struct RestoreSettings {
  std::optional<bool> enabled;           // RPAFenable
  std::optional<TrustedProxies> proxies; // RPAFproxy_ips, all its lines
  std::optional<std::string> header;     // RPAFheader
  std::optional<bool> set_host;          // RPAFsethostname
  std::optional<bool> set_https;         // RPAF_SetHTTPS
  std::optional<bool> set_port;          // RPAF_SetPort
  std::optional<bool> proxies_only;      // RPAF_ForbidIfNotProxy
  std::optional<bool> clean_headers;     // RPAF_CleanHeaders
  std::optional<bool> proxy_protocol;    // RPAFproxyProtocol
  bool operator==(const RestoreSettings&) const = default;
};

// What a virtual host with `override` uses inside a server with `base`: a field set in `override` wins, the list of
// proxies as a whole, and an unset one inherits. Neither argument changes.
RestoreSettings merge(const RestoreSettings& base, const RestoreSettings& override);

// The settings with every default filled in. Default: nothing is restored and nobody is trusted.
struct RestoreRules {
  bool enabled = false;
  TrustedProxies proxies;
  std::string header{kDefaultClientHeader};
  ForwardedSyntax syntax = ForwardedSyntax::address_list; // that of `header`
  bool set_host = false;
  bool set_https = false;
  bool set_port = false;
  bool proxies_only = false;
  bool clean_headers = false;
  bool proxy_protocol = false; // of the first virtual host of an address and port

  // Whether this peer is believed about its clients.
  bool trusts(const IpAddress& peer) const { return enabled && proxies.contains(peer); }
  // Whether every request of this peer gets 403.
  bool forbids(const IpAddress& peer) const { return enabled && proxies_only && !proxies.contains(peer); }
};

// Whether any peer may announce a client. Without one, RPAFproxyProtocol On would close every proxy's connections.
inline bool believes_anybody(const RestoreRules& rules) {
  return rules.enabled && !rules.proxies.empty();
}

RestoreRules with_defaults(const RestoreSettings& settings);

} // namespace rtmpt_proxy::policy
