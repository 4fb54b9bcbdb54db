// SPDX-License-Identifier: Apache-2.0
// Parts of the system that are this process' own, and those of the processes that it starts from now on. Needs root.
#pragma once

#include <filesystem>
#include <string>

namespace rtmpt_proxy::test {

// A /dev without a syslog daemon's socket, kept in `folder`, which must be an empty one.
void use_private_dev(const std::filesystem::path& folder);

// An /etc/hosts with this text, kept in `folder`. Once in a process.
void use_private_hosts(const std::filesystem::path& folder, const std::string& text);

// A network of its own, of the loopback interface alone: every port is free. Sockets that are there already stay where
// they are.
void use_private_network();

// In a network of its own: who connects to `server` does so from `client`. Both are IPv4 addresses.
void add_addresses(const std::string& server, const std::string& client);

} // namespace rtmpt_proxy::test
