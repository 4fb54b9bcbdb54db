// SPDX-License-Identifier: Apache-2.0
// The media servers whose streams are fetched once for all viewers: those with cache=on.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

// A directive of this server names that target ("rtmp://media", "balancer://farm"). One On is enough, whatever other
// lines say.
void note_cached_target(const server_rec* server, const std::string& target, bool is_on);

// Whether the streams of that worker are cached for requests of this server: by the target that led to it, or as a
// member of its balancer. `url` is the worker's ("rtmp://media").
bool is_cached(const server_rec* server, const proxy_worker& worker, const std::string& url);

// Whether some streams are, that this target leads to. From check_config on.
bool may_be_cached(const server_rec* server, const std::string& target);

// The targets of RTMPTProxyPass and RTMPTProxyPassMatch of this server whose streams are cached, at least in part:
// "rtmp://media", "balancer://farm". From check_config on.
std::vector<std::string> cached_targets(const server_rec* server);

// Takes the key out of the members' lines, before mod_proxy sees them: in pre_config, when the configuration has been
// read but not executed. Logs what is wrong with a key, which then stays for mod_proxy to refuse.
void register_cached_worker_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
