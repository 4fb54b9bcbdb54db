// SPDX-License-Identifier: Apache-2.0
#include "support/os/processes.hpp"

#include "support/os/text_file.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace rtmpt_proxy::test {

namespace {

// The number after "<name>:", and the first of several columns skipped, in /proc/<pid>/status.
unsigned effective_id(pid_t pid, const std::string& name) {
  std::istringstream text(read_file("/proc/" + std::to_string(pid) + "/status"));
  for (std::string word; text >> word;) {
    unsigned real = 0;
    unsigned effective = 0;
    if (word == name + ":" && text >> real >> effective) return effective;
  }
  throw std::runtime_error("no " + name + " of process " + std::to_string(pid));
}

// Inodes of the process's sockets.
std::set<std::string> sockets_of(pid_t pid) {
  std::set<std::string> inodes;
  for (const std::string& target : open_files(pid))
    if (target.starts_with("socket:[")) inodes.insert(target.substr(8, target.size() - 9));
  return inodes;
}

} // namespace

std::vector<pid_t> processes_of(const std::filesystem::path& executable) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size()) continue;
    std::error_code gone; // processes come and go while we look
    if (std::filesystem::read_symlink(entry.path() / "exe", gone) == executable) found.push_back(pid);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> found;
  const auto name = std::to_string(parent);
  std::istringstream text(read_file("/proc/" + name + "/task/" + name + "/children"));
  for (pid_t pid = 0; text >> pid;) {
    std::error_code gone;
    const auto program = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", gone);
    if (!program.empty()) found.push_back(pid); // a zombie has none
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> open_files(pid_t pid) {
  std::vector<std::string> found;
  std::error_code gone; // the process may end while we look
  std::filesystem::directory_iterator entry("/proc/" + std::to_string(pid) + "/fd", gone);
  for (; !gone && entry != std::filesystem::directory_iterator(); entry.increment(gone)) {
    std::error_code closed;
    const auto target = std::filesystem::read_symlink(entry->path(), closed);
    if (!closed) found.push_back(target.string());
  }
  return found;
}

std::size_t open_descriptors(pid_t pid) {
  const std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::size_t memory_bytes(pid_t pid) {
  std::istringstream text(read_file("/proc/" + std::to_string(pid) + "/smaps_rollup"));
  std::size_t kilobytes = 0;
  for (std::string word; text >> word;) {
    if (word == "Private_Dirty:" && text >> kilobytes) break;
  }
  return kilobytes * 1024;
}

double cpu_seconds(pid_t pid) {
  const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_end + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system; // fields 14 and 15 of proc(5)
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

uid_t user_of(pid_t pid) {
  return effective_id(pid, "Uid");
}

gid_t group_of(pid_t pid) {
  return effective_id(pid, "Gid");
}

std::vector<std::uint16_t> listening_ports(pid_t pid) {
  const auto mine = sockets_of(pid);
  std::vector<std::uint16_t> ports;
  for (const std::string table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    for (const auto& line : lines_of(read_file(table))) {
      std::istringstream fields(line);
      std::vector<std::string> columns{std::istream_iterator<std::string>(fields), {}};
      if (columns.size() < 10 || columns[3] != "0A" || !mine.contains(columns[9])) continue; // 0A: TCP_LISTEN
      const auto port = columns[1].substr(columns[1].rfind(':') + 1);
      ports.push_back(static_cast<std::uint16_t>(std::stoul(port, nullptr, 16)));
    }
  }
  return ports;
}

} // namespace rtmpt_proxy::test
