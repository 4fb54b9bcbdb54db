// SPDX-License-Identifier: Apache-2.0
// The directives about proxies in front of httpd, in the spellings of mod_rpaf 0.6 and of its successors.
#pragma once

#include "module/core/hook_guard.hpp"
#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/restore/restore_settings.hpp>

#include <array>
#include <optional>

namespace rtmpt_proxy::apache {

using RestoreSwitch = std::optional<bool> policy::RestoreSettings::*;

// The handlers. Each returns null, or what is wrong and what was expected.
const char* add_trusted_proxies(cmd_parms* cmd, void*, const char* words);
const char* set_client_header(cmd_parms* cmd, void*, const char* name);
const char* set_restore_switch(cmd_parms* cmd, const char* text, RestoreSwitch field);

template <RestoreSwitch field>
const char* restore_switch(cmd_parms* cmd, void*, const char* text) {
  return set_restore_switch(cmd, text, field);
}

inline constexpr char kRestoreSetterFailed[] = "RTMPT109: internal error, see the line before";

template <auto setter>
inline constexpr auto restore_directive = guarded<setter, static_cast<const char*>(kRestoreSetterFailed)>;

constexpr command_rec switch_row(const char* name, const char* (*setter)(cmd_parms*, void*, const char*),
                                 const char* help) {
  return AP_INIT_TAKE1(name, setter, nullptr, RSRC_CONF, help);
}

template <RestoreSwitch field>
inline constexpr auto switch_setter = restore_directive<restore_switch<field>>;

// Rows of the module's table, without an end mark.
constexpr std::array<command_rec, 14> restore_directives() {
  using Settings = policy::RestoreSettings;
  constexpr const char* kEnable = "On or Off: whether the proxies of RPAFproxy_ips are believed about their clients";
  constexpr const char* kProxies = "the addresses and networks of the proxies that are believed; several lines add up";
  constexpr const char* kHeader = "the one header that names the client, X-Forwarded-For by default";
  constexpr const char* kHost = "On or Off: take host and virtual host from X-Forwarded-Host, else from X-Host";
  constexpr const char* kHttps = "On or Off: take HTTPS from X-Forwarded-HTTPS, else X-HTTPS, else X-Forwarded-Proto";
  constexpr const char* kPort = "On or Off: take the port from X-Forwarded-Port, else from X-Port";
  constexpr const char* kForbid =
      "On or Off: answer 403 to every request that does not come from a proxy of RPAFproxy_ips";
  constexpr const char* kClean = "On or Off: whether the headers that were read are removed from the request";
  constexpr const char* kProxyProtocol =
      "On or Off: whether the proxies of RPAFproxy_ips announce their clients by the PROXY protocol, version 1 or 2; of"
      " an address and port";
  constexpr auto add = restore_directive<add_trusted_proxies>;
  constexpr auto set_header = restore_directive<set_client_header>;
  return {
    switch_row("RPAFenable", switch_setter<&Settings::enabled>, kEnable),
        switch_row("RPAF_Enable", switch_setter<&Settings::enabled>, kEnable),
        AP_INIT_RAW_ARGS("RPAFproxy_ips", add, nullptr, RSRC_CONF, kProxies)
    , AP_INIT_RAW_ARGS("RPAF_ProxyIPs", add, nullptr, RSRC_CONF, kProxies)
    , AP_INIT_TAKE1("RPAFheader", set_header, nullptr, RSRC_CONF, kHeader)
    , AP_INIT_TAKE1("RPAF_Header", set_header, nullptr, RSRC_CONF, kHeader)
    , switch_row("RPAFsethostname", switch_setter<&Settings::set_host>, kHost),
        switch_row("RPAF_SetHostName", switch_setter<&Settings::set_host>, kHost),
        switch_row("RPAF_SetHTTPS", switch_setter<&Settings::set_https>, kHttps),
        switch_row("RPAF_SetPort", switch_setter<&Settings::set_port>, kPort),
        switch_row("RPAF_ForbidIfNotProxy", switch_setter<&Settings::proxies_only>, kForbid),
        switch_row("RPAF_CleanHeaders", switch_setter<&Settings::clean_headers>, kClean),
        switch_row("RPAFproxyProtocol", switch_setter<&Settings::proxy_protocol>, kProxyProtocol),
        switch_row("RPAF_ProxyProtocol", switch_setter<&Settings::proxy_protocol>, kProxyProtocol)
  };
}

} // namespace rtmpt_proxy::apache
