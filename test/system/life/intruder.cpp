// SPDX-License-Identifier: Apache-2.0
// Tries everything by which one process can read or take over another of its user. One line for each way, "NAME taken"
// or "NAME denied". Run by test_seclusion as httpd's user.   usage: intruder PID
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void tell(const std::string& name, bool taken) {
  std::printf("%s %s\n", name.c_str(), taken ? "taken" : "denied");
}

bool can_open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ::close(file);
  return true;
}

bool can_list(const std::string& path) {
  DIR* const folder = ::opendir(path.c_str());
  if (!folder) return false;
  int entries = 0;
  while (::readdir(folder))
    ++entries;
  ::closedir(folder);
  return entries > 2;
}

bool can_follow(const std::string& path) {
  char target[4096];
  return ::readlink(path.c_str(), target, sizeof target) >= 0;
}

bool can_trace(pid_t pid, bool seize) {
  if (::ptrace(seize ? PTRACE_SEIZE : PTRACE_ATTACH, pid, nullptr, nullptr) != 0) return false;
  if (seize) ::ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr);
  ::waitpid(pid, nullptr, __WALL); // a process is let go of only while it stands
  ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
  return true;
}

bool can_read_memory(pid_t pid) {
  char byte = 0;
  iovec here{&byte, 1};
  iovec there{reinterpret_cast<void*>(0x1000), 1}; // not mapped: EFAULT to who may look
  return ::process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT;
}

bool can_take_descriptors(pid_t pid) {
  const auto process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) return false;
  bool taken = false;
  for (int number = 0; number < 64; ++number)
    if (::syscall(SYS_pidfd_getfd, process, number, 0) >= 0) taken = true;
  return taken;
}

bool can_compare(pid_t pid) {
  return ::syscall(SYS_kcmp, ::getpid(), pid, KCMP_FILES, 0, 0) >= 0;
}

bool can_limit(pid_t pid) {
  rlimit limit{};
  return ::prlimit(pid, RLIMIT_NOFILE, nullptr, &limit) == 0 && ::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr) == 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const pid_t pid = std::atoi(argv[1]);
  const std::string process = "/proc/" + std::string(argv[1]) + "/";
  for (const char* const name : {"environ", "mem", "maps", "smaps", "auxv", "io", "syscall", "personality", "pagemap",
                                 "stack", "fd/0", "fd/3", "map_files"})
    tell(name, can_open(process + name));
  for (const char* const name : {"environ", "mem", "fd/3"})
    tell("thread " + std::string(name), can_open(process + "task/" + argv[1] + "/" + name));
  for (const char* const name : {"fd", "fdinfo"})
    tell("list of " + std::string(name), can_list(process + name));
  for (const char* const name : {"exe", "cwd", "root", "fd/3"})
    tell("link " + std::string(name), can_follow(process + name));
  tell("ptrace seize", can_trace(pid, true));
  tell("ptrace attach", can_trace(pid, false));
  tell("process_vm_readv", can_read_memory(pid));
  tell("pidfd_getfd", can_take_descriptors(pid));
  tell("kcmp", can_compare(pid));
  tell("prlimit", can_limit(pid));
  tell("signal", ::kill(pid, 0) == 0);
}
