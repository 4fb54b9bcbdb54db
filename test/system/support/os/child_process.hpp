// SPDX-License-Identifier: Apache-2.0
// Programs that a test starts.
#pragma once

#include "support/os/process_minder.hpp"
#include "test/support/deadline.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rtmpt_proxy::test {

struct Command {
  std::vector<std::string> arguments;             // [0] is the program's absolute path or a name on PATH
  std::filesystem::path stdout_file{"/dev/null"}; // appended to
  std::filesystem::path stderr_file{"/dev/null"}; // appended to; may be the same file
  std::filesystem::path working_directory{"/"};
};

// A running program in a process group of its own. Killed, with its group, when the object goes or when the test
// program dies. Construct it in a thread that lives as long as the child: the kernel sends the parent-death signal when
// the *thread* ends.
class ChildProcess {
 public:
  // Throws std::system_error when the program cannot be started.
  explicit ChildProcess(const Command& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  // Whether it has not ended yet.
  bool running();

  // Waits for its end: the exit code, or 128 + the signal that ended it. Throws TimedOut.
  int wait(Deadline deadline = Deadline{});

  // Sends `signal_number` to the program alone; nothing happens when it has ended.
  void signal(int signal_number);

 private:
  bool reap(int poll_timeout);

  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  std::optional<ProcessMinder> minder_;
  std::string name_;
};

struct CommandResult {
  int exit_code = -1;
  std::string output; // standard output and standard error together
};

// Runs a short command to its end. Throws std::system_error, TimedOut.
CommandResult run_command(const std::vector<std::string>& arguments, Deadline deadline = Deadline{});

} // namespace rtmpt_proxy::test
