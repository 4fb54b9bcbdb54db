// SPDX-License-Identifier: Apache-2.0
// httpd's error log as a witness: nothing unexpected may stand in it.
#pragma once

#include "test/support/deadline.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

class ErrorLog {
 public:
  explicit ErrorLog(std::filesystem::path file) : file_(std::move(file)) {}

  // Declares that the test provokes a line of warning level or above that matches this regular expression. It must
  // occur by the end.
  void expect(std::string pattern) { expected_.push_back(std::move(pattern)); }

  // The same for a line that chance may bring or not. It excuses no crash.
  void allow(std::string pattern) { allowed_.push_back(std::move(pattern)); }

  // Lines (of any level) that match the regular expression.
  std::vector<std::string> matching(const std::string& pattern) const;

  // How many match, once there are `least` or kPatience is over: httpd and its gateway may write a line behind the
  // answer that it is about.
  std::size_t count(const std::string& pattern, std::size_t least) const;

  // Waits until at least `count` lines match. Throws TimedOut.
  void wait_for(const std::string& pattern, std::size_t count = 1, Deadline deadline = Deadline{}) const;

  // What is wrong with the log: lines of warning level or above, reports of a crash or of a sanitizer that no pattern
  // covers, and patterns that nothing matched. Empty when all is well.
  std::vector<std::string> complaints() const;

 private:
  std::filesystem::path file_;
  std::vector<std::string> expected_;
  std::vector<std::string> allowed_;
};

} // namespace rtmpt_proxy::test
