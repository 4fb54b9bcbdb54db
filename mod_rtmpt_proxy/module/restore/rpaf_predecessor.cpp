// SPDX-License-Identifier: Apache-2.0
#include "module/restore/rpaf_predecessor.hpp"

#include "module/core/hook_guard.hpp"

#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// The names that configurations test: the first in Debian's and gnif's packages, the second in gnif's sources, the
// third in mod_rpaf 0.6.
constexpr const char* kPredecessors[] = {"rpaf_module", "mod_rpaf.c", "mod_rpaf-2.0.c"};

apr_status_t remove_name(void* data) {
  ap_remove_module(static_cast<module*>(data));
  return APR_SUCCESS;
}

// A module record without directives and hooks: httpd compares what <IfModule> names with each record's name.
void answer_to(apr_pool_t* pool, const char* name) {
  auto* const record = static_cast<module*>(apr_pcalloc(pool, sizeof(module)));
  *record = module{STANDARD20_MODULE_STUFF, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, AP_MODULE_FLAG_NONE};
  record->name = name;
  if (const char* const error = ap_add_module(record, pool, name)) {
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, nullptr, "%s: <IfModule %s> will be false: %s", ids::kNotAnnounced, name,
                 error);
    return;
  }
  // The record is destroyed with the pool, so it must leave httpd's list of modules.
  apr_pool_cleanup_register(pool, record, guarded<remove_name, APR_EGENERAL>, apr_pool_cleanup_null);
}

bool is_restore_directive(const char* name) {
  return ap_cstr_casecmpn(name, "RPAF", 4) == 0;
}

const command_rec* restore_directive_of(const module* other) {
  for (const command_rec* row = other->cmds; row && row->name; ++row)
    if (is_restore_directive(row->name)) return row;
  return nullptr;
}

int refuse_predecessor(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  for (const module* other = ap_top_module; other; other = other->next) {
    const command_rec* const row = other == &rtmpt_proxy_module ? nullptr : restore_directive_of(other);
    if (!row) continue;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
                 "%s: the module %s has the directive %s too: with two of them a client could choose its address:"
                 " expected mod_rtmpt_proxy without it (remove its LoadModule line, keep the directives)",
                 ids::kPredecessorLoaded, other->name, row->name);
    return HTTP_INTERNAL_SERVER_ERROR;
  }
  return OK;
}

} // namespace

void answer_to_predecessors_names(apr_pool_t* pool) {
  for (const char* const name : kPredecessors)
    answer_to(pool, name);
}

void register_predecessor_hooks(apr_pool_t*) {
  // Every module is loaded by then, and `httpd -t` runs it too. No order: it changes nothing.
  ap_hook_check_config(guarded<refuse_predecessor, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
