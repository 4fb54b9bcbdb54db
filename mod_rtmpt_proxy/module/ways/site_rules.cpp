// SPDX-License-Identifier: Apache-2.0
#include "module/ways/site_rules.hpp"

#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// Modules whose rules can stand in a <Location>, and which act on them in the fixups hook.
constexpr std::array<const char*, 2> kLocationRuleModules{"mod_rewrite.c", "mod_alias.c"};
constexpr const char* kEnvironmentModule = "mod_setenvif.c";
// mod_proxy is asked separately, line by line. The core only makes a file name of the path.
constexpr std::array<std::string_view, 2> kNotAskedToTranslate{"mod_proxy.c", "core.c"};

// Lets a hook of another module act on a request as if nobody had claimed the request, and can undo what it did.
class Trial {
 public:
  explicit Trial(request_rec* r) : r_(r), before_(*r) {
    r->headers_out = apr_table_copy(r->pool, r->headers_out);
    r->err_headers_out = apr_table_copy(r->pool, r->err_headers_out);
    r->notes = apr_table_copy(r->pool, r->notes); // mod_rewrite notes there that it has run
  }

  void undo() { *r_ = before_; }

 private:
  request_rec* r_;
  request_rec before_;
};

template <class Link>
std::string_view module_of(const Link& link) {
  return link.szName ? link.szName : "";
}

template <class Names>
bool names(const Names& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_our_own(std::string_view name) {
  return name == rtmpt_proxy_module.name;
}

// Returns OK, or the HTTP error with which the hook refuses the request.
template <class Hook>
int try_hook(request_rec* r, Hook* hook) {
  Trial trial(r);
  const int answer = hook(r);
  if (ap_is_HTTP_ERROR(answer)) return answer;
  trial.undo();
  return OK;
}

struct LocationVerdict {
  int refusal = OK; // or the HTTP error
  bool has_rules = false;
};

LocationVerdict try_location_rules(request_rec* r) {
  const apr_array_header_t* const hooks = ap_hook_get_fixups();
  LocationVerdict verdict;
  for (int i = 0; hooks && i < hooks->nelts && verdict.refusal == OK; ++i) {
    const auto& link = *element<ap_LINK_fixups_t>(hooks, i);
    if (!names(kLocationRuleModules, module_of(link))) continue;
    verdict.has_rules = true;
    verdict.refusal = try_hook(r, link.pFunc);
  }
  return verdict;
}

// What mod_proxy says about one ProxyPass line: whether it matches this path, and whether it is a "!".
enum class Line { other, backend, kept };

Line judge(request_rec* r, proxy_alias* line, proxy_dir_conf* directory) {
  Trial trial(r);
  const int answer = ap_proxy_trans_match(r, line, directory);
  trial.undo();
  if (answer == HTTP_CONTINUE) return Line::other;
  return answer == DECLINED ? Line::kept : Line::backend;
}

// mod_proxy checks lines with mapping= and lines without it at different times, each time in their order.
bool is_kept_by_lines(request_rec* r, bool with_mapping) {
  auto* const directory = static_cast<proxy_dir_conf*>(ap_get_module_config(r->per_dir_config, &proxy_module));
  const auto is_looked_at = [&](const proxy_alias* line) {
    return line && ((line->flags & PROXYPASS_MAP_ENCODED) != 0) == with_mapping;
  };
  if (directory && is_looked_at(directory->alias))
    if (const Line line = judge(r, directory->alias, directory); line != Line::other) return line == Line::kept;
  const proxy_server_conf* const server = proxy_config(r->server);
  for (int i = 0; server && i < server->aliases->nelts; ++i) {
    auto* const alias = element<proxy_alias>(server->aliases, i);
    if (!is_looked_at(alias)) continue;
    if (const Line line = judge(r, alias, directory); line != Line::other) return line == Line::kept;
  }
  return false;
}

// The module's configuration for a directory without directives.
void* empty_directory_config(apr_pool_t* pool, const module& of) {
  return of.create_dir_config ? of.create_dir_config(pool, nullptr) : nullptr;
}

// Works on a copy for this request, because other requests use the merged configuration.
void switch_off_location_rules(request_rec* r) {
  ap_conf_vector_t* const copy =
      ap_merge_per_dir_configs(r->pool, r->per_dir_config, ap_create_per_dir_config(r->pool));
  for (const char* const name : kLocationRuleModules)
    if (const module* const found = ap_find_linked_module(name))
      ap_set_module_config(copy, found, empty_directory_config(r->pool, *found));
  r->per_dir_config = copy;
}

} // namespace

bool is_kept_from_proxies(request_rec* r) {
  return apr_table_get(r->subprocess_env, "no-proxy") || is_kept_by_lines(r, true) || is_kept_by_lines(r, false);
}

int refusal_by_translation(request_rec* r) {
  const apr_array_header_t* const hooks = ap_hook_get_translate_name();
  for (int i = 0; hooks && i < hooks->nelts; ++i) {
    const auto& link = *element<ap_LINK_translate_name_t>(hooks, i);
    const std::string_view name = module_of(link);
    if (is_our_own(name) || names(kNotAskedToTranslate, name)) continue;
    if (const int refusal = try_hook(r, link.pFunc); refusal != OK) return refusal;
  }
  return OK;
}

int refusal_before_translation(request_rec* r) {
  const apr_array_header_t* const hooks = ap_hook_get_pre_translate_name();
  for (int i = 0; hooks && i < hooks->nelts; ++i) {
    const auto& link = *element<ap_LINK_pre_translate_name_t>(hooks, i);
    const std::string_view name = module_of(link);
    if (is_our_own(name) || names(kNotAskedToTranslate, name)) continue;
    if (const int refusal = try_hook(r, link.pFunc); refusal != OK) return refusal;
  }
  return OK;
}

int translate_by_others(request_rec* r) {
  const apr_array_header_t* const hooks = ap_hook_get_translate_name();
  for (int i = 0; hooks && i < hooks->nelts; ++i) {
    const auto& link = *element<ap_LINK_translate_name_t>(hooks, i);
    if (is_our_own(module_of(link))) continue;
    if (const int answer = link.pFunc(r); answer != DECLINED) return answer;
  }
  return DECLINED;
}

const char* file_by_others(request_rec* r) {
  Trial trial(r);
  const int answer = translate_by_others(r);
  const char* const name = answer == OK && r->proxyreq == PROXYREQ_NONE ? r->filename : nullptr;
  trial.undo();
  return name;
}

// mod_setenvif notes at the request that it has been called.
void put_off_environment(request_rec* r) {
  static char been_called[] = "";
  if (const module* const found = ap_find_linked_module(kEnvironmentModule))
    ap_set_module_config(r->request_config, found, been_called);
}

void set_environment(request_rec* r) {
  if (const module* const found = ap_find_linked_module(kEnvironmentModule))
    ap_set_module_config(r->request_config, found, nullptr);
  const apr_array_header_t* const hooks = ap_hook_get_post_read_request();
  for (int i = 0; hooks && i < hooks->nelts; ++i) {
    const auto& link = *element<ap_LINK_post_read_request_t>(hooks, i);
    if (module_of(link) == kEnvironmentModule) link.pFunc(r);
  }
}

// The first call of mod_setenvif for a request applies the lines of the server, the second those of its <Location>s.
void set_environment_of_subrequest(request_rec* r) {
  set_environment(r);
  const apr_array_header_t* const hooks = ap_hook_get_header_parser();
  for (int i = 0; hooks && i < hooks->nelts; ++i) {
    const auto& link = *element<ap_LINK_header_parser_t>(hooks, i);
    if (module_of(link) == kEnvironmentModule) link.pFunc(r);
  }
}

int refusal_by_location_rules(request_rec* r, std::initializer_list<char*> filenames) {
  char* const own = r->filename;
  LocationVerdict verdict;
  for (char* const filename : filenames) {
    r->filename = filename;
    verdict = try_location_rules(r);
    if (verdict.refusal != OK) break;
  }
  r->filename = own;
  if (verdict.has_rules && verdict.refusal == OK) switch_off_location_rules(r);
  return verdict.refusal;
}

int obey_location_rules(request_rec* r) {
  const apr_array_header_t* const hooks = ap_hook_get_fixups();
  for (int i = 0; hooks && i < hooks->nelts; ++i) {
    const auto& link = *element<ap_LINK_fixups_t>(hooks, i);
    if (!names(kLocationRuleModules, module_of(link))) continue;
    if (const int answer = link.pFunc(r); answer != OK && answer != DECLINED) return answer;
  }
  switch_off_location_rules(r);
  return OK;
}

} // namespace rtmpt_proxy::apache
