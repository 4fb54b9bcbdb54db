#include "support/processes.hpp"

#include "support/text_file.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <unistd.h>

namespace rtmpt_proxy::test {

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

std::size_t memory_bytes(pid_t pid) {
  std::istringstream text(read_file("/proc/" + std::to_string(pid) + "/smaps_rollup"));
  std::size_t kilobytes = 0;
  for (std::string word; text >> word;) {
    if (word == "Pss:" && text >> kilobytes) break;
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

} // namespace rtmpt_proxy::test
