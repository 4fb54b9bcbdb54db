// SPDX-License-Identifier: Apache-2.0
#include "test_certificates.hpp"

#include <functional>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace rtmpt_proxy::test {

namespace {

constexpr long kHourSeconds = 3600;
constexpr unsigned int kRsaBits = 2048;

struct Subject {
  std::string common_name;
  std::string names;
  bool is_authority = false;
  long from_seconds = -kHourSeconds; // from now
  long to_seconds = kHourSeconds;
  bool is_rsa = false;
};

void need(bool good) {
  if (!good) throw std::runtime_error("no certificate could be made");
}

void add_extension(X509* certificate, int id, const std::string& value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
  need(extension && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// `authority` null: it signs itself.
KeyPair make_pair_of(const Subject& subject, const KeyPair* authority) {
  static long serial = 1;
  KeyPair made;
  made.key.reset(subject.is_rsa ? EVP_RSA_gen(kRsaBits) : EVP_EC_gen("P-256"), EVP_PKEY_free);
  made.certificate.reset(X509_new(), X509_free);
  X509* const certificate = made.certificate.get();
  need(made.key && certificate);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), subject.from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), subject.to_seconds);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.common_name.c_str()), -1, -1, 0);
  const KeyPair& signer = authority ? *authority : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  X509_set_pubkey(certificate, made.key.get());
  if (subject.is_authority) add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  if (!subject.names.empty()) add_extension(certificate, NID_subject_alt_name, subject.names);
  need(X509_sign(certificate, signer.key.get(), EVP_sha256()) > 0);
  return made;
}

std::string written(const std::function<void(BIO*)>& write) {
  BIO* const bio = BIO_new(BIO_s_mem());
  write(bio);
  char* text = nullptr;
  const long bytes = BIO_get_mem_data(bio, &text);
  const std::string pem(text, static_cast<std::size_t>(bytes));
  BIO_free(bio);
  return pem;
}

} // namespace

std::string KeyPair::pem() const {
  return written([this](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); });
}

std::string KeyPair::key_pem() const {
  return written([this](BIO* bio) { PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

KeyPair self_signed(const std::string& common_name, const std::string& names) {
  return make_pair_of({common_name, names, true}, nullptr);
}

KeyPair rsa_self_signed(const std::string& common_name, const std::string& names) {
  return make_pair_of({common_name, names, true, -kHourSeconds, kHourSeconds, true}, nullptr);
}

KeyPair signed_by(const KeyPair& authority, const std::string& names) {
  return make_pair_of({"a media server", names}, &authority);
}

KeyPair expired(const KeyPair& authority, const std::string& names) {
  return make_pair_of({"a media server", names, false, -2 * kHourSeconds, -kHourSeconds}, &authority);
}

} // namespace rtmpt_proxy::test
