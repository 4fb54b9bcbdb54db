// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/tls_line.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace rtmpt_proxy::gateway {

namespace {

// Of a name that OpenSSL gives to a version; 0 for another name.
int version_named(std::string_view name) {
  if (name == "TLSv1.3") return TLS1_3_VERSION;
  if (name == "TLSv1.2") return TLS1_2_VERSION;
  if (name == "TLSv1.1") return TLS1_1_VERSION;
  return name == "TLSv1" ? TLS1_VERSION : 0;
}

} // namespace

TlsLine::TlsLine(TlsContext context, const protocol::BackendTls& terms, const std::string& host, int socket)
    : context_(std::move(context)),
      terms_(terms),
      host_(host.ends_with('.') ? host.substr(0, host.size() - 1) : host),
      is_address_(protocol::parse_ip_address(host_).has_value()),
      tls_(SSL_new(context_.get())) {
  ERR_clear_error();
  if (!tls_ || SSL_set_fd(tls_.get(), socket) != 1) {
    tls_.reset();
    failure_ = "no memory for TLS";
    return;
  }
  SSL_set_connect_state(tls_.get());
  SSL_set_read_ahead(tls_.get(), 1); // one read of the socket for all that has come
  SSL_set_verify(tls_.get(), terms_.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  expect_host();
}

// A server name of TLS is a DNS name, never an address (RFC 6066, section 3).
void TlsLine::expect_host() {
  if (!is_address_ && !host_.empty()) SSL_set_tlsext_host_name(tls_.get(), host_.c_str());
  if (!terms_.verify || !terms_.check_name) return;
  X509_VERIFY_PARAM* const rules = SSL_get0_param(tls_.get());
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const int set = is_address_ ? X509_VERIFY_PARAM_set1_ip_asc(rules, host_.c_str())
                              : X509_VERIFY_PARAM_set1_host(rules, host_.c_str(), host_.size());
  if (set == 1) return;
  tls_.reset(); // better no connection than one without the check
  failure_ = "its name cannot be checked";
}

bool TlsLine::expect(const protocol::TlsFacts& facts, SSL_SESSION* session) {
  const int version = version_named(facts.protocol);
  if (!tls_ || version == 0) return false;
  const bool set = SSL_set_min_proto_version(tls_.get(), version) == 1 &&
                   SSL_set_max_proto_version(tls_.get(), version) == 1 &&
                   (version == TLS1_3_VERSION ? SSL_set_ciphersuites(tls_.get(), facts.cipher.c_str())
                                              : SSL_set_cipher_list(tls_.get(), facts.cipher.c_str())) == 1;
  if (!set || !session) return set;
  const std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)> copy(SSL_SESSION_dup(session), SSL_SESSION_free);
  if (copy) SSL_set_session(tls_.get(), copy.get());
  return true;
}

bool TlsLine::ask_for(const std::string& server_name) {
  const char* const name = server_name.empty() ? nullptr : server_name.c_str();
  return tls_ && SSL_set_tlsext_host_name(tls_.get(), name) == 1;
}

void TlsLine::offer(const std::vector<protocol::TlsCommand>& commands) {
  if (!tls_ || commands.empty()) return;
  const std::unique_ptr<SSL_CONF_CTX, void (*)(SSL_CONF_CTX*)> ours(SSL_CONF_CTX_new(), SSL_CONF_CTX_free);
  if (!ours) return;
  SSL_CONF_CTX_set_flags(ours.get(), SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_CLIENT);
  SSL_CONF_CTX_set_ssl(ours.get(), tls_.get());
  for (const protocol::TlsCommand& command : commands)
    SSL_CONF_cmd(ours.get(), command.name.c_str(), command.value.c_str());
  SSL_CONF_CTX_finish(ours.get());
  forget_tls_errors();
}

bool TlsLine::ended_well() const {
  return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

// A connection that is cut off spoils its session, so nobody else has the same one.
std::shared_ptr<SSL_SESSION> TlsLine::session() const {
  SSL_SESSION* const session = SSL_get_session(tls_.get());
  if (!session || SSL_SESSION_is_resumable(session) != 1) return nullptr;
  SSL_SESSION* const copy = SSL_SESSION_dup(session);
  return copy ? std::shared_ptr<SSL_SESSION>(copy, SSL_SESSION_free) : nullptr;
}

TlsStep TlsLine::handshake() {
  if (!tls_) return TlsStep::failed;
  forget_tls_errors();
  const int result = SSL_do_handshake(tls_.get());
  return result == 1 ? after_handshake() : step_of(result);
}

// The check of the name goes with that of the chain; without a chain to check, it is made here.
TlsStep TlsLine::after_handshake() {
  if (!terms_.verify && terms_.check_name && !certificate_names_host())
    return fail("its certificate is refused: " +
                std::string(X509_verify_cert_error_string(is_address_ ? X509_V_ERR_IP_ADDRESS_MISMATCH
                                                                      : X509_V_ERR_HOSTNAME_MISMATCH)));
  greeted_ = true;
  return TlsStep::done;
}

bool TlsLine::certificate_names_host() const {
  X509* const certificate = SSL_get_peer_certificate(tls_.get());
  if (!certificate) return false;
  const int result = is_address_ ? X509_check_ip_asc(certificate, host_.c_str(), 0)
                                 : X509_check_host(certificate, host_.data(), host_.size(),
                                                   X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr);
  X509_free(certificate);
  return result == 1;
}

TlsMoved TlsLine::read(char* bytes, std::size_t most) {
  forget_tls_errors();
  TlsMoved moved;
  const int result = SSL_read_ex(tls_.get(), bytes, most, &moved.bytes);
  return result == 1 ? moved : TlsMoved{step_of(result), 0};
}

TlsMoved TlsLine::peek(char* bytes, std::size_t most) {
  forget_tls_errors();
  TlsMoved moved;
  const int result = SSL_peek_ex(tls_.get(), bytes, most, &moved.bytes);
  return result == 1 ? moved : TlsMoved{step_of(result), 0};
}

TlsMoved TlsLine::write(std::string_view bytes) {
  forget_tls_errors();
  TlsMoved moved;
  const int result = SSL_write_ex(tls_.get(), bytes.data(), std::min(bytes.size(), kTlsRecordBytes), &moved.bytes);
  return result == 1 ? moved : TlsMoved{step_of(result), 0};
}

TlsStep TlsLine::say_end() {
  forget_tls_errors();
  const int result = SSL_shutdown(tls_.get());
  return result >= 0 ? TlsStep::done : step_of(result); // 0: said, and the server has not said it yet
}

std::size_t TlsLine::readable_bytes() const {
  return tls_ ? static_cast<std::size_t>(std::max(SSL_pending(tls_.get()), 0)) : 0;
}

bool TlsLine::holds_bytes() const {
  return tls_ && SSL_has_pending(tls_.get()) == 1;
}

// Looks at the result of OpenSSL's last step.
TlsStep TlsLine::step_of(int result) {
  const int system_error = errno;
  switch (SSL_get_error(tls_.get(), result)) {
  case SSL_ERROR_WANT_READ: return TlsStep::wants_read;
  case SSL_ERROR_WANT_WRITE: return TlsStep::wants_write;
  case SSL_ERROR_ZERO_RETURN: return TlsStep::ended;
  case SSL_ERROR_SYSCALL:
    // A reset, as at a connection without TLS.
    if (greeted_) return TlsStep::ended;
    return fail(system_error == 0 ? "closed the connection in the TLS handshake"
                                  : "the TLS handshake broke off: " +
                                        std::error_code(system_error, std::generic_category()).message());
  default: break;
  }
  const long verdict = SSL_get_verify_result(tls_.get());
  if (!greeted_ && terms_.verify && verdict != X509_V_OK)
    return fail("its certificate is refused: " + std::string(X509_verify_cert_error_string(verdict)));
  return fail((greeted_ ? "its TLS connection broke: " : "the TLS handshake failed: ") + words_for_tls_error());
}

TlsStep TlsLine::fail(std::string why) {
  failure_ = std::move(why);
  return TlsStep::failed;
}

} // namespace rtmpt_proxy::gateway
