// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/messages/tls_server.hpp>
#include <rtmpt_proxy/protocol/text/wipe.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::size_t kMostTextBytes = 0xffff; // what a length of 16 bits can say

// Numbers of 8 bytes at most and lengths of 4, for each server, identity and command. More than there are.
constexpr std::size_t kServerOverheadBytes = 64;
constexpr std::size_t kPartOverheadBytes = 8;

std::size_t secret_bytes(const TlsServer& server) {
  std::size_t bytes = 0;
  for (const TlsIdentity& identity : server.identities)
    bytes += identity.certificates.size() + identity.key.size();
  return bytes;
}

bool has_long_text(const TlsServer& server) {
  const auto is_long = [](const std::string& text) { return text.size() > kMostTextBytes; };
  return is_long(server.server_name) || is_long(server.ciphers) || is_long(server.cipher_suites) ||
         std::any_of(server.commands.begin(), server.commands.end(),
                     [&](const TlsCommand& command) { return is_long(command.name) || is_long(command.value); });
}

} // namespace

void wipe_keys(TlsServer& server) {
  for (TlsIdentity& identity : server.identities)
    wipe(identity.key);
  wipe(server.tickets.keys);
}

void wipe_keys(std::vector<TlsServer>& servers) {
  for (TlsServer& server : servers)
    wipe_keys(server);
}

std::size_t most_encoded_bytes(const TlsServer& server) {
  std::size_t bytes = kServerOverheadBytes + server.id.size() + server.server_name.size() + server.ciphers.size() +
                      server.cipher_suites.size() + secret_bytes(server) + server.tickets.keys.size() +
                      server.tickets.context.size();
  bytes += server.identities.size() * kPartOverheadBytes;
  for (const TlsCommand& command : server.commands)
    bytes += kPartOverheadBytes + command.name.size() + command.value.size();
  return bytes;
}

std::string_view TlsServerRoom::take(const TlsServer& server) {
  if (server.identities.empty()) return "it has no certificate";
  if (server.identities.size() > kMaxTlsIdentities) return "it has more than 8 certificates";
  if (server.commands.size() > kMaxTlsCommands) return "it has more than 64 lines SSLOpenSSLConfCmd";
  if (has_long_text(server)) return "a list of its ciphers, or a line SSLOpenSSLConfCmd, is longer than 64 KiB";
  if (servers_ == kMaxTlsServers) return "the gateway takes 1024 servers, and those before it are as many";
  if (secret_bytes_ + secret_bytes(server) > kMaxTlsServersBytes ||
      encoded_bytes_ + most_encoded_bytes(server) > max_bytes_)
    return "its certificates and keys, with those of the servers before it, are more than 4 MiB";
  ++servers_;
  secret_bytes_ += secret_bytes(server);
  encoded_bytes_ += most_encoded_bytes(server);
  return {};
}

} // namespace rtmpt_proxy::protocol
