// SPDX-License-Identifier: Apache-2.0
// Whether a virtual host has rules about who may publish and play, and whether httpd is asked about that:
// RTMPTAuthorize.
#pragma once

#include "module/core/configuration_lines.hpp"
#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/stream_rules.hpp>

#include <optional>
#include <vector>

namespace rtmpt_proxy::apache {

// The authorization provider that asks a URL of the site; needs what the client's connect has said.
inline constexpr const char* kCallbackRule = "stream-callback";

// A line that binds PUBLISH or PLAY. Valid as long as its ConfigurationLine.
struct StreamRuleLine {
  ConfigurationLine line;
  policy::StreamRule kind = policy::StreamRule::none;
};

// The first such line that may bind streams of this virtual host; one that names a method goes before one that only
// implies it. Sections for files do not bind streams; a line in one counts all the same where it names a method,
// because its author meant streams. From check_config on.
std::optional<StreamRuleLine> find_stream_rule(const server_rec* server);

// The lines that name one of these methods and stand in a section for files or proxies, which no question about a
// stream reaches: they bind nobody. From check_config on.
std::vector<ConfigurationLine> find_rules_for_files(const server_rec* server);

// The Require lines of this virtual host that may bind PUBLISH, for some stream at least, and whether there are any.
// From check_config on.
std::vector<ConfigurationLine> find_publish_rules(const server_rec* server);
bool has_publish_rule(const server_rec* server);

// The same for PLAY.
bool has_play_rule(const server_rec* server);

// Whether httpd is asked about each publish and play at this virtual host: RTMPTAuthorize, and where nobody has set it,
// whether there is such a line, RTMPTDoneCallback, or RTMPTAdobeLogin On. Says nothing about whether the virtual host
// carries streams. From check_config on.
bool authorizes_streams(const server_rec* server);

// Fills in SessionTerms::authorize_streams, tells_connect and tells_end of each virtual host when the configuration has
// been read.
void register_stream_rule_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
