// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/apxs.hpp"

#include "support/os/built.hpp"
#include "support/os/child_process.hpp"
#include "support/os/text_file.hpp"

#include <stdexcept>

namespace rtmpt_proxy::test {

std::string apxs_query(const std::string& variable) {
  const auto result = run_command({built::apxs(), "-q", variable});
  const auto lines = lines_of(result.output);
  if (result.exit_code != 0 || lines.empty()) throw std::runtime_error("apxs -q " + variable + ": " + result.output);
  return lines.front();
}

std::filesystem::path httpd_program() {
  return std::filesystem::path(apxs_query("sbindir")) / apxs_query("progname");
}

} // namespace rtmpt_proxy::test
