// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/session_log_file.hpp"

#include "support/os/text_file.hpp"

namespace rtmpt_proxy::test {

std::vector<std::string> SessionLogFile::lines() const {
  const std::string text = read_file(file_);
  return lines_of(text.substr(0, text.rfind('\n') + 1));
}

std::vector<std::string> SessionLogFile::wait_for(std::size_t count, Deadline deadline) const {
  if (!happens([&] { return lines().size() >= count; }, deadline))
    throw TimedOut(file_.string() + " has fewer than " + std::to_string(count) + " lines:\n" + read_file(file_));
  return lines();
}

} // namespace rtmpt_proxy::test
