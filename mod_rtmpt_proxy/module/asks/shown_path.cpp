// SPDX-License-Identifier: Apache-2.0
#include "module/asks/shown_path.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

const char* hidden_path(const request_rec* r) {
  if (r->main || r->prev || !find_ask(r->connection)) return nullptr;
  return find_connection_notes(r->connection)->ask_shown_path;
}

// A copy of what is in force with the levels of other modules cut.
void silence_others(request_rec* r) {
  const int own = ap_get_request_module_loglevel(r, APLOG_MODULE_INDEX);
  const int others = std::min(ap_get_request_module_loglevel(r, APLOG_NO_MODULE), APLOG_CRIT);
  auto* const levels = static_cast<ap_logconf*>(apr_pcalloc(r->pool, sizeof(ap_logconf)));
  levels->level = others;
  ap_set_module_loglevel(r->pool, levels, APLOG_MODULE_INDEX, own);
  r->log = levels;
}

// mod_status and the access log have the request line from here.
int hide_request_line(request_rec* r) {
  const char* const path = hidden_path(r);
  if (!path) return DECLINED;
  r->the_request = apr_pstrcat(r->pool, r->method, " ", path, " ", r->protocol, nullptr);
  silence_others(r);
  return DECLINED;
}

// Again, at each walk through the sections, for one can have a LogLevel: httpd puts it in force before the hooks that
// translate the path.
int hide_from_translation(request_rec* r) {
  if (hidden_path(r)) silence_others(r);
  return DECLINED;
}

int hide_from_error_log(request_rec* r) {
  if (hidden_path(r)) silence_others(r);
  return OK;
}

// No rule is tried any more.
int hide_path(request_rec* r) {
  const char* const path = hidden_path(r);
  if (!path) return DECLINED;
  r->uri = apr_pstrdup(r->pool, path);
  r->unparsed_uri = r->uri;
  r->parsed_uri.path = r->uri;
  for (const char* const variable : {"SCRIPT_URL", "SCRIPT_URI", "REQUEST_URI"}) // mod_rewrite sets the first two
    apr_table_unset(r->subprocess_env, variable);
  return DECLINED;
}

} // namespace

const char* shown_path(const request_rec* r) {
  const char* const path = hidden_path(r);
  if (path) return path;
  return r->uri && *r->uri ? r->uri : "-";
}

void register_shown_path_hooks(apr_pool_t*) {
  // Behind our own hook that takes the headers out.
  ap_hook_post_read_request(guarded<hide_request_line, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                            APR_HOOK_REALLY_FIRST - 1);
  // Before all others, ours too.
  ap_hook_pre_translate_name(guarded<hide_from_translation, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                             APR_HOOK_REALLY_FIRST - 1);
  ap_hook_translate_name(guarded<hide_from_translation, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                         APR_HOOK_REALLY_FIRST - 1);
  ap_hook_post_perdir_config(guarded<hide_from_error_log, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr,
                             APR_HOOK_REALLY_FIRST);
  // Before any log is written.
  ap_hook_log_transaction(guarded<hide_path, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
