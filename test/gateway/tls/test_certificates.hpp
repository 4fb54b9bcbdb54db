// SPDX-License-Identifier: Apache-2.0
// Certificates for tests of TLS, made when they are needed.
#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

namespace rtmpt_proxy::test {

struct KeyPair {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;

  std::string pem() const; // of the certificate
  std::string key_pem() const;
};

// Signed by its own key; may sign others. `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
KeyPair self_signed(const std::string& common_name, const std::string& names);

// The same with an RSA key.
KeyPair rsa_self_signed(const std::string& common_name, const std::string& names);

// Signed by `authority`.
KeyPair signed_by(const KeyPair& authority, const std::string& names);

// A certificate whose time is over.
KeyPair expired(const KeyPair& authority, const std::string& names);

} // namespace rtmpt_proxy::test
