// SPDX-License-Identifier: Apache-2.0
// The OpenSSL that mod_ssl uses, found at run time.
//
// The module is not linked to OpenSSL: it must load without mod_ssl, and before it. The functions are those that
// mod_ssl itself calls, because its objects are good for no other copy of the library.
#pragma once

#include <optional>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace rtmpt_proxy::apache {

// Each member is the function of its name. What OpenSSL's headers define as macros is written with these.
struct SslLibrary {
  decltype(&::SSL_CTX_ctrl) ssl_ctx_ctrl = nullptr;
  decltype(&::SSL_CTX_get_options) ssl_ctx_get_options = nullptr;
  decltype(&::SSL_CTX_get_timeout) ssl_ctx_get_timeout = nullptr;
  decltype(&::SSL_CTX_get_security_level) ssl_ctx_get_security_level = nullptr;
  decltype(&::SSL_CTX_get_verify_mode) ssl_ctx_get_verify_mode = nullptr;
  decltype(&::SSL_CTX_get_ciphers) ssl_ctx_get_ciphers = nullptr;
  decltype(&::SSL_CTX_get0_certificate) ssl_ctx_get0_certificate = nullptr;
  decltype(&::SSL_CTX_get0_privatekey) ssl_ctx_get0_privatekey = nullptr;
  decltype(&::SSL_CTX_get_cert_store) ssl_ctx_get_cert_store = nullptr;
  decltype(&::SSL_CIPHER_get_name) ssl_cipher_get_name = nullptr;
  decltype(&::SSL_CIPHER_get_version) ssl_cipher_get_version = nullptr;
  decltype(&::OPENSSL_sk_num) openssl_sk_num = nullptr;
  decltype(&::OPENSSL_sk_value) openssl_sk_value = nullptr;
  decltype(&::X509_STORE_CTX_new) x509_store_ctx_new = nullptr;
  decltype(&::X509_STORE_CTX_init) x509_store_ctx_init = nullptr;
  decltype(&::X509_STORE_CTX_get0_chain) x509_store_ctx_get0_chain = nullptr;
  decltype(&::X509_STORE_CTX_free) x509_store_ctx_free = nullptr;
  decltype(&::X509_verify_cert) x509_verify_cert = nullptr;
  decltype(&::X509_get_ext_by_NID) x509_get_ext_by_nid = nullptr;
  decltype(&::BIO_new) bio_new = nullptr;
  decltype(&::BIO_s_mem) bio_s_mem = nullptr;
  decltype(&::BIO_ctrl) bio_ctrl = nullptr;
  decltype(&::BIO_free) bio_free = nullptr;
  decltype(&::PEM_write_bio_X509) pem_write_bio_x509 = nullptr;
  decltype(&::PEM_write_bio_PrivateKey) pem_write_bio_private_key = nullptr;
  decltype(&::EVP_Digest) evp_digest = nullptr;
  decltype(&::EVP_sha256) evp_sha256 = nullptr;
  decltype(&::EVP_default_properties_is_fips_enabled) evp_default_properties_is_fips_enabled = nullptr;
  decltype(&::ERR_clear_error) err_clear_error = nullptr;
};

// Unset when mod_ssl is not loaded or uses another library than the one that the module was compiled for; `why_not`
// says which, for people.
std::optional<SslLibrary> find_ssl_library(std::string& why_not);

} // namespace rtmpt_proxy::apache
