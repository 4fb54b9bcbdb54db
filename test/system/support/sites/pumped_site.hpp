// SPDX-License-Identifier: Apache-2.0
// What the tests of pumped connections ask of httpd.
#pragma once

#include "support/sites/tunnel_site.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// Lines of the module about a pumped connection's beginning and end, at trace1.
inline constexpr const char* kPumpedLine = "RTMPT066: connection of 127.0.0.1 is pumped";
inline constexpr const char* kPumpedToItsEnd = "RTMPT068: connection of 127.0.0.1 pumped to its end";

// MPM event, and those lines in the log.
HttpdOptions pumped_options();

Carriage over_tls();

// How many connections have been pumped so far, and have ended.
std::size_t pumped_connections(HttpdFixture& httpd);
std::size_t ended_connections(HttpdFixture& httpd);

// Requests of sessions that httpd has served itself so far.
std::size_t forwarded_requests(HttpdFixture& httpd);

// httpd's children, without the gateway, and what they have.
std::vector<pid_t> children_of(HttpdFixture& httpd);
std::size_t memory_of_children(HttpdFixture& httpd);
std::size_t descriptors_of_children(HttpdFixture& httpd);

} // namespace rtmpt_proxy::test
