// SPDX-License-Identifier: Apache-2.0
// A session log as a test reads it.
#pragma once

#include "test/support/deadline.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

class SessionLogFile {
 public:
  explicit SessionLogFile(std::filesystem::path file) : file_(std::move(file)) {}

  // Whole lines only: what httpd's program is about to write is not there yet.
  std::vector<std::string> lines() const;

  // Waits until there are `count` lines or more, and returns them all. Throws TimedOut with what there is.
  std::vector<std::string> wait_for(std::size_t count, Deadline deadline = Deadline{}) const;

 private:
  std::filesystem::path file_;
};

} // namespace rtmpt_proxy::test
