// Running processes, as /proc shows them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <sys/types.h>

namespace rtmpt_proxy::test {

// Processes whose program is exactly `executable`, in ascending order. A zombie has no program and is not among them.
std::vector<pid_t> processes_of(const std::filesystem::path& executable);

// Processes that `parent` has started and that have not ended, in ascending order.
std::vector<pid_t> children_of(pid_t parent);

// Descriptors that the process has open.
std::size_t open_descriptors(pid_t pid);

// Memory of a process in bytes, shared pages counted proportionally (Pss of smaps_rollup); 0 when it is gone.
std::size_t memory_bytes(pid_t pid);

// Processor time that the process has used, all its threads.
double cpu_seconds(pid_t pid);

// The effective user and group of a process.
uid_t user_of(pid_t pid);
gid_t group_of(pid_t pid);

// TCP ports on which the process has listening sockets, one entry for each socket.
std::vector<std::uint16_t> listening_ports(pid_t pid);

} // namespace rtmpt_proxy::test
