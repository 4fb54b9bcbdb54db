// SPDX-License-Identifier: Apache-2.0
// Finds virtual hosts with RTMPTAdobeLogin On where nobody can log in.
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>

#include <optional>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

const char* first_word(apr_pool_t* pool, const ConfigurationLine& line) {
  const char* arguments = line.arguments();
  return ap_getword_conf(pool, &arguments);
}

bool has_digest(apr_pool_t* pool, const server_rec* server) {
  for (const ConfigurationLine& line : find_lines({"AuthType"}))
    if (counts_for(line, server) && ap_cstr_casecmp(first_word(pool, line), "Digest") == 0) return true;
  return false;
}

// The names of realms that stand beside an AuthType Digest.
std::vector<ConfigurationLine> names_of_realms(apr_pool_t* pool, const server_rec* server) {
  std::vector<ConfigurationLine> names;
  const std::vector<ConfigurationLine> types = find_lines({"AuthType"});
  for (ConfigurationLine& name : find_lines({"AuthName"}))
    for (const ConfigurationLine& type : types)
      if (counts_for(name, server) && type.sections == name.sections && !name.sections.empty() &&
          ap_cstr_casecmp(first_word(pool, type), "Digest") == 0) {
        names.push_back(name);
        break;
      }
  return names;
}

void check_server(apr_pool_t* pool, server_rec* main_server, const server_rec* server) {
  if (!has_digest(pool, server))
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s has RTMPTAdobeLogin On, and no AuthType Digest: nobody can log in there: expected AuthType"
                 " Digest, AuthName, AuthDigestProvider and a Require in the <Location> of an application",
                 ids::kLoginWithoutDigest, place_of(server).c_str());
  else if (!ap_find_linked_module("mod_auth_digest.c"))
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s has RTMPTAdobeLogin On, and mod_auth_digest is not loaded: requests for pages of the same path"
                 " are answered 500: expected LoadModule auth_digest_module",
                 ids::kLoginWithoutModule, place_of(server).c_str());
  if (server_config(server).settings.authorize == false)
    ap_log_error(
        APLOG_MARK, APLOG_WARNING, 0, main_server,
        "%s: %s has RTMPTAdobeLogin On and RTMPTAuthorize Off: clients of RTMPT cannot log in there, and nobody"
        " is asked who publishes: expected RTMPTAuthorize On",
        ids::kLoginWithoutAsks, place_of(server).c_str());
  for (const ConfigurationLine& line : names_of_realms(pool, server))
    if (!protocol::is_adobe_realm(first_word(pool, line)))
      ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                   "%s: %s: AuthName %.200s cannot be told to clients that log in by Adobe's authmod: expected at most"
                   " %u letters, digits and other characters of ASCII, without '&' and ':'",
                   ids::kBadLoginRealm, place_of(line).c_str(), line.arguments(),
                   static_cast<unsigned>(protocol::kMaxLoginRealmBytes));
}

} // namespace

// Only in `httpd -t`. At each reload the same lines would fill the error log.
int check_logins(apr_pool_t* pool, server_rec* main_server) {
  if (!is_configtest()) return OK;
  for (const server_rec* server = main_server; server; server = server->next)
    if (has_pass(server) && server_config(server).settings.adobe_login.value_or(false))
      check_server(pool, main_server, server);
  return OK;
}

} // namespace rtmpt_proxy::apache
