// SPDX-License-Identifier: Apache-2.0
// What mod_ssl's SSLProxy directives do for rtmps:// backends, and what they don't.
#include "module/checks/configuration_checks.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/named_backends.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/keeper/backend_trust.hpp"

#include <rtmpt_proxy/policy/routing/backend_tls.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

// Another user who tries the configuration may have fewer rights than httpd.
int check_files(apr_pool_t* pool, server_rec* main_server) {
  int result = OK;
  for (const UnusableTrust& trust : read_trust_files(pool, main_server).unusable) {
    const bool by_another = trust.status != APR_SUCCESS && is_tried_by_another_user();
    ap_log_error(APLOG_MARK, by_another ? APLOG_WARNING : APLOG_ERR, trust.status, trust.server,
                 "%s: %s: SSLProxyCACertificateFile %.200s %s, and rtmps:// servers are to be trusted by it: expected a"
                 " file of certificates in PEM, at most %u files with %u bytes of certificates in all",
                 ids::kTrustFileUnusable, place_of(trust.line).c_str(), trust.file.c_str(), trust.why.c_str(),
                 static_cast<unsigned>(protocol::kMaxTrustFiles), static_cast<unsigned>(protocol::kMaxTrustBytes));
    if (!by_another) result = HTTP_INTERNAL_SERVER_ERROR;
  }
  return result;
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names = policy::settings_of_backend_tls();
  const auto& left_out = policy::settings_left_out_of_backend_tls();
  names.insert(names.end(), left_out.begin(), left_out.end());
  return names;
}

// A line of the main server is inherited by all virtual hosts.
bool concerns(const ConfigurationLine& line, const server_rec* server) {
  return counts_for(line, server);
}

// Whether a <Proxy> section is about rtmps:// servers of that virtual host.
bool is_about_rtmps(const ap_directive_t& section, apr_pool_t* pool, const server_rec* server) {
  const char* arguments = section.args ? section.args : "";
  std::string url = ap_getword_conf(pool, &arguments);
  if (url.ends_with('>')) url.pop_back();
  if (url == "*" || backend_of(url).url.scheme == policy::BackendScheme::rtmps) return true;
  const proxy_balancer* const balancer = url.starts_with(BALANCER_PREFIX) && proxy_config(server)
                                             ? ap_proxy_get_balancer(pool, proxy_config(server), url.c_str(), 0)
                                             : nullptr;
  for (int i = 0; balancer && i < balancer->workers->nelts; ++i)
    if (backend_of(pool, **element<proxy_worker*>(balancer->workers, i)).url.scheme == policy::BackendScheme::rtmps)
      return true;
  return false;
}

// Why the line has not all of its effect at that virtual host's rtmps:// servers; empty when it has.
std::string problem_of(const ConfigurationLine& line, apr_pool_t* pool, const server_rec* server) {
  const char* arguments = line.arguments();
  const policy::TlsSetting setting{std::string(line.name()), ap_getword_conf(pool, &arguments)};
  if (line.is_of_whole_server()) return std::string(policy::shortfall_of(setting));
  const ap_directive_t* const section = line.section("<Proxy");
  if (!section || !is_about_rtmps(*section, pool, server)) return {};
  return "in a <Proxy> section it has no effect on rtmps:// servers: expected it in the virtual host itself";
}

// Once for each line.
void check_lines(apr_pool_t* pool, server_rec* main_server) {
  std::vector<const server_rec*> with_rtmps;
  for (const server_rec* server = main_server; server; server = server->next)
    if (names_rtmps_backend(pool, server)) with_rtmps.push_back(server);
  if (with_rtmps.empty()) return;
  for (const ConfigurationLine& line : find_lines(all_names())) {
    std::string problem;
    for (const server_rec* server : with_rtmps)
      if (problem.empty() && concerns(line, server)) problem = problem_of(line, pool, server);
    if (!problem.empty())
      ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server, "%s: %s: %s %.100s: %s", ids::kTlsLineWithoutEffect,
                   place_of(line).c_str(), line.directive->directive, line.arguments(), problem.c_str());
  }
}

} // namespace

// Lines without effect are told in `httpd -t` alone: at each reload the same lines would fill the error log.
int check_backend_tls(apr_pool_t* pool, server_rec* main_server) {
  if (is_configtest()) check_lines(pool, main_server);
  return check_files(pool, main_server);
}

} // namespace rtmpt_proxy::apache
