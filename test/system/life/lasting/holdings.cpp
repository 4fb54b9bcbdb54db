// SPDX-License-Identifier: Apache-2.0
#include "life/lasting/holdings.hpp"

#include "support/os/processes.hpp"
#include "support/os/text_file.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace rtmpt_proxy::test {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kFewDescriptors = 15;

// As the kernel lists them: zombies too.
std::size_t all_children(pid_t parent) {
  const std::string pid = std::to_string(parent);
  std::istringstream list(read_file("/proc/" + pid + "/task/" + pid + "/children"));
  std::size_t count = 0;
  for (std::string child; list >> child;)
    ++count;
  return count;
}

std::string compared(const std::string& what, std::size_t before, std::size_t now, std::size_t allowance) {
  if (now <= before + allowance) return {};
  return what + ": " + std::to_string(now) + ", before: " + std::to_string(before) + "\n";
}

} // namespace

std::vector<pid_t> serving_children(const HttpdFixture& httpd) {
  std::vector<pid_t> children = children_of(httpd.parent_pid());
  std::erase_if(children, [](pid_t child) { return listening_ports(child).empty(); });
  return children;
}

std::vector<pid_t> log_programs(const HttpdFixture& httpd, const std::string& program) {
  std::vector<pid_t> children = children_of(httpd.parent_pid());
  std::erase_if(children,
                [&](pid_t child) { return read_file("/proc/" + std::to_string(child) + "/comm") != program + "\n"; });
  return children;
}

Holdings holdings(const HttpdFixture& httpd) {
  Holdings now;
  now.parent_descriptors = open_descriptors(httpd.parent_pid());
  for (const pid_t gateway : httpd.gateway_pids())
    now.gateway_descriptors += open_descriptors(gateway);
  for (const pid_t child : serving_children(httpd))
    now.child_descriptors = std::max(now.child_descriptors, open_descriptors(child));
  now.processes = all_children(httpd.parent_pid());
  for (const fs::directory_entry& entry : fs::directory_iterator(httpd.root() / "logs"))
    now.files.insert(entry.path().filename());
  return now;
}

std::string more_than(const Holdings& before, const Holdings& now) {
  std::string more =
      compared("descriptors of the parent", before.parent_descriptors, now.parent_descriptors, 4) +
      compared("descriptors of the gateway", before.gateway_descriptors, now.gateway_descriptors, kFewDescriptors) +
      compared("descriptors of a child", before.child_descriptors, now.child_descriptors, kFewDescriptors) +
      compared("processes", before.processes, now.processes, 1);
  for (const std::string& file : now.files)
    if (!before.files.contains(file)) more += "file " + file + "\n";
  return more;
}

} // namespace rtmpt_proxy::test
