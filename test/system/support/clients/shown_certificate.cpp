// SPDX-License-Identifier: Apache-2.0
#include "support/clients/shown_certificate.hpp"

#include "support/os/child_process.hpp"

#include <regex>

namespace rtmpt_proxy::test {

namespace {

std::string found_in(const std::string& text, const std::string& pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : std::string();
}

std::string serial_of(const std::string& said) {
  const std::string begin = "-----BEGIN CERTIFICATE-----";
  const std::string end = "-----END CERTIFICATE-----";
  const auto from = said.find(begin);
  const auto to = said.find(end);
  if (from == std::string::npos || to == std::string::npos) return {};
  const std::string certificate = said.substr(from, to + end.size() - from);
  const auto shown =
      run_command({"sh", "-c", "printf '%s\\n' \"$1\" | openssl x509 -noout -serial", "sh", certificate});
  return found_in(shown.output, "serial=([0-9A-F]+)");
}

} // namespace

TlsGreeting tls_greeting(const Endpoint& endpoint, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"sh", "-c",       "exec openssl s_client \"$@\" < /dev/null 2>&1",
                                   "sh", "-connect", endpoint.address + ":" + std::to_string(endpoint.port)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const std::string said = run_command(command).output;
  return {serial_of(said), found_in(said, "New, (TLSv[0-9.]+), Cipher is"),
          found_in(said, "Cipher is ([A-Z0-9_-]{5,})"), found_in(said, "ALPN protocol: (\\S+)")};
}

} // namespace rtmpt_proxy::test
