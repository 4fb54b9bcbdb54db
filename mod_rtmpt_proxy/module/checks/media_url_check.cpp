// SPDX-License-Identifier: Apache-2.0
// Finds backends that mod_proxy accepts but that no stream can reach.
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"

#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <optional>
#include <string>

namespace rtmpt_proxy::apache {

namespace {

// What a line says about one backend.
struct NamedServer {
  std::string url;
  std::string health_check; // "GET"; empty: not said
};

std::optional<NamedServer> read_server(const ConfigurationLine& line, apr_pool_t* pool) {
  constexpr std::string_view kMethod = "hcmethod=";
  NamedServer server;
  for (const char* arguments = line.arguments(); *arguments;) {
    const std::string word = ap_getword_conf(pool, &arguments);
    if (server.url.empty() && word.find("://") != std::string::npos) server.url = word;
    if (word.starts_with(kMethod)) server.health_check = word.substr(kMethod.size());
  }
  return server.url.empty() ? std::nullopt : std::optional(server);
}

// Refuses rtmpts, rtmpe and rtmpte: no handler serves them, and mod_proxy would notice only at the first
// request.
int check_scheme(const ConfigurationLine& line, const NamedServer& server, server_rec* main_server) {
  if (!policy::is_foreign_stream_url(server.url)) return OK;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server, "%s: %s: %s %s carries no stream: expected %s",
               ids::kForeignStreamUrl, place_of(line).c_str(), line.directive->directive,
               policy::quoted_server(server.url).c_str(), policy::expected_instead_of_url(server.url).c_str());
  return HTTP_INTERNAL_SERVER_ERROR;
}

int check_health_check(const ConfigurationLine& line, const NamedServer& server, server_rec* main_server) {
  const policy::BackendUrlResult backend = backend_of(server.url);
  if (!backend.error.empty() || backend.url.scheme == policy::BackendScheme::rtmpt || server.health_check.empty() ||
      ap_cstr_casecmp(server.health_check.c_str(), "TCP") == 0 ||
      ap_cstr_casecmp(server.health_check.c_str(), "NONE") == 0)
    return OK;
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
               "%s: %s: %s %s hcmethod=%.30s asks for a page where RTMP is spoken, so mod_proxy takes the server for"
               " broken: expected hcmethod=TCP",
               ids::kPageOfRtmpServer, place_of(line).c_str(), line.directive->directive,
               policy::quoted_server(server.url).c_str(), server.health_check.c_str());
  return HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

int check_media_urls(apr_pool_t* pool, server_rec* main_server) {
  int result = OK;
  for (const ConfigurationLine& line :
       find_lines({"ProxyPass", "ProxyPassMatch", "BalancerMember", "RTMPTProxyPass", "RTMPTProxyPassMatch"})) {
    const std::optional<NamedServer> server = read_server(line, pool);
    if (!server) continue;
    if (check_scheme(line, *server, main_server) != OK || check_health_check(line, *server, main_server) != OK)
      result = HTTP_INTERNAL_SERVER_ERROR;
  }
  return result;
}

} // namespace rtmpt_proxy::apache
