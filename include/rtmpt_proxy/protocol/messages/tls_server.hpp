// SPDX-License-Identifier: Apache-2.0
// What mod_ssl was configured with for a virtual host, so that the gateway can answer TLS handshakes in its place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::protocol {

// What a connection has agreed on, in OpenSSL's names: "TLSv1.3", "TLS_AES_256_GCM_SHA384". Empty without TLS.
struct TlsFacts {
  std::string protocol;
  std::string cipher;
  bool operator==(const TlsFacts&) const = default;
};

// A certificate with its key. Who holds one wipes the key when it is not needed any more.
struct TlsIdentity {
  std::string certificates; // in PEM, the server's own first, then those that signed it
  std::string key;          // in PEM, not encrypted
  bool operator==(const TlsIdentity&) const = default;
};

// A line SSLOpenSSLConfCmd of httpd's configuration, to be applied in its order.
struct TlsCommand {
  std::string name;
  std::string value;
  bool operator==(const TlsCommand&) const = default;
};

// What a session ticket of TLS 1.3 must be made with so that mod_ssl takes it: a client that comes again with it is
// mod_ssl's.
struct TlsTickets {
  std::string keys;    // of kTlsTicketKeysBytes, in OpenSSL's order: name, HMAC, AES; empty: no tickets are given
  std::string context; // by which mod_ssl tells the sessions of its virtual hosts apart; at most kMaxTlsContextBytes
  std::chrono::milliseconds lifetime{}; // whole seconds
  bool operator==(const TlsTickets&) const = default;
};

struct TlsServer {
  std::string id;                      // names these settings: the hash of all the others but the keys of tickets
  std::string server_name;             // of the virtual host, for messages
  std::vector<TlsIdentity> identities; // 1 to kMaxTlsIdentities, one for each kind of key
  std::uint16_t least_version = 0;     // as in the protocol: 0x0303 is TLS 1.2; 0: what the library can do
  std::uint16_t most_version = 0;
  std::uint64_t options = 0;        // SSL_OP_*
  std::uint32_t security_level = 1; // 0 to 5
  std::string ciphers;              // for TLS 1.2 and before, in order, between them ':'
  std::string cipher_suites;        // the same for TLS 1.3
  std::vector<TlsCommand> commands; // at most kMaxTlsCommands
  TlsTickets tickets;               // with new keys whenever httpd reads its configuration
  bool operator==(const TlsServer&) const = default;
};

inline constexpr std::size_t kMaxTlsServers = 1024;
inline constexpr std::size_t kMaxTlsIdentities = 8;
inline constexpr std::size_t kMaxTlsCommands = 64;
inline constexpr std::size_t kMaxTlsIdBytes = 64;
inline constexpr std::size_t kTlsTicketKeysBytes = 80;
inline constexpr std::size_t kMaxTlsContextBytes = 32;       // OpenSSL's limit (SSL_MAX_SID_CTX_LENGTH)
inline constexpr std::size_t kMaxTlsServersBytes = 4u << 20; // certificates and keys of all servers together

// Overwrites the keys in memory, those of tickets too; they are empty then.
void wipe_keys(TlsServer& server);
void wipe_keys(std::vector<TlsServer>& servers);

// Wipes the keys at the end of a scope, however it is left. `servers` must live longer.
class KeysWiped {
 public:
  explicit KeysWiped(std::vector<TlsServer>& servers) : servers_(servers) {}
  ~KeysWiped() { wipe_keys(servers_); }
  KeysWiped(const KeysWiped&) = delete;
  KeysWiped& operator=(const KeysWiped&) = delete;

 private:
  std::vector<TlsServer>& servers_;
};

// The memory that the server takes in a message, or a little more.
std::size_t most_encoded_bytes(const TlsServer& server);

// The room that the servers of one message have.
class TlsServerRoom {
 public:
  // `max_bytes`: of the whole message.
  explicit TlsServerRoom(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Takes room for one more server. Returns why there is none for it, for people; empty: it has its room.
  std::string_view take(const TlsServer& server);

 private:
  std::size_t max_bytes_;
  std::size_t servers_ = 0;
  std::size_t secret_bytes_ = 0;
  std::size_t encoded_bytes_ = 2; // the number of servers
};

} // namespace rtmpt_proxy::protocol
