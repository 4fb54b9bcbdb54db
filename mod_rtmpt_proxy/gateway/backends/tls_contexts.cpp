// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/tls_contexts.hpp"

#include <limits>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace rtmpt_proxy::gateway {

namespace {

struct TlsFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

// A context that trusts nobody yet.
TlsContext new_context() {
  TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) return nullptr;
  // An end without TLS's own word for it is the end of a connection as any other: RTMP knows where its messages end.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

// Adds the certificates of a PEM text; returns how many there were.
int trust(SSL_CTX* context, const std::string& certificates) {
  if (certificates.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return 0;
  const std::unique_ptr<BIO, TlsFree> bio(BIO_new_mem_buf(certificates.data(), static_cast<int>(certificates.size())));
  int count = 0;
  while (bio) {
    const std::unique_ptr<X509, TlsFree> one(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get()) == 1) ++count;
  }
  ERR_clear_error();
  return count;
}

} // namespace

std::vector<std::string> TlsContexts::use(const std::vector<protocol::TrustFile>& files) {
  std::vector<std::string> useless;
  std::map<std::string, TlsContext> contexts;
  for (const protocol::TrustFile& file : files) {
    TlsContext context = new_context();
    if (!context || trust(context.get(), file.certificates) == 0) useless.push_back(file.name);
    if (context) contexts[file.name] = std::move(context);
  }
  const std::scoped_lock lock(mutex_);
  contexts_ = std::move(contexts);
  return useless;
}

TlsContext TlsContexts::find(const protocol::BackendTls& terms) {
  const std::scoped_lock lock(mutex_);
  if (const auto known = contexts_.find(terms.trust_file); known != contexts_.end()) return known->second;
  if (!terms.trust_file.empty()) return nullptr;
  TlsContext context = new_context();
  if (!context) return nullptr;
  SSL_CTX_set_default_verify_paths(context.get()); // a store that is missing trusts nobody
  ERR_clear_error();
  return contexts_[{}] = std::move(context);
}

} // namespace rtmpt_proxy::gateway
