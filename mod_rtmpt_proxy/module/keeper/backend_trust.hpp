// SPDX-License-Identifier: Apache-2.0
// Whom the gateway trusts at rtmps:// backends. mod_ssl keeps its configuration to itself, and need not be loaded: so
// its SSLProxy directives are read from the lines of the configuration.
#pragma once

#include "module/core/configuration_lines.hpp"

#include <rtmpt_proxy/protocol/messages/backend_tls.hpp>

#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

// What holds for the rtmps:// backends of a virtual host. From check_config to post_config.
struct TlsOfBackends {
  protocol::BackendTls terms;                       // the file with its whole path
  std::optional<ConfigurationLine> trust_file_line; // where the file is named, if it is
};

// The lines that say it, found once for all virtual hosts.
class BackendTlsLines {
 public:
  BackendTlsLines();

  TlsOfBackends of(const server_rec* server, const server_rec* main_server, apr_pool_t* pool) const;

 private:
  std::vector<ConfigurationLine> lines_;
};

// A file of certificates that cannot be used.
struct UnusableTrust {
  server_rec* server; // the first with rtmps:// backends that relies on it
  ConfigurationLine line;
  std::string file;
  std::string why; // "cannot be read: Permission denied"
  apr_status_t status = APR_SUCCESS;
};

struct TrustFiles {
  std::vector<protocol::TrustFile> files; // for the gateway
  std::vector<UnusableTrust> unusable;
};

// Reads the files of all virtual hosts that carry streams, with the rights of this process. From check_config on.
TrustFiles read_trust_files(apr_pool_t* pool, server_rec* main_server);

// Whether the configuration names an rtmps:// backend of this virtual host. From check_config on.
bool names_rtmps_backend(apr_pool_t* pool, const server_rec* server);

// Fills in ServerConfig::backend_tls and, at the main server, ServerConfig::trust_files.
void register_backend_trust_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
