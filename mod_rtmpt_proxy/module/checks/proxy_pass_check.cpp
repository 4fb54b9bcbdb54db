// SPDX-License-Identifier: Apache-2.0
// Checks mod_proxy's own ProxyPass lines to rtmp://, rtmps:// and rtmpt://: ProxyPass accepts any path, but streams use
// certain paths only.
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace rtmpt_proxy::apache {

namespace {

// One for each kind of a stream's requests.
constexpr std::array<std::string_view, 4> kTargets{"/open/1", "/send/0/1", "/idle/0/1", "/close/0/1"};

struct Pass {
  std::string path; // of httpd
  std::string url;  // of the media server
  std::string origin() const { return url.substr(0, url.find('/', url.find("://") + 3)); }
};

// Unset for a line without a fixed path: a pattern, or `!`.
std::optional<Pass> read_pass(const ConfigurationLine& line, apr_pool_t* pool) {
  const char* arguments = line.arguments();
  std::string first = ap_getword_conf(pool, &arguments);
  const ap_directive_t* const location = line.section("<Location");
  if (line.section("<LocationMatch") || first == "~") return std::nullopt;
  if (!location) return Pass{std::move(first), ap_getword_conf(pool, &arguments)};
  const char* place = location->args ? location->args : "";
  std::string path = ap_getword_conf(pool, &place);
  if (path.ends_with('>')) path.pop_back();
  if (path == "~") return std::nullopt;
  return Pass{std::move(path), std::move(first)};
}

// Whether the line carries `target`. Does what mod_proxy does: replaces the path by the URL.
bool carries(const Pass& pass, std::string_view target) {
  if (!target.starts_with(pass.path)) return false;
  const bool at_slash =
      pass.path.ends_with('/') || target.size() == pass.path.size() || target[pass.path.size()] == '/';
  return at_slash && pass.url + std::string(target.substr(pass.path.size())) == pass.origin() + std::string(target);
}

bool lacks_slash(const Pass& pass) {
  return pass.path.ends_with('/') && pass.origin() == pass.url;
}

int check_line(const ConfigurationLine& line, const Pass& pass, server_rec* server) {
  if (std::any_of(kTargets.begin(), kTargets.end(), [&](auto target) { return carries(pass, target); })) return OK;
  const std::string origin = pass.origin();
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, server,
               "%s: %s: ProxyPass %.100s %.200s%s carries no stream: %s: expected ProxyPass \"/\" \"%.200s/\", or"
               " RTMPTProxyPass %.200s",
               ids::kProxyPassPath, place_of(line).c_str(), pass.path.c_str(), origin.c_str(),
               pass.url.size() > origin.size() ? "/..." : "",
               lacks_slash(pass) ? "the URL has no slash at its end, so '/open' becomes part of its host"
                                 : "its requests are /open, /send, /idle and /close whatever the application",
               origin.c_str(), origin.c_str());
  return HTTP_INTERNAL_SERVER_ERROR;
}

server_rec* server_of(const ConfigurationLine& line, server_rec* main_server) {
  for (server_rec* server = main_server; server; server = server->next)
    if (stands_in(line, server)) return server;
  return main_server;
}

} // namespace

int check_proxy_passes(apr_pool_t* pool, server_rec* main_server) {
  int result = OK;
  for (const ConfigurationLine& line : find_lines({"ProxyPass"})) {
    const std::optional<Pass> pass = read_pass(line, pool);
    server_rec* const server = server_of(line, main_server);
    proxy_server_conf* const proxy = proxy_config(server);
    if (!pass || !proxy || !leads_to_backend(pool, proxy, pass->url.c_str())) continue;
    if (check_line(line, *pass, server) != OK) result = HTTP_INTERNAL_SERVER_ERROR;
  }
  return result;
}

} // namespace rtmpt_proxy::apache
