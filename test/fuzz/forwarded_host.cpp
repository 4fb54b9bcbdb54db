// A host that is taken is a part of the value, without any byte that could end a header or a path, and is taken again
// as it is; flags and ports hang on the right-most entry alone.
#include "require.hpp"

#include <rtmpt_proxy/policy/forwarded_host.hpp>
#include <rtmpt_proxy/protocol/ip_address.hpp>

#include <string>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string behind_other = "other.example:1," + text;
  require(forwarded_https(text) == forwarded_https(behind_other), "the scheme is the right-most entry's");
  require(forwarded_port(text) == forwarded_port(behind_other), "the port is the right-most entry's");
  require(forwarded_port(text) != 0, "a port is not 0");
  const std::optional<ForwardedHost> host = forwarded_host(text);
  require(host == forwarded_host(behind_other), "the host is the right-most entry's");
  if (!host) return 0;
  require(host->authority.data() >= text.data() && host->authority.size() <= size, "a host is a part of the value");
  for (const char c : host->host)
    require((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                c == '.' || (host->is_ipv6 && c == ':'),
            "a host has the characters of hosts");
  require(forwarded_host(host->authority) == host, "a host is good by itself");
  std::string written = host->is_ipv6 ? "[" + std::string(host->host) + "]" : std::string(host->host);
  if (host->port != 0) written += ":" + std::to_string(host->port);
  require(written == host->authority, "host and port are all of it");
  const bool is_address = rtmpt_proxy::protocol::parse_ip_address(host->host).has_value();
  require(is_address || !host->is_ipv6, "brackets are around an address");
  return 0;
}
