// SPDX-License-Identifier: Apache-2.0
// Which lines of a site's configuration match a request of a stream, read as httpd's own modules read them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

// One line of the configuration, without its sections.
struct SiteLine {
  std::string_view name;          // of the directive: "RewriteRule"; the case of letters does not matter
  std::vector<std::string> words; // its arguments, as httpd splits them
};

// Whether the regular expression `pattern` matches the path that is asked about. The caller has the expressions of
// httpd. False for a pattern that is no regular expression.
using MatchesPath = std::function<bool(const std::string& pattern, bool in_any_case)>;

// Whether `prefix` covers `path` as Alias, Redirect and ProxyPass compare them: by whole segments. An empty prefix
// covers nothing.
bool covers_path(std::string_view prefix, std::string_view path);

// Whether the line sends a request for `path` somewhere else: to another URL, to a file, or to another backend. False
// for a line that refuses the request ([F], [G], "gone", a status from 400 on), that leaves it alone ("-", "!",
// "disabled") or that does not match `path`. Knows RewriteRule, Redirect and its kin, Alias and its kin,
// FallbackResource, ProxyPass and ProxyPassMatch.
bool sends_elsewhere(const SiteLine& line, std::string_view path, const MatchesPath& matches);

// Whether a section <Location> or <LocationMatch> holds for `path`. Its name is "<Location", and its words end with
// '>'. False for any other section.
bool location_holds_for(const SiteLine& section, std::string_view path, const MatchesPath& matches);

} // namespace rtmpt_proxy::policy
