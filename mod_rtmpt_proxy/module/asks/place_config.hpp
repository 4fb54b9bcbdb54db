// SPDX-License-Identifier: Apache-2.0
// What a <Location> or <Directory> says that this module looks at.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/pass_target.hpp>

#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

// Lives in the configuration pool, or in that of a request; only read once it is merged.
struct PlaceConfig {
  std::optional<bool> status_control;                       // RTMPTStatusControl
  std::optional<bool> stream_list;                          // RTMPTStreamList
  std::optional<policy::PassTarget> pass;                   // RTMPTProxyPass
  std::optional<std::vector<std::string>> digest_providers; // mod_auth_digest's AuthDigestProvider
};

// Creators for the module record; both return a PlaceConfig owned by `pool`.
void* create_place_config(apr_pool_t* pool, char* place);
void* merge_place_config(apr_pool_t* pool, void* base, void* override);

// Of the request's path.
const PlaceConfig& place_config(const request_rec* r);

// Notes a word of AuthDigestProvider. httpd gives a directive to every module that knows it, and mod_auth_digest tells
// nobody what it was given. Returns null, or what is wrong.
const char* note_digest_provider(cmd_parms* cmd, void* config, const char* name);

} // namespace rtmpt_proxy::apache
