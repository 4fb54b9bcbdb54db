// SPDX-License-Identifier: Apache-2.0
// Which lines of a configuration are rules about who may publish and play: those that bind the methods PUBLISH and
// PLAY, by which httpd is asked about streams.
#pragma once

#include <rtmpt_proxy/policy/routing/site_lines.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

enum class StreamRule : std::uint8_t {
  none,
  named,   // the line names PUBLISH or PLAY, lists OPEN among the methods that it lets through, or is one of ours:
           // stream-token, stream-callback
  implied, // it names neither, and binds them all the same: <LimitExcept GET POST>
};

// What the line is for streams. The words of a section end with '>'. Knows <Limit>, <LimitExcept>, AllowMethods, and,
// where they speak of the method of a request (REQUEST_METHOD or THE_REQUEST), Require, <AuthzProviderAlias>, <If>,
// <ElseIf>, RewriteCond and the lines of mod_setenvif. <LimitExcept PUBLISH PLAY> binds neither, so it is none, and
// <Limit OPEN> speaks of connects alone. A pattern or an expression that names neither method is none, whatever it
// matches: RewriteCond %{REQUEST_METHOD} !^(GET|POST)$ protects the pages of many sites and was never meant for
// streams.
StreamRule stream_rule(const SiteLine& line);

// Whether the line, a <Limit> or <LimitExcept>, names PUBLISH, or PLAY.
bool names_publish(const SiteLine& section);
bool names_play(const SiteLine& section);

// The directives that stream_rule() knows.
const std::vector<std::string_view>& stream_rule_directives();

} // namespace rtmpt_proxy::policy
