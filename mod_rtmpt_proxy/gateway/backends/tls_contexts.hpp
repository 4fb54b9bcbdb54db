// SPDX-License-Identifier: Apache-2.0
// Whom the gateway trusts at rtmps:// backends: the system's store, and the certificates that httpd's parent has sent.
#pragma once

#include <rtmpt_proxy/protocol/messages/backend_tls.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace rtmpt_proxy::gateway {

// OpenSSL's settings with one set of trusted certificates. All connections that trust the same share one.
using TlsContext = std::shared_ptr<SSL_CTX>;

// Every thread may use it at any time.
class TlsContexts {
 public:
  // These files take the place of those before, and the system's store is read anew; connections keep what they have.
  // Returns the names of those files in which OpenSSL finds no certificate: who relies on such a one trusts nobody.
  std::vector<std::string> use(const std::vector<protocol::TrustFile>& files);

  // The context for those terms; null when they name a file that is not known, or without memory. The system's store
  // is read when it is asked for first.
  TlsContext find(const protocol::BackendTls& terms);

 private:
  std::mutex mutex_;
  std::map<std::string, TlsContext> contexts_; // by the name of their file; "": the system's store
};

} // namespace rtmpt_proxy::gateway
