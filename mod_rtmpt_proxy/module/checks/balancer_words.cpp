// SPDX-License-Identifier: Apache-2.0
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"

#include <rtmpt_proxy/policy/routing/hub_target.hpp>
#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

std::string known_methods(apr_pool_t* pool) {
  const apr_array_header_t* const names = ap_list_provider_names(pool, PROXY_LBMETHOD, "0");
  std::string text;
  for (int i = 0; i < names->nelts; ++i)
    text += (text.empty() ? "" : ", ") +
            std::string(reinterpret_cast<ap_list_provider_names_t*>(names->elts)[i].provider_name);
  return text.empty() ? "none is loaded" : text;
}

void explain_method(apr_pool_t* pool, const ConfigurationLine& line, const char* name) {
  if (ap_lookup_provider(PROXY_LBMETHOD, name, "0")) return;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, nullptr,
               "%s: %s: %s lbmethod=%.100s: there is no such method: expected one of those that are loaded: %s",
               ids::kUnknownLbmethod, place_of(line).c_str(), line.directive->directive, name,
               known_methods(pool).c_str());
}

bool is_health_check(std::string_view word) {
  for (const std::string_view key :
       {"hcmethod=", "hcinterval=", "hcpasses=", "hcfails=", "hcuri=", "hcexpr=", "hctemplate="})
    if (word.starts_with(key)) return true;
  return false;
}

// Whether `word` was explained as one that needs mod_proxy_hcheck.
bool explain_health_check(const ConfigurationLine& line, const char* word) {
  if (!is_health_check(word) || ap_find_linked_module("mod_proxy_hcheck.c")) return false;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, nullptr,
               "%s: %s: %s ... %.100s: expected mod_proxy_hcheck to be loaded (Debian: a2enmod proxy_hcheck)",
               ids::kHealthCheckMissing, place_of(line).c_str(), line.directive->directive, word);
  return true;
}

// mod_proxy knows no such scheme, and would say no more than that it refuses the URL.
void explain_hubs(apr_pool_t* pool) {
  for (const ConfigurationLine& line : find_lines({"BalancerMember", "ProxyPass", "ProxyPassMatch"}))
    for (const char* arguments = line.arguments(); *arguments;) {
      const std::string word = ap_getword_conf(pool, &arguments);
      if (!policy::is_hub_text(word)) continue;
      ap_log_error(APLOG_MARK, APLOG_ERR, 0, nullptr,
                   "%s: %s: %s %s: the hub is this server itself, and none of mod_proxy's: expected RTMPTProxyPass %s",
                   ids::kHubIsNoMember, place_of(line).c_str(), line.directive->directive,
                   policy::quoted_server(word).c_str(),
                   policy::parse_hub_name(word).error.empty() ? word.c_str() : "hub:");
    }
}

} // namespace

void explain_balancer_lines(apr_pool_t* pool) {
  constexpr std::string_view kMethod = "lbmethod=";
  explain_hubs(pool);
  for (const ConfigurationLine& line :
       find_lines({"ProxySet", "ProxyPass", "BalancerMember", "RTMPTProxyPass", "RTMPTProxyPassMatch"})) {
    const char* arguments = line.arguments();
    for (bool explained = false; *arguments && !explained;) {
      const std::string word = ap_getword_conf(pool, &arguments);
      if (word.starts_with(kMethod)) explain_method(pool, line, word.c_str() + kMethod.size());
      explained = explain_health_check(line, word.c_str());
    }
  }
}

} // namespace rtmpt_proxy::apache
