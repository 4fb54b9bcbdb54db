// SPDX-License-Identifier: Apache-2.0
// Ends a process group when the test program dies in whatever way.
#pragma once

#include "local/descriptor.hpp"

#include <sys/types.h>

namespace rtmpt_proxy::test {

// A small process of its own that waits for the end of file of a pipe held by the test program alone, and then kills
// the group. A parent-death signal reaches only the direct child; httpd's own children would stay.
class ProcessMinder {
 public:
  explicit ProcessMinder(pid_t process_group);
  ~ProcessMinder(); // the group is killed now
  ProcessMinder(const ProcessMinder&) = delete;
  ProcessMinder& operator=(const ProcessMinder&) = delete;

 private:
  local::Descriptor pipe_end_;
  pid_t pid_ = -1;
};

} // namespace rtmpt_proxy::test
