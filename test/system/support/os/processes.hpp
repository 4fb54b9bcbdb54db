// SPDX-License-Identifier: Apache-2.0
// Running processes, as /proc shows them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rtmpt_proxy::test {

// Processes whose program is exactly `executable`, in ascending order. A zombie has no program and is not among them.
std::vector<pid_t> processes_of(const std::filesystem::path& executable);

// Processes that `parent` has started and that have not ended, in ascending order.
std::vector<pid_t> children_of(pid_t parent);

// What the descriptors of the process are open on, as /proc shows it: "socket:[4711]". Nothing when it has ended.
std::vector<std::string> open_files(pid_t pid);

// Descriptors that the process has open.
std::size_t open_descriptors(pid_t pid);

// Memory that a process has written and shares with nobody, in bytes; 0 when it is gone. Pages of programs and
// libraries do not count: what of them is a process's own depends on which others run.
std::size_t memory_bytes(pid_t pid);

// Processor time that the process has used, all its threads.
double cpu_seconds(pid_t pid);

// The effective user and group of a process.
uid_t user_of(pid_t pid);
gid_t group_of(pid_t pid);

// TCP ports on which the process has listening sockets, one entry for each socket. None when it has ended.
std::vector<std::uint16_t> listening_ports(pid_t pid);

} // namespace rtmpt_proxy::test
