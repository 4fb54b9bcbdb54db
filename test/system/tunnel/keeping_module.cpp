// SPDX-License-Identifier: Apache-2.0
// A module that reads the bodies of POST requests before their handlers do, keeps them, and gives them back by an input
// filter of its own, as mod_security2 does. "KeepBodies all" gives back what it has read, "KeepBodies half" loses some.
#include "httpd.h" // before its other headers

#include <cstring>
#include <new>

#include <http_config.h>
#include <http_request.h>
#include <util_filter.h>

extern "C" {
extern module AP_MODULE_DECLARE_DATA keeping_module;
}

namespace {

struct Settings {
  const char* mode = nullptr;
};

void* create_settings(apr_pool_t* pool, server_rec*) {
  return new (apr_palloc(pool, sizeof(Settings))) Settings();
}

void* merge_settings(apr_pool_t*, void* base, void* own) {
  return static_cast<Settings*>(own)->mode ? own : base;
}

const char* take_mode(cmd_parms* command, void*, const char* mode) {
  static_cast<Settings*>(ap_get_module_config(command->server->module_config, &keeping_module))->mode = mode;
  return nullptr;
}

int read_body(request_rec* r) {
  const auto* const settings = static_cast<Settings*>(ap_get_module_config(r->server->module_config, &keeping_module));
  if (!settings->mode || r->method_number != M_POST || r->main || r->prev) return DECLINED;
  apr_bucket_brigade* const kept = apr_brigade_create(r->pool, r->connection->bucket_alloc);
  apr_bucket_brigade* const piece = apr_brigade_create(r->pool, r->connection->bucket_alloc);
  for (bool ended = false; !ended;) {
    if (ap_get_brigade(r->input_filters, piece, AP_MODE_READBYTES, APR_BLOCK_READ, 8192) != APR_SUCCESS)
      return HTTP_BAD_REQUEST;
    while (!APR_BRIGADE_EMPTY(piece)) {
      apr_bucket* const bucket = APR_BRIGADE_FIRST(piece);
      ended = ended || APR_BUCKET_IS_EOS(bucket);
      apr_bucket_setaside(bucket, r->pool);
      APR_BUCKET_REMOVE(bucket);
      APR_BRIGADE_INSERT_TAIL(kept, bucket);
    }
  }
  apr_off_t length = 0;
  apr_brigade_length(kept, 1, &length);
  if (std::strcmp(settings->mode, "half") == 0 && length > 1) {
    apr_bucket* from = nullptr;
    apr_brigade_partition(kept, length / 2, &from);
    while (!APR_BUCKET_IS_EOS(from)) {
      apr_bucket* const next = APR_BUCKET_NEXT(from);
      apr_bucket_delete(from);
      from = next;
    }
  }
  ap_set_module_config(r->request_config, &keeping_module, kept);
  return DECLINED;
}

void insert_filter(request_rec* r) {
  if (void* const kept = ap_get_module_config(r->request_config, &keeping_module))
    ap_add_input_filter("keeping_module", kept, r, r->connection);
}

apr_status_t give_back(ap_filter_t* filter, apr_bucket_brigade* brigade, ap_input_mode_t, apr_read_type_e,
                       apr_off_t bytes) {
  auto* const kept = static_cast<apr_bucket_brigade*>(filter->ctx);
  apr_bucket* after = nullptr;
  apr_brigade_partition(kept, bytes, &after);
  while (!APR_BRIGADE_EMPTY(kept) && APR_BRIGADE_FIRST(kept) != after) {
    apr_bucket* const bucket = APR_BRIGADE_FIRST(kept);
    APR_BUCKET_REMOVE(bucket);
    APR_BRIGADE_INSERT_TAIL(brigade, bucket);
  }
  return APR_SUCCESS;
}

void register_hooks(apr_pool_t*) {
  ap_hook_fixups(read_body, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_insert_filter(insert_filter, nullptr, nullptr, APR_HOOK_FIRST);
  ap_register_input_filter("keeping_module", give_back, nullptr, AP_FTYPE_CONTENT_SET);
}

const command_rec kCommands[] = {AP_INIT_TAKE1("KeepBodies", take_mode, nullptr, RSRC_CONF, "all or half"), {}};

} // namespace

extern "C" {
module AP_MODULE_DECLARE_DATA __attribute__((visibility("default")))
keeping_module = {STANDARD20_MODULE_STUFF, nullptr,   nullptr,        create_settings,
                  merge_settings,          kCommands, register_hooks, AP_MODULE_FLAG_NONE};
}
