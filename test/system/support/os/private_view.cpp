// SPDX-License-Identifier: Apache-2.0
#include "support/os/private_view.hpp"

#include "support/os/child_process.hpp"
#include "support/os/system_error.hpp"
#include "support/os/text_file.hpp"

#include <stdexcept>
#include <vector>

#include <sched.h>
#include <sys/mount.h>

namespace rtmpt_proxy::test {

namespace fs = std::filesystem;

namespace {

void mount_on(const fs::path& source, const fs::path& target, const char* type, unsigned long flags) {
  checked(::mount(source.c_str(), target.c_str(), type, flags, nullptr), "mount");
}

void use_private_mounts() {
  checked(::unshare(CLONE_NEWNS), "unshare");
  mount_on("none", "/", nullptr, MS_REC | MS_PRIVATE);
}

void ip(const std::vector<std::string>& words) {
  std::vector<std::string> command{"ip"};
  command.insert(command.end(), words.begin(), words.end());
  const auto result = run_command(command);
  if (result.exit_code != 0) throw std::runtime_error("ip " + words[0] + ": " + result.output);
}

} // namespace

void use_private_dev(const fs::path& folder) {
  use_private_mounts();
  mount_on("none", folder, "tmpfs", 0);
  for (const std::string name : {"null", "zero", "full", "random", "urandom", "tty"}) {
    write_file(folder / name, "");
    mount_on("/dev/" + name, folder / name, nullptr, MS_BIND);
  }
  fs::create_directory(folder / "shm");
  mount_on("/dev/shm", folder / "shm", nullptr, MS_BIND);
  fs::create_symlink("/proc/self/fd", folder / "fd");
  mount_on(folder, "/dev", nullptr, MS_MOVE);
}

void use_private_hosts(const fs::path& folder, const std::string& text) {
  use_private_mounts();
  write_file(folder / "hosts", text);
  mount_on(folder / "hosts", "/etc/hosts", nullptr, MS_BIND);
}

void use_private_network() {
  checked(::unshare(CLONE_NEWNET), "unshare");
  ip({"link", "set", "lo", "up"});
}

void add_addresses(const std::string& server, const std::string& client) {
  for (const auto& address : {server, client})
    ip({"address", "add", address + "/32", "dev", "lo"});
  ip({"route", "replace", "local", server, "dev", "lo", "table", "local", "src", client});
}

} // namespace rtmpt_proxy::test
