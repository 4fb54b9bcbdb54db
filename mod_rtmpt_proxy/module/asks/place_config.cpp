// SPDX-License-Identifier: Apache-2.0
#include "module/asks/place_config.hpp"

#include "module/core/message_ids.hpp"
#include "module/core/pool.hpp"

namespace rtmpt_proxy::apache {

void* create_place_config(apr_pool_t* pool, char*) {
  return make_in_pool<PlaceConfig>(pool);
}

void* merge_place_config(apr_pool_t* pool, void* base, void* override) {
  const auto& outer = *static_cast<const PlaceConfig*>(base);
  auto* const merged = make_in_pool<PlaceConfig>(pool, *static_cast<const PlaceConfig*>(override));
  if (!merged->status_control) merged->status_control = outer.status_control;
  if (!merged->stream_list) merged->stream_list = outer.stream_list;
  if (!merged->pass) merged->pass = outer.pass;
  if (!merged->digest_providers) merged->digest_providers = outer.digest_providers;
  return merged;
}

const PlaceConfig& place_config(const request_rec* r) {
  static const PlaceConfig none; // of a request that httpd has not found a place for yet
  const void* const config = ap_get_module_config(r->per_dir_config, &rtmpt_proxy_module);
  return config ? *static_cast<const PlaceConfig*>(config) : none;
}

const char* note_digest_provider(cmd_parms* cmd, void* config, const char* name) {
  if (!ap_find_linked_module("mod_auth_digest.c"))
    return apr_psprintf(cmd->pool,
                        "%s: AuthDigestProvider %.100s: mod_auth_digest is not loaded, whose directive it is",
                        ids::kNoDigestModule, name);
  auto& providers = static_cast<PlaceConfig*>(config)->digest_providers;
  if (!providers) providers.emplace();
  providers->emplace_back(name);
  return nullptr;
}

} // namespace rtmpt_proxy::apache
