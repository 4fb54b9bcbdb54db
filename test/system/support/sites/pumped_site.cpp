// SPDX-License-Identifier: Apache-2.0
#include "support/sites/pumped_site.hpp"

#include "support/os/processes.hpp"

#include <algorithm>

namespace rtmpt_proxy::test {

HttpdOptions pumped_options() {
  HttpdOptions options;
  options.global = "LogLevel rtmpt_proxy:trace1\n";
  return options;
}

Carriage over_tls() {
  return {"TLS", true, "", false};
}

std::size_t pumped_connections(HttpdFixture& httpd) {
  return httpd.error_log().matching(kPumpedLine).size();
}

std::size_t ended_connections(HttpdFixture& httpd) {
  return httpd.error_log().matching(kPumpedToItsEnd).size();
}

std::size_t forwarded_requests(HttpdFixture& httpd) {
  return httpd.access_count("POST /(send|idle|close)/");
}

std::vector<pid_t> children_of(HttpdFixture& httpd) {
  auto children = children_of(httpd.parent_pid());
  for (const auto gateway : httpd.gateway_pids())
    std::erase(children, gateway);
  return children;
}

std::size_t memory_of_children(HttpdFixture& httpd) {
  std::size_t bytes = 0;
  for (const auto child : children_of(httpd))
    bytes += memory_bytes(child);
  return bytes;
}

std::size_t descriptors_of_children(HttpdFixture& httpd) {
  std::size_t count = 0;
  for (const auto child : children_of(httpd))
    count += open_descriptors(child);
  return count;
}

} // namespace rtmpt_proxy::test
