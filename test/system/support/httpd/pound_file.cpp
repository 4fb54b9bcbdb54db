// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/pound_file.hpp"

#include "support/os/built.hpp"
#include "support/os/child_process.hpp"
#include "support/os/text_file.hpp"

#include <stdexcept>

namespace rtmpt_proxy::test {

std::string converted(const std::filesystem::path& folder, const std::string& pound_cfg,
                      const std::vector<std::string>& options, const std::string& ports_conf) {
  const auto file = folder / "pound.cfg";
  const auto ports = folder / "ports.conf";
  const auto output = folder / "pound.conf";
  const auto errors = folder / "pound2httpd.errors";
  write_file(file, pound_cfg);
  write_file(ports, ports_conf);
  write_file(output, "");
  write_file(errors, "");
  std::vector<std::string> words{built::pound2httpd(), file.string(), "--ports", ports.string()};
  words.insert(words.end(), options.begin(), options.end());
  const int status = ChildProcess(Command{words, output, errors, folder}).wait();
  if (status != 0) throw std::runtime_error("pound2httpd: " + read_file(errors));
  return read_file(output);
}

} // namespace rtmpt_proxy::test
