// SPDX-License-Identifier: Apache-2.0
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

namespace rtmpt_proxy::apache {

namespace {

bool believes_nobody(const policy::RestoreRules& rules) {
  return rules.enabled && rules.proxies.empty();
}

bool forbids_nobody(const policy::RestoreRules& rules) {
  return rules.proxies_only && !rules.enabled;
}

// Whether the warning for a condition names `server`. When there are virtual hosts, the main server's settings are only
// inherited: it is named when a virtual host has inherited them, and then the virtual hosts are not named.
template <class Condition>
bool is_to_be_named(Condition condition, const server_rec* server, const server_rec* main_server) {
  if (!condition(restore_rules_of(server))) return false;
  if (server != main_server) return !condition(restore_rules_of(main_server));
  bool inherited = !main_server->next;
  for (const server_rec* host = main_server->next; host; host = host->next)
    inherited = inherited || condition(restore_rules_of(host));
  return inherited;
}

int check_believed(server_rec* server, const server_rec* main_server) {
  if (!is_to_be_named(believes_nobody, server, main_server)) return OK;
  const bool forbids = restore_rules_of(server).proxies_only;
  ap_log_error(
      APLOG_MARK, forbids ? APLOG_ERR : APLOG_WARNING, 0, server,
      "%s: %s: RPAFenable is On and RPAFproxy_ips is empty, so %s: expected RPAFproxy_ips with the addresses of"
      " your proxies",
      ids::kNoProxyBelieved, place_of(server).c_str(),
      forbids ? "RPAF_ForbidIfNotProxy refuses every request" : "no proxy is believed and nothing restored");
  return forbids ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

void check_forbidden(server_rec* server, const server_rec* main_server) {
  if (!is_to_be_named(forbids_nobody, server, main_server)) return;
  ap_log_error(
      APLOG_MARK, APLOG_WARNING, 0, server,
      "%s: %s: RPAF_ForbidIfNotProxy is On and RPAFenable is Off, so nobody is refused: expected RPAFenable On",
      ids::kForbidWithoutRestore, place_of(server).c_str());
}

void check_remoteip(server_rec* main_server) {
  const server_rec* restoring = main_server;
  while (restoring && !restore_rules_of(restoring).enabled)
    restoring = restoring->next;
  if (!restoring) return;
  for (const ConfigurationLine& line : find_lines({"RemoteIPHeader", "RemoteIPProxyProtocol"})) {
    if (line.is("RemoteIPProxyProtocol") && ap_cstr_casecmp(line.arguments(), "Off") == 0) continue;
    ap_log_error(
        APLOG_MARK, APLOG_WARNING, 0, main_server,
        "%s: %s: %.100s %.100s of mod_remoteip, and RPAFenable On in %s: both restore the client's address, one"
        " after the other: expected one of the two modules",
        ids::kRemoteIpToo, place_of(line).c_str(), line.directive->directive, line.arguments(),
        place_of(restoring).c_str());
  }
}

} // namespace

int check_restoring(server_rec* main_server) {
  int result = OK;
  for (server_rec* server = main_server; server; server = server->next) {
    if (check_believed(server, main_server) != OK) result = HTTP_INTERNAL_SERVER_ERROR;
    check_forbidden(server, main_server);
  }
  check_remoteip(main_server);
  return result;
}

} // namespace rtmpt_proxy::apache
