// SPDX-License-Identifier: Apache-2.0
// A host that is taken is a part of the value, without any byte that could end a header or a path, and is taken again
// as it is; flags and ports hang on the right-most entry alone.
#include "require.hpp"

#include <rtmpt_proxy/policy/restore/forwarded_host.hpp>
#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <algorithm>
#include <string>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string behind_other = "other.example:1," + text;
  require(forwarded_https(text) == forwarded_https(behind_other), "the scheme is the right-most entry's");
  require(forwarded_port(text) == forwarded_port(behind_other), "the port is the right-most entry's");
  require(forwarded_port(text) != 0, "a port is not 0");
  const std::optional<std::string_view> host = forwarded_host(text);
  require(host == forwarded_host(behind_other), "the host is the right-most entry's");
  if (!host) return 0;
  require(host->data() >= text.data() && host->size() <= size, "a host is a part of the value");
  require(forwarded_host(*host) == host, "a host is good by itself");
  const bool is_ipv6 = host->front() == '[';
  const std::size_t end = is_ipv6 ? host->find(']') + 1 : std::min(host->find(':'), host->size());
  const std::string_view name = is_ipv6 ? host->substr(1, end - 2) : host->substr(0, end);
  for (const char c : name)
    require((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                c == '.' || (is_ipv6 && c == ':'),
            "a host has the characters of hosts");
  require(!is_ipv6 || rtmpt_proxy::protocol::parse_ip_address(name).has_value(), "brackets are around an address");
  require(end == host->size() || forwarded_port(host->substr(end + 1)), "behind a host is nothing or a port");
  return 0;
}
