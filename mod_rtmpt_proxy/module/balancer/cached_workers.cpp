// SPDX-License-Identifier: Apache-2.0
#include "module/balancer/cached_workers.hpp"

#include "module/core/configuration_lines.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/pool.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

#include <rtmpt_proxy/policy/routing/cache_key.hpp>
#include <rtmpt_proxy/policy/text/config_advice.hpp>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

// Balancer and URL. In the pool of the configuration, for its lines are taken before there is a server's configuration.
using CachedMembers = std::set<std::pair<std::string, std::string>>;
constexpr char kMembersKey[] = "rtmpt:cached-members";

CachedMembers* find_cached_members(apr_pool_t* pconf) {
  void* found = nullptr;
  apr_pool_userdata_get(&found, kMembersKey, pconf);
  return static_cast<CachedMembers*>(found);
}

CachedMembers& make_cached_members(apr_pool_t* pconf) {
  if (CachedMembers* const found = find_cached_members(pconf)) return *found;
  auto* const made = make_in_pool<CachedMembers>(pconf);
  apr_pool_userdata_setn(made, kMembersKey, nullptr, pconf);
  return *made;
}

// The worker's URL in the form in which requests name it; empty when it is none of ours.
std::string url_of_member(std::string_view text) {
  if (!is_backend_url(text)) return {};
  const policy::BackendUrlResult backend = backend_of(text);
  return backend.error.empty() ? policy::to_string(backend.url) : std::string();
}

std::string lower(std::string text) {
  ap_str_tolower(text.data());
  return text;
}

bool is_balancer(std::string_view text) {
  return text.starts_with(BALANCER_PREFIX);
}

// The balancer that a line in <Proxy balancer://name> is about: its words end with '>'.
std::string balancer_around(const ConfigurationLine& line) {
  const ap_directive_t* const section = line.section("<Proxy");
  std::string name = section && section->args ? section->args : "";
  std::erase_if(name, [](char c) { return c == '>' || c == '"' || c == ' '; });
  return name;
}

void complain(const ConfigurationLine& line, const std::string& what) {
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, nullptr, "%s: %s: %s %s", ids::kBadCacheKey, place_of(line).c_str(),
               line.directive->directive, what.c_str());
}

// BalancerMember [balancer] url [key=value ...]
void take_key_of_member(apr_pool_t* pconf, const ConfigurationLine& line) {
  const policy::CacheKey key = policy::take_cache_key(line.arguments());
  if (!key.error.empty()) return complain(line, key.error);
  if (!key.is_on) return;
  const char* words = apr_pstrdup(pconf, key.rest.c_str());
  // The tree of lines is httpd's; mod_proxy reads it after all hooks of pre_config.
  const_cast<ap_directive_t*>(line.directive)->args = apr_pstrdup(pconf, words);
  std::string balancer = balancer_around(line);
  std::string url = ap_getword_conf(pconf, &words);
  if (is_balancer(url)) balancer = std::exchange(url, ap_getword_conf(pconf, &words));
  const std::string member = url_of_member(lower(url));
  if (member.empty())
    return complain(line,
                    policy::quoted_server(url) + " cache=on: expected a media server, rtmp://, rtmps:// or rtmpt://");
  if (*key.is_on) make_cached_members(pconf).emplace(lower(balancer), member);
}

void complain_of_others() {
  for (const ConfigurationLine& line : find_lines({"ProxyPass", "ProxyPassMatch", "ProxySet"}))
    if (policy::take_cache_key(line.arguments()).is_on)
      complain(line, "... cache=: it is no key of this directive: expected it with RTMPTProxyPass or BalancerMember");
}

const bool* find_cached_target(const server_rec* server, const std::string& target) {
  const auto& targets = server_config(server).cached_targets;
  const auto found = targets.find(target);
  return found == targets.end() ? nullptr : &found->second;
}

bool is_cached_target(const server_rec* server, const std::string& target) {
  const bool* const found = find_cached_target(server, target);
  return found && *found;
}

bool has_cached_member(const server_rec* server, const std::string& balancer) {
  const CachedMembers* const members = find_cached_members(server->process->pconf);
  return members && std::any_of(members->begin(), members->end(),
                                [&balancer](const auto& member) { return member.first == balancer; });
}

int take_cache_keys(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*) {
  for (const ConfigurationLine& line : find_lines({"BalancerMember"}))
    take_key_of_member(pconf, line);
  complain_of_others();
  return OK;
}

} // namespace

void note_cached_target(const server_rec* server, const std::string& target, bool is_on) {
  bool& noted = server_config(server).cached_targets[target];
  noted = noted || is_on;
}

bool is_cached(const server_rec* server, const proxy_worker& worker, const std::string& url) {
  if (!worker.balancer) return is_cached_target(server, url);
  const std::string balancer = worker.balancer->s->name;
  const CachedMembers* const members = find_cached_members(server->process->pconf);
  return is_cached_target(server, balancer) || (members && members->contains({balancer, url}));
}

bool may_be_cached(const server_rec* server, const std::string& target) {
  return is_cached_target(server, target) || (is_balancer(target) && has_cached_member(server, target));
}

// Uses the settings as written, because checks of the configuration ask before the effective settings exist.
std::vector<std::string> cached_targets(const server_rec* server) {
  const policy::Settings& settings = server_config(server).settings;
  std::vector<std::string> targets;
  const auto add = [&](const policy::PassTarget& target) {
    if (policy::leads_somewhere(target) && may_be_cached(server, policy::to_string(target)))
      targets.push_back(policy::to_string(target));
  };
  if (settings.pass) add(*settings.pass);
  for (const policy::HeaderRoute& route : settings.routes.value_or(policy::HeaderRoutes{}))
    add(route.target);
  return targets;
}

void register_cached_worker_hooks(apr_pool_t*) {
  ap_hook_pre_config(guarded<take_cache_keys, OK>, nullptr, nullptr, APR_HOOK_FIRST);
}

} // namespace rtmpt_proxy::apache
