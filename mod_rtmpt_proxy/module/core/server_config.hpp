// SPDX-License-Identifier: Apache-2.0
// The configuration of one virtual host: the settings as written, and what follows from them.
#pragma once

#include "module/core/control_order.hpp"
#include "module/core/gateway_identity.hpp"
#include "module/core/httpd_headers.hpp"
#include "module/core/session_log_files.hpp"
#include "module/core/tls_rules.hpp"

#include <rtmpt_proxy/policy/restore/restore_settings.hpp>
#include <rtmpt_proxy/policy/settings/settings.hpp>
#include <rtmpt_proxy/protocol/messages/backend_tls.hpp>
#include <rtmpt_proxy/protocol/messages/tls_server.hpp>
#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace rtmpt_proxy::apache {

class ChildState;

// Lives in the configuration pool. Written while the configuration is read and in child_init, then only read.
struct ServerConfig {
  policy::Settings settings;                             // as written for this server
  policy::RestoreSettings restore_settings;              // RPAF directives, as written for this server
  bool sets_proxy_protocol = false;                      // RPAFproxyProtocol stands in this virtual host itself
  std::optional<std::string> gateway_path;               // RTMPTGateway, main server only
  std::optional<std::uint32_t> gateway_threads;          // RTMPTGatewayThreads, main server only
  std::optional<std::uint32_t> sessions_per_loop;        // its second number
  std::optional<GatewayUser> gateway_user;               // RTMPTGatewayUser, main server only
  std::optional<ControlOrder> control_socket;            // RTMPTControlSocket, main server only
  std::optional<std::uint32_t> retired_children;         // RTMPTRetiredChildren, main server only
  std::optional<std::chrono::milliseconds> retired_life; // its time
  policy::EffectiveSettings effective;                   // from post_config on
  policy::RestoreRules restore;                          // from post_config on
  std::vector<OpenSessionLog> session_logs; // of all virtual hosts, at the main server; open from open_logs on
  std::string session_log;                  // the name of this virtual host's; empty: none
  protocol::VhostKey vhost_key;             // from post_config on
  std::string hop_name;                     // see core/hop_name.hpp; from post_config on
  TlsRules tls_rules;                       // from post_config on
  bool has_streams = false;                 // see has_pass(); from post_config on
  // Targets of RTMPTProxyPass and routes with cache=on, and without, see balancer/cached_workers.hpp.
  std::map<std::string, bool> cached_targets;
  bool someone_accepts_rtmp = false; // some virtual host takes RTMP; at the main server, from post_config on
  // Names the TLS settings that the gateway has of this virtual host (protocol::TlsServer::id); empty: httpd makes the
  // handshakes of its clients itself. From post_config on.
  std::string tls_server_id;
  ssl_ctx_st* tls_context = nullptr;              // mod_ssl's, of OpenSSL; from post_config on
  std::vector<protocol::TlsCommand> tls_commands; // lines SSLOpenSSLConfCmd for the gateway; from post_config on
  // Which of mod_ssl's contexts has the keys of the session tickets that clients get from the gateway, and what mod_ssl
  // calls their sessions; null: they get none. From post_config on.
  ssl_ctx_st* tls_ticket_keeper = nullptr;
  std::string tls_session_context;
  bool someone_hands_over_tls = false; // some virtual host has a tls_server_id; at the main server, from post_config on
  bool log_wants_facts = false;        // some access log names sessions; the same for all servers
  ChildState* child = nullptr;         // in children only; owned by the process

  protocol::BackendTls backend_tls; // for its rtmps:// backends; from post_config on
  // Of all virtual hosts, at the main server; from post_config on.
  std::vector<protocol::TrustFile> trust_files;
};

// Creators for the module record; both return a ServerConfig owned by `pool`.
void* create_server_config(apr_pool_t* pool, server_rec* server);
void* merge_server_config(apr_pool_t* pool, void* base, void* override);

ServerConfig& server_config(const server_rec* server);

// The rules of restoring addresses, while `restore` does not exist yet: in check_config.
policy::RestoreRules restore_rules_of(const server_rec* server);

// The executable to run: RTMPTGateway of the main server, or the installed one.
std::string gateway_path(const server_rec* main_server);

// The event loops it runs: RTMPTGatewayThreads, or one for each of the machine's cores, at most kMostLoopsByDefault.
inline constexpr std::uint32_t kMostLoopsByDefault = 8;
std::uint32_t gateway_threads(const server_rec* main_server);
// How many sessions one of them gets before the next is used.
std::uint32_t sessions_per_loop(const server_rec* main_server);

// Fills in `effective`, `restore` and `vhost_key` when the configuration has been read.
void register_config_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
