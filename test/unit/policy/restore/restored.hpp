// SPDX-License-Identifier: Apache-2.0
// A restored client as a line of a test's table.
#pragma once

#include <rtmpt_proxy/policy/restore/forwarded_walk.hpp>

#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// The proxies that the tables trust: 10.0.0.0/8, 127.0.0.1 and 2001:db8:10::/48.
const policy::TrustedProxies& trusted_proxies();

// "203.0.113.9", "203.0.113.9 port 80", or "" when the peer, the trusted 10.0.0.1, stays the client.
std::string restored(policy::ForwardedSyntax syntax, const std::vector<std::string>& lines,
                     const std::string& peer = "10.0.0.1");

// Why that walk ended.
policy::WalkEnd walk_end(policy::ForwardedSyntax syntax, const std::vector<std::string>& lines,
                         const std::string& peer = "10.0.0.1");

// The same for a source that the peer announced, such as "203.0.113.9:4711".
std::string restored_of_source(const std::string& source, policy::ForwardedSyntax syntax,
                               const std::vector<std::string>& lines);
policy::WalkEnd walk_end_of_source(const std::string& source, policy::ForwardedSyntax syntax,
                                   const std::vector<std::string>& lines);

} // namespace rtmpt_proxy::test
