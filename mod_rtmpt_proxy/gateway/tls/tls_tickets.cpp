// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_tickets.hpp"

#include <rtmpt_proxy/protocol/text/wipe.hpp>

#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace rtmpt_proxy::gateway {

namespace {

// The parts of TlsTickets::keys, as SSL_CTX_get_tlsext_ticket_keys(3) gives them.
constexpr std::size_t kNameBytes = 16;
constexpr std::size_t kKeyBytes = 32;
static_assert(kNameBytes + 2 * kKeyBytes == protocol::kTlsTicketKeysBytes);

} // namespace

TlsTickets::~TlsTickets() {
  protocol::wipe(terms_.keys);
}

bool TlsTickets::use_for(SSL* tls) const {
  SSL_set_app_data(tls, const_cast<TlsTickets*>(this)); // which nobody but on_ticket() looks at
  return SSL_set_session_id_context(tls, reinterpret_cast<const unsigned char*>(terms_.context.data()),
                                    static_cast<unsigned int>(terms_.context.size())) == 1;
}

// With that option a ticket would only name what this process keeps.
void TlsTickets::give_ticket(SSL* tls) const {
  if (SSL_version(tls) != TLS1_3_VERSION) return;
  SSL_clear_options(tls, SSL_OP_NO_TICKET);
  const auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(terms_.lifetime);
  SSL_SESSION_set_timeout(SSL_get_session(tls), static_cast<long>(lifetime.count()));
  SSL_new_session_ticket(tls);
}

// What OpenSSL itself does without such a function, with keys that are the context's and not the connection's.
bool TlsTickets::encipher(unsigned char* name, unsigned char* vector, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) const {
  const std::string_view keys = terms_.keys;
  std::array<char, kKeyBytes> mac_key{};
  std::memcpy(name, keys.data(), kNameBytes);
  std::memcpy(mac_key.data(), keys.data() + kNameBytes, kKeyBytes);
  const auto* const cipher_key = reinterpret_cast<const unsigned char*>(keys.data() + kNameBytes + kKeyBytes);
  std::string digest("SHA256");
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key.data(), mac_key.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
  const bool done = RAND_bytes(vector, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
                    EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, cipher_key, vector) == 1 &&
                    EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
  protocol::wipe(mac_key);
  return done;
}

// 0: no ticket, and the handshake goes on without one.
int TlsTickets::on_ticket(SSL* tls, unsigned char* name, unsigned char* vector, EVP_CIPHER_CTX* cipher,
                          EVP_MAC_CTX* mac, int makes) {
  const auto* const tickets = static_cast<const TlsTickets*>(SSL_get_app_data(tls));
  return makes == 1 && tickets && tickets->encipher(name, vector, cipher, mac) ? 1 : 0;
}

void allow_tickets(SSL_CTX* context) {
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, TlsTickets::on_ticket);
}

} // namespace rtmpt_proxy::gateway
