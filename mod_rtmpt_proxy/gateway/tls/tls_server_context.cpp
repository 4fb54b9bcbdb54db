// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_server_context.hpp"

#include "gateway/tls/tls_step.hpp"
#include "gateway/tls/tls_tickets.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <array>
#include <cstdint>
#include <ctime>
#include <limits>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace rtmpt_proxy::gateway {

namespace {

constexpr std::size_t kMostShownBytes = 200;

struct ServerFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
  void operator()(SSL_CONF_CTX* commands) const { SSL_CONF_CTX_free(commands); }
};
template <class Object>
using Owned = std::unique_ptr<Object, ServerFree>;
using Chain = std::unique_ptr<STACK_OF(X509), ServerFree>;

// Reads a text without a copy of it: it may be a key.
Owned<BIO> reader_of(const std::string& text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return nullptr;
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Nobody can be asked for a passphrase.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

std::string fingerprint_of(const X509* certificate) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  std::string text;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return text;
  for (unsigned int i = 0; i < size; ++i) {
    if (i > 0) text += ':';
    text += kHexDigits[digest[i] >> 4];
    text += kHexDigits[digest[i] & 0xf];
  }
  return text;
}

std::chrono::system_clock::time_point expiry_of(const X509* certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&time));
}

std::string shown_value(const std::string& value) {
  return "'" + protocol::escape_for_log(value, kMostShownBytes) + "'";
}

// Applies the settings one after the other, until one is refused.
class ContextMaker {
 public:
  explicit ContextMaker(const protocol::TlsServer& server)
      : server_(server), context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {}

  MadeTlsContext make() && {
    ERR_clear_error();
    const bool good = context_ ? set_rules() && set_ciphers() && use_identities() && apply_commands()
                               : refuse("no memory for its settings");
    if (good) set_ours();
    ERR_clear_error();
    if (good) made_.context = std::move(context_);
    return std::move(made_);
  }

 private:
  SSL_CTX* context() { return context_.get(); }

  bool refuse(const std::string& what) {
    made_.failure = what + ": " + words_for_tls_error();
    return false;
  }

  bool set_rules() {
    SSL_CTX_set_security_level(context(), static_cast<int>(server_.security_level));
    SSL_CTX_clear_options(context(), SSL_CTX_get_options(context()));
    SSL_CTX_set_options(context(), server_.options);
    SSL_CTX_set_dh_auto(context(), 1);
    if (SSL_CTX_set_min_proto_version(context(), server_.least_version) == 1 &&
        SSL_CTX_set_max_proto_version(context(), server_.most_version) == 1)
      return true;
    return refuse("OpenSSL speaks no TLS of the versions " + std::to_string(server_.least_version) + " to " +
                  std::to_string(server_.most_version));
  }

  bool set_ciphers() {
    if (!server_.ciphers.empty() && SSL_CTX_set_cipher_list(context(), server_.ciphers.c_str()) != 1)
      return refuse("the ciphers " + shown_value(server_.ciphers) + " are refused");
    // A level may stand among the ciphers.
    SSL_CTX_set_security_level(context(), static_cast<int>(server_.security_level));
    if (!server_.cipher_suites.empty() && SSL_CTX_set_ciphersuites(context(), server_.cipher_suites.c_str()) != 1)
      return refuse("the cipher suites " + shown_value(server_.cipher_suites) + " are refused");
    return true;
  }

  bool use_identities() {
    for (std::size_t i = 0; i < server_.identities.size(); ++i)
      if (!use(server_.identities[i], "certificate " + std::to_string(i + 1))) return false;
    return !server_.identities.empty() || refuse("there is no certificate");
  }

  bool use(const protocol::TlsIdentity& identity, const std::string& name) {
    const Owned<BIO> certificates = reader_of(identity.certificates);
    const Owned<X509> own(certificates ? PEM_read_bio_X509_AUX(certificates.get(), nullptr, no_passphrase, nullptr)
                                       : nullptr);
    if (!own) return refuse(name + " cannot be read");
    made_.certificates.push_back({fingerprint_of(own.get()), expiry_of(own.get())});
    const Chain chain(sk_X509_new_null());
    while (chain) {
      X509* const next = PEM_read_bio_X509(certificates.get(), nullptr, no_passphrase, nullptr);
      if (!next || sk_X509_push(chain.get(), next) == 0) break;
    }
    ERR_clear_error(); // of the end of the text
    const Owned<BIO> text = reader_of(identity.key);
    const Owned<EVP_PKEY> key(text ? PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, nullptr) : nullptr);
    if (!key) return refuse("the key of " + name + " cannot be read");
    if (SSL_CTX_use_cert_and_key(context(), own.get(), key.get(), chain.get(), 1) != 1)
      return refuse(name + " is refused");
    return true;
  }

  // As mod_ssl does it.
  bool apply_commands() {
    if (server_.commands.empty()) return true;
    const Owned<SSL_CONF_CTX> commands(SSL_CONF_CTX_new());
    if (!commands) return refuse("no memory for its commands");
    SSL_CONF_CTX_set_flags(commands.get(), SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_SERVER | SSL_CONF_FLAG_CERTIFICATE |
                                               SSL_CONF_FLAG_SHOW_ERRORS);
    SSL_CONF_CTX_set_ssl_ctx(commands.get(), context());
    for (const protocol::TlsCommand& command : server_.commands)
      if (SSL_CONF_cmd(commands.get(), command.name.c_str(), command.value.c_str()) <= 0)
        return refuse("SSLOpenSSLConfCmd " + shown_value(command.name) + " " + shown_value(command.value) +
                      " is refused");
    return SSL_CONF_CTX_finish(commands.get()) == 1 || refuse("the lines SSLOpenSSLConfCmd are refused");
  }

  // What the gateway relies on. librtmp takes a session ticket for the end of the connection, so nobody gets one who
  // may be librtmp.
  void set_ours() {
    SSL_CTX_set_options(context(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                       SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_clear_options(context(), SSL_OP_ENABLE_KTLS);
    SSL_CTX_set_num_tickets(context(), 0);
    allow_tickets(context());
    SSL_CTX_set_max_early_data(context(), 0);
    SSL_CTX_set_alpn_select_cb(context(), nullptr, nullptr);
    SSL_CTX_set_mode(context(),
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context(), SSL_SESS_CACHE_OFF); // until set_kept_sessions()
    constexpr std::string_view kOurs = "rtmpt-gateway";            // each server has a cache of its own
    SSL_CTX_set_session_id_context(context(), reinterpret_cast<const unsigned char*>(kOurs.data()),
                                   static_cast<unsigned int>(kOurs.size()));
  }

  const protocol::TlsServer& server_;
  TlsServerContext context_;
  MadeTlsContext made_;
};

} // namespace

MadeTlsContext make_tls_server_context(const protocol::TlsServer& server) {
  return ContextMaker(server).make();
}

// A cache without a limit would be OpenSSL's meaning of 0.
void set_kept_sessions(SSL_CTX* context, std::size_t most) {
  SSL_CTX_set_session_cache_mode(context, most == 0 ? SSL_SESS_CACHE_OFF : SSL_SESS_CACHE_SERVER);
  if (most == 0) return SSL_CTX_flush_sessions(context, 0); // 0: all
  SSL_CTX_sess_set_cache_size(context, static_cast<long>(most));
}

} // namespace rtmpt_proxy::gateway
