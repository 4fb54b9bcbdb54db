// SPDX-License-Identifier: Apache-2.0
#include "module/tls/ssl_library.hpp"

#include "module/core/httpd_headers.hpp"

#include <dlfcn.h>
#include <openssl/crypto.h>

namespace rtmpt_proxy::apache {

namespace {

// Looks functions up where mod_ssl would: in its own file, then in the libraries that it is linked to.
class Lookup {
 public:
  explicit Lookup(const module& mod_ssl) {
    // Without a handle mod_ssl is a part of httpd's program, where RTLD_DEFAULT looks.
    auto* const loaded = static_cast<apr_dso_handle_t*>(mod_ssl.dynamic_load_handle);
    if (loaded) apr_os_dso_handle_get(&handle_, loaded);
  }

  template <class Function>
  void find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(::dlsym(handle_, name));
    if (!function && !missing_) missing_ = name;
  }

  // The first that was not found; null: none.
  const char* missing() const { return missing_; }

 private:
  apr_os_dso_handle_t handle_ = RTLD_DEFAULT;
  const char* missing_ = nullptr;
};

void find_context_functions(Lookup& lookup, SslLibrary& library) {
  lookup.find(library.ssl_ctx_ctrl, "SSL_CTX_ctrl");
  lookup.find(library.ssl_ctx_get_options, "SSL_CTX_get_options");
  lookup.find(library.ssl_ctx_get_timeout, "SSL_CTX_get_timeout");
  lookup.find(library.ssl_ctx_get_security_level, "SSL_CTX_get_security_level");
  lookup.find(library.ssl_ctx_get_verify_mode, "SSL_CTX_get_verify_mode");
  lookup.find(library.ssl_ctx_get_ciphers, "SSL_CTX_get_ciphers");
  lookup.find(library.ssl_ctx_get0_certificate, "SSL_CTX_get0_certificate");
  lookup.find(library.ssl_ctx_get0_privatekey, "SSL_CTX_get0_privatekey");
  lookup.find(library.ssl_ctx_get_cert_store, "SSL_CTX_get_cert_store");
  lookup.find(library.ssl_cipher_get_name, "SSL_CIPHER_get_name");
  lookup.find(library.ssl_cipher_get_version, "SSL_CIPHER_get_version");
}

void find_certificate_functions(Lookup& lookup, SslLibrary& library) {
  lookup.find(library.openssl_sk_num, "OPENSSL_sk_num");
  lookup.find(library.openssl_sk_value, "OPENSSL_sk_value");
  lookup.find(library.x509_store_ctx_new, "X509_STORE_CTX_new");
  lookup.find(library.x509_store_ctx_init, "X509_STORE_CTX_init");
  lookup.find(library.x509_store_ctx_get0_chain, "X509_STORE_CTX_get0_chain");
  lookup.find(library.x509_store_ctx_free, "X509_STORE_CTX_free");
  lookup.find(library.x509_verify_cert, "X509_verify_cert");
  lookup.find(library.x509_get_ext_by_nid, "X509_get_ext_by_NID");
  lookup.find(library.bio_new, "BIO_new");
  lookup.find(library.bio_s_mem, "BIO_s_mem");
  lookup.find(library.bio_ctrl, "BIO_ctrl");
  lookup.find(library.bio_free, "BIO_free");
  lookup.find(library.pem_write_bio_x509, "PEM_write_bio_X509");
  lookup.find(library.pem_write_bio_private_key, "PEM_write_bio_PrivateKey");
  lookup.find(library.evp_digest, "EVP_Digest");
  lookup.find(library.evp_sha256, "EVP_sha256");
  lookup.find(library.evp_default_properties_is_fips_enabled, "EVP_default_properties_is_fips_enabled");
  lookup.find(library.err_clear_error, "ERR_clear_error");
}

} // namespace

std::optional<SslLibrary> find_ssl_library(std::string& why_not) {
  const module* const mod_ssl = ap_find_linked_module("mod_ssl.c");
  if (!mod_ssl) {
    why_not = "mod_ssl is not loaded";
    return std::nullopt;
  }
  Lookup lookup(*mod_ssl);
  decltype(&::OpenSSL_version_num) version = nullptr;
  lookup.find(version, "OpenSSL_version_num");
  constexpr int kMajorShift = 28;
  if (!version || version() >> kMajorShift != OPENSSL_VERSION_MAJOR) {
    why_not = "mod_ssl uses another library than OpenSSL " + std::to_string(OPENSSL_VERSION_MAJOR) +
              ", for which mod_rtmpt_proxy was compiled";
    return std::nullopt;
  }
  SslLibrary library;
  find_context_functions(lookup, library);
  find_certificate_functions(lookup, library);
  if (!lookup.missing()) return library;
  why_not = "the OpenSSL of mod_ssl has no function " + std::string(lookup.missing());
  return std::nullopt;
}

} // namespace rtmpt_proxy::apache
