// SPDX-License-Identifier: Apache-2.0
#include "module/tls/ssl_context.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>
#include <rtmpt_proxy/protocol/text/wipe.hpp>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::string_view kTls13 = "TLSv1.3";

// OpenSSL's text in memory. OpenSSL wipes that memory when it grows and in the end.
class MemoryText {
 public:
  explicit MemoryText(const SslLibrary& library) : library_(library), bio_(library.bio_new(library.bio_s_mem())) {}
  ~MemoryText() {
    if (bio_) library_.bio_free(bio_);
  }
  MemoryText(const MemoryText&) = delete;
  MemoryText& operator=(const MemoryText&) = delete;

  BIO* bio() const { return bio_; } // null without memory

  std::string text() const {
    char* begin = nullptr;
    const long bytes = library_.bio_ctrl(bio_, BIO_CTRL_INFO, 0, static_cast<void*>(&begin));
    return begin && bytes > 0 ? std::string(begin, static_cast<std::size_t>(bytes)) : std::string();
  }

 private:
  const SslLibrary& library_;
  BIO* bio_;
};

// Goes through the certificates of a context, and leaves it at the one where it was.
class CertificateWalk {
 public:
  CertificateWalk(const SslLibrary& library, SSL_CTX* context)
      : library_(library), context_(context), before_(library.ssl_ctx_get0_certificate(context)) {}
  ~CertificateWalk() {
    if (before_) library_.ssl_ctx_ctrl(context_, SSL_CTRL_SELECT_CURRENT_CERT, 0, before_);
  }
  CertificateWalk(const CertificateWalk&) = delete;
  CertificateWalk& operator=(const CertificateWalk&) = delete;

  bool next() {
    const long where = std::exchange(begun_, true) ? SSL_CERT_SET_NEXT : SSL_CERT_SET_FIRST;
    return library_.ssl_ctx_ctrl(context_, SSL_CTRL_SET_CURRENT_CERT, where, nullptr) == 1;
  }

 private:
  const SslLibrary& library_;
  SSL_CTX* context_;
  X509* before_;
  bool begun_ = false;
};

template <class Type>
Type* item(const SslLibrary& library, const OPENSSL_STACK* stack, int index) {
  return static_cast<Type*>(library.openssl_sk_value(stack, index));
}

bool write_certificates(const SslLibrary& library, const STACK_OF(X509) * certificates, int first, BIO* bio) {
  const auto* const stack = reinterpret_cast<const OPENSSL_STACK*>(certificates);
  for (int i = first; stack && i < library.openssl_sk_num(stack); ++i)
    if (library.pem_write_bio_x509(bio, item<X509>(library, stack, i)) != 1) return false;
  return true;
}

// Those that signed the certificate, as OpenSSL finds them for each handshake where mod_ssl was given no chain. What
// the verification says does not count, as it does not there.
bool write_found_chain(const SslLibrary& library, SSL_CTX* context, X509* certificate, BIO* bio) {
  X509_STORE* store = nullptr;
  library.ssl_ctx_ctrl(context, SSL_CTRL_GET_CHAIN_CERT_STORE, 0, static_cast<void*>(&store));
  if (!store) store = library.ssl_ctx_get_cert_store(context);
  const auto free_search = [&library](X509_STORE_CTX* search) { library.x509_store_ctx_free(search); };
  const std::unique_ptr<X509_STORE_CTX, decltype(free_search)> search(library.x509_store_ctx_new(), free_search);
  if (!search || library.x509_store_ctx_init(search.get(), store, certificate, nullptr) != 1) return false;
  library.x509_verify_cert(search.get());
  return write_certificates(library, library.x509_store_ctx_get0_chain(search.get()), 1, bio);
}

// In the order of OpenSSL: the chain of this certificate, the context's, one that is looked for.
bool write_chain(const SslLibrary& library, SSL_CTX* context, X509* certificate, BIO* bio) {
  STACK_OF(X509)* chain = nullptr;
  library.ssl_ctx_ctrl(context, SSL_CTRL_GET_CHAIN_CERTS, 0, static_cast<void*>(&chain));
  if (!chain) library.ssl_ctx_ctrl(context, SSL_CTRL_GET_EXTRA_CHAIN_CERTS, 1, static_cast<void*>(&chain));
  if (chain) return write_certificates(library, chain, 0, bio);
  const long mode = library.ssl_ctx_ctrl(context, SSL_CTRL_MODE, 0, nullptr);
  return (mode & SSL_MODE_NO_AUTO_CHAIN) != 0 || write_found_chain(library, context, certificate, bio);
}

// Of the certificate at which the context stands.
std::string read_identity(const SslLibrary& library, SSL_CTX* context, protocol::TlsIdentity& identity) {
  X509* const certificate = library.ssl_ctx_get0_certificate(context);
  EVP_PKEY* const key = library.ssl_ctx_get0_privatekey(context);
  if (library.x509_get_ext_by_nid(certificate, NID_tlsfeature, -1) >= 0)
    return "a certificate of it must come with an answer of OCSP (\"must staple\"), which the gateway has not";
  MemoryText certificates(library);
  if (!certificates.bio() || library.pem_write_bio_x509(certificates.bio(), certificate) != 1 ||
      !write_chain(library, context, certificate, certificates.bio()))
    return "a certificate of it cannot be read from mod_ssl";
  identity.certificates = certificates.text();
  MemoryText text(library);
  if (!text.bio() || library.pem_write_bio_private_key(text.bio(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return "a private key of it cannot be read from mod_ssl, as one in a token or an engine cannot";
  identity.key = text.text();
  return {};
}

std::string read_identities(const SslLibrary& library, SSL_CTX* context, protocol::TlsServer& server) {
  server.identities.clear();
  CertificateWalk walk(library, context);
  while (walk.next())
    if (std::string obstacle = read_identity(library, context, server.identities.emplace_back()); !obstacle.empty())
      return obstacle;
  return server.identities.empty() ? "it has no certificate with its key" : "";
}

void add_word(std::string& list, const char* word) {
  if (!list.empty()) list += ':';
  list += word;
}

void read_ciphers(const SslLibrary& library, const SSL_CTX* context, protocol::TlsServer& server) {
  server.ciphers.clear();
  server.cipher_suites.clear();
  const auto* const ciphers = reinterpret_cast<const OPENSSL_STACK*>(library.ssl_ctx_get_ciphers(context));
  for (int i = 0; ciphers && i < library.openssl_sk_num(ciphers); ++i) {
    const auto* const cipher = item<const SSL_CIPHER>(library, ciphers, i);
    const bool is_suite = library.ssl_cipher_get_version(cipher) == kTls13;
    add_word(is_suite ? server.cipher_suites : server.ciphers, library.ssl_cipher_get_name(cipher));
  }
}

} // namespace

std::string read_context(const SslLibrary& library, SSL_CTX* context, protocol::TlsServer& server) {
  if (library.evp_default_properties_is_fips_enabled(nullptr) != 0)
    return "OpenSSL is in FIPS mode in httpd, and the gateway's is not";
  if (library.ssl_ctx_get_verify_mode(context) != SSL_VERIFY_NONE)
    return "clients are asked for a certificate in the handshake (SSLVerifyClient, or VerifyMode), and the gateway asks"
           " for none";
  const TlsVersions versions = versions_of(library, context);
  server.least_version = versions.least;
  server.most_version = versions.most;
  server.options = library.ssl_ctx_get_options(context);
  server.security_level = static_cast<std::uint32_t>(library.ssl_ctx_get_security_level(context));
  read_ciphers(library, context, server);
  std::string obstacle = read_identities(library, context, server);
  library.err_clear_error(); // what was not found is no error of mod_ssl's next call
  return obstacle;
}

TlsVersions versions_of(const SslLibrary& library, SSL_CTX* context) {
  const auto version = [&](int which) {
    return static_cast<std::uint16_t>(library.ssl_ctx_ctrl(context, which, 0, nullptr));
  };
  return {version(SSL_CTRL_GET_MIN_PROTO_VERSION), version(SSL_CTRL_GET_MAX_PROTO_VERSION)};
}

std::string id_of(const SslLibrary& library, const protocol::TlsServer& server) {
  protocol::GatewayMessage message = protocol::TlsServers{};
  protocol::TlsServer& copy = std::get<protocol::TlsServers>(message).servers.emplace_back(server);
  copy.id.clear();
  protocol::wipe(copy.tickets.keys); // they change with each start of httpd
  std::string text = protocol::encode(message);
  protocol::wipe_keys(copy);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int hash_bytes = 0;
  const bool made =
      library.evp_digest(text.data(), text.size(), hash.data(), &hash_bytes, library.evp_sha256(), nullptr) == 1;
  protocol::wipe(text);
  std::string id;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (unsigned int i = 0; made && i < hash_bytes; ++i) {
    id += kDigits[hash[i] >> 4];
    id += kDigits[hash[i] & 15];
  }
  return id;
}

} // namespace rtmpt_proxy::apache
