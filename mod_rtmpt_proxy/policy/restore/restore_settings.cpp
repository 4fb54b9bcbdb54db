// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/restore/restore_settings.hpp>

namespace rtmpt_proxy::policy {

namespace {

template <class T>
std::optional<T> inherited(const std::optional<T>& base, const std::optional<T>& override) {
  return override ? override : base;
}

} // namespace

RestoreSettings merge(const RestoreSettings& base, const RestoreSettings& override) {
  RestoreSettings merged;
  merged.enabled = inherited(base.enabled, override.enabled);
  merged.proxies = inherited(base.proxies, override.proxies);
  merged.header = inherited(base.header, override.header);
  merged.set_host = inherited(base.set_host, override.set_host);
  merged.set_https = inherited(base.set_https, override.set_https);
  merged.set_port = inherited(base.set_port, override.set_port);
  merged.proxies_only = inherited(base.proxies_only, override.proxies_only);
  merged.clean_headers = inherited(base.clean_headers, override.clean_headers);
  merged.proxy_protocol = inherited(base.proxy_protocol, override.proxy_protocol);
  return merged;
}

RestoreRules with_defaults(const RestoreSettings& settings) {
  RestoreRules rules;
  rules.enabled = settings.enabled.value_or(rules.enabled);
  rules.proxies = settings.proxies.value_or(rules.proxies);
  rules.header = settings.header.value_or(rules.header);
  rules.syntax = forwarded_syntax(rules.header);
  rules.set_host = settings.set_host.value_or(rules.set_host);
  rules.set_https = settings.set_https.value_or(rules.set_https);
  rules.set_port = settings.set_port.value_or(rules.set_port);
  rules.proxies_only = settings.proxies_only.value_or(rules.proxies_only);
  rules.clean_headers = settings.clean_headers.value_or(rules.clean_headers);
  rules.proxy_protocol = settings.proxy_protocol.value_or(rules.proxy_protocol);
  return rules;
}

} // namespace rtmpt_proxy::policy
