// SPDX-License-Identifier: Apache-2.0
#include "support/os/process_minder.hpp"

#include "support/os/system_error.hpp"

#include <csignal>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::test {

namespace {

// The whole life of the minder; only async-signal-safe calls, for the test program may have threads.
[[noreturn]] void mind(int pipe_fd, pid_t process_group) {
  setsid();
  const int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd)
    dup2(null, fd);
  dup2(pipe_fd, 3);
  close_range(4, ~0U, 0); // above all the writing end of the pipe, and those of other minders
  char byte = 0;
  while (read(3, &byte, 1) == -1 && errno == EINTR) {
  }
  kill(-process_group, SIGKILL);
  _exit(0);
}

} // namespace

ProcessMinder::ProcessMinder(pid_t process_group) {
  int ends[2];
  checked(pipe2(ends, O_CLOEXEC), "pipe2");
  const local::Descriptor reading(ends[0]);
  pipe_end_ = local::Descriptor(ends[1]);
  pid_ = checked(fork(), "fork");
  if (pid_ == 0) mind(reading.get(), process_group);
}

ProcessMinder::~ProcessMinder() {
  pipe_end_.reset();
  waitpid(pid_, nullptr, 0);
}

} // namespace rtmpt_proxy::test
