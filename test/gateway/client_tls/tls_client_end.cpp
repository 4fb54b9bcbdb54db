// SPDX-License-Identifier: Apache-2.0
#include "tls_client_end.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <openssl/err.h>
#include <sys/socket.h>

namespace rtmpt_proxy::test {

TlsClientEnd::TlsClientEnd(const TlsClientRules& rules)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), tls_(nullptr, SSL_free) {
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_security_level(context, 0); // also for versions that nobody should speak any more
  SSL_CTX_set_min_proto_version(context, rules.oldest);
  SSL_CTX_set_max_proto_version(context, rules.newest);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  if (!rules.ciphers.empty()) SSL_CTX_set_cipher_list(context, rules.ciphers.c_str());
  if (!rules.signatures.empty()) SSL_CTX_set1_sigalgs_list(context, rules.signatures.c_str());
  if (!rules.protocols.empty())
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(rules.protocols.data()),
                            static_cast<unsigned int>(rules.protocols.size()));
  SSL_CTX_set_app_data(context, &tickets_);
  SSL_CTX_sess_set_new_cb(context, [](SSL* tls, SSL_SESSION*) {
    if (SSL_version(tls) == TLS1_3_VERSION) ++*static_cast<int*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls)));
    return 0;
  });
  tls_.reset(SSL_new(context));
  SSL_set_bio(tls_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(tls_.get());
  if (rules.again) SSL_set_session(tls_.get(), rules.again);
}

bool TlsClientEnd::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  output_ += take_output();
  if (result != 1) is_waiting(result);
  return result == 1;
}

void TlsClientEnd::write(std::string_view bytes) {
  std::size_t count = 0;
  ERR_clear_error();
  if (!bytes.empty() && SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count) != 1)
    throw std::runtime_error("the client cannot write");
  output_ += take_output();
}

std::string TlsClientEnd::read() {
  std::string all;
  std::array<char, 65536> bytes;
  for (;;) {
    std::size_t count = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(tls_.get(), bytes.data(), bytes.size(), &count);
    if (result != 1) {
      is_waiting(result);
      output_ += take_output();
      return all;
    }
    all.append(bytes.data(), count);
  }
}

void TlsClientEnd::say_end() {
  SSL_shutdown(tls_.get());
  output_ += take_output();
}

std::string TlsClientEnd::take_output() {
  std::string bytes = std::move(output_);
  output_.clear();
  char* made = nullptr;
  const long count = BIO_get_mem_data(SSL_get_wbio(tls_.get()), &made);
  bytes.append(made, static_cast<std::size_t>(count));
  BIO_reset(SSL_get_wbio(tls_.get()));
  return bytes;
}

void TlsClientEnd::feed(std::string_view bytes) {
  came_ += bytes;
  BIO_write(SSL_get_rbio(tls_.get()), bytes.data(), static_cast<int>(bytes.size()));
}

bool TlsClientEnd::carry(int socket) {
  output_ = take_output();
  const ssize_t sent = ::send(socket, output_.data(), output_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0) output_.erase(0, static_cast<std::size_t>(sent));
  std::array<char, 65536> bytes;
  for (;;) {
    const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count <= 0) return count < 0 && errno == EAGAIN;
    feed({bytes.data(), static_cast<std::size_t>(count)});
  }
}

bool TlsClientEnd::is_waiting(int result) {
  const int error = SSL_get_error(tls_.get(), result);
  if (error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL) failed_ = true;
  return error == SSL_ERROR_WANT_READ;
}

} // namespace rtmpt_proxy::test
