// SPDX-License-Identifier: Apache-2.0
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

policy::Restored restore_of_source(const std::string& source, policy::ForwardedSyntax syntax,
                                   const std::vector<std::string>& lines) {
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  const std::optional<protocol::Endpoint> endpoint = protocol::parse_endpoint(source);
  if (!endpoint) throw std::invalid_argument("the test's source is no address: " + source);
  return policy::restore_client_of_source(*endpoint, trusted_proxies(), syntax, views);
}

std::string to_string(const std::optional<protocol::Endpoint>& client) {
  if (!client) return "";
  std::string text(protocol::to_text(client->address).view());
  if (client->port != 0) text += " port " + std::to_string(client->port);
  return text;
}

} // namespace

const policy::TrustedProxies& trusted_proxies() {
  static const policy::TrustedProxies trusted = make_trusted_proxies();
  return trusted;
}

std::string restored(policy::ForwardedSyntax syntax, const std::vector<std::string>& lines, const std::string& peer) {
  return to_string(restore(syntax, lines, peer).client);
}

policy::WalkEnd walk_end(policy::ForwardedSyntax syntax, const std::vector<std::string>& lines,
                         const std::string& peer) {
  return restore(syntax, lines, peer).end;
}

std::string restored_of_source(const std::string& source, policy::ForwardedSyntax syntax,
                               const std::vector<std::string>& lines) {
  return to_string(restore_of_source(source, syntax, lines).client);
}

policy::WalkEnd walk_end_of_source(const std::string& source, policy::ForwardedSyntax syntax,
                                   const std::vector<std::string>& lines) {
  return restore_of_source(source, syntax, lines).end;
}

} // namespace rtmpt_proxy::test
