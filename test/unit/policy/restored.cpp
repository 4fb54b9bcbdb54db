#include "restored.hpp"

#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

policy::TrustedProxies make_trusted_proxies() {
  policy::TrustedProxies trusted;
  for (const char* const text : {"10.0.0.0/8", "127.0.0.1", "2001:db8:10::/48"})
    trusted.add(policy::parse_ip_network(text).network);
  return trusted;
}

policy::Restored restore(policy::ForwardedSyntax syntax, const std::vector<std::string>& lines,
                         const std::string& peer) {
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  const std::optional<protocol::IpAddress> address = protocol::parse_ip_address(peer);
  if (!address) throw std::invalid_argument("the test's peer is no address: " + peer);
  return policy::restore_client(*address, trusted_proxies(), syntax, views);
}

} // namespace

const policy::TrustedProxies& trusted_proxies() {
  static const policy::TrustedProxies trusted = make_trusted_proxies();
  return trusted;
}

std::string restored(policy::ForwardedSyntax syntax, const std::vector<std::string>& lines, const std::string& peer) {
  const std::optional<protocol::Endpoint> client = restore(syntax, lines, peer).client;
  if (!client) return "";
  std::string text(protocol::to_text(client->address).view());
  if (client->port != 0) text += " port " + std::to_string(client->port);
  return text;
}

policy::WalkEnd walk_end(policy::ForwardedSyntax syntax, const std::vector<std::string>& lines,
                         const std::string& peer) {
  return restore(syntax, lines, peer).end;
}

} // namespace rtmpt_proxy::test
