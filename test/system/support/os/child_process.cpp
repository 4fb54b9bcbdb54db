// SPDX-License-Identifier: Apache-2.0
#include "support/os/child_process.hpp"

#include "local/descriptor.hpp"
#include "support/os/system_error.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/text_file.hpp"

#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::test {

namespace {

// What the child does between fork and exec: only async-signal-safe calls. Returns when something failed.
void become(const Command& command, char* const* argv) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int in = open("/dev/null", O_RDONLY);
  const int out = open(command.stdout_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int err = open(command.stderr_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (in < 0 || out < 0 || err < 0 || chdir(command.working_directory.c_str()) != 0) return;
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  execvp(argv[0], argv);
}

} // namespace

ChildProcess::ChildProcess(const Command& command) : name_(command.arguments.at(0)) {
  std::vector<char*> argv;
  for (const auto& argument : command.arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  int ends[2];
  checked(pipe2(ends, O_CLOEXEC), "pipe2");
  const local::Descriptor reading(ends[0]);
  local::Descriptor writing(ends[1]);
  pid_ = checked(fork(), "fork");
  if (pid_ == 0) {
    become(command, argv.data());
    const int error = errno;
    if (write(writing.get(), &error, sizeof error) < 0) _exit(126);
    _exit(127);
  }
  writing.reset();
  setpgid(pid_, pid_); // here too: whoever comes first
  int error = 0;
  if (read(reading.get(), &error, sizeof error) == sizeof error) {
    waitpid(pid_, nullptr, 0);
    throw std::system_error(error, std::generic_category(), "cannot start " + name_);
  }
  minder_.emplace(pid_);
}

ChildProcess::~ChildProcess() {
  kill(-pid_, SIGKILL);
  reap(-1);
}

bool ChildProcess::reap(int poll_timeout) {
  if (exit_code_) return true;
  // Not by <sys/pidfd.h>: in glibc 2.36 its functions have C++ names when C++ includes it.
  const local::Descriptor handle(static_cast<int>(checked(syscall(SYS_pidfd_open, pid_, 0), "pidfd_open of " + name_)));
  pollfd ended{handle.get(), POLLIN, 0};
  if (poll(&ended, 1, poll_timeout) <= 0) return false;
  int status = 0;
  checked(waitpid(pid_, &status, 0), "waitpid of " + name_);
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

bool ChildProcess::running() {
  return !reap(0);
}

int ChildProcess::wait(Deadline deadline) {
  while (!reap(deadline.poll_timeout())) {
    if (deadline.passed()) throw TimedOut(name_ + " did not end in time");
  }
  return *exit_code_;
}

void ChildProcess::signal(int signal_number) {
  if (!exit_code_) kill(pid_, signal_number);
}

CommandResult run_command(const std::vector<std::string>& arguments, Deadline deadline) {
  const TempDir dir(TempDir::OnFailure::remove);
  const auto output = dir.path() / "output";
  ChildProcess process(Command{arguments, output, output});
  const int exit_code = process.wait(deadline);
  return {exit_code, read_file(output)};
}

} // namespace rtmpt_proxy::test
