// SPDX-License-Identifier: Apache-2.0
// What TLS shows of a server.
#include "control/probe_line.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <array>
#include <cerrno>

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

namespace rtmpt_proxy::control {

using local::Clock;
using local::Deadline;

namespace {

std::string first_dns_name(const X509* certificate) {
  std::string name;
  auto* const names =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names) && name.empty(); ++i) {
    const GENERAL_NAME* const one = sk_GENERAL_NAME_value(names, i);
    if (one->type != GEN_DNS) continue;
    const auto* const bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.dNSName));
    name.assign(bytes, static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName)));
  }
  GENERAL_NAMES_free(names);
  return name;
}

std::string name_of(const X509* certificate) {
  std::array<char, 256> text{};
  const int bytes = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(),
                                              static_cast<int>(text.size()));
  return bytes > 0 ? std::string(text.data(), static_cast<std::size_t>(bytes)) : first_dns_name(certificate);
}

// The check of the name goes with that of the chain.
void expect_host(SSL* tls, const std::string& host) {
  if (protocol::parse_ip_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(tls, host.c_str());
  SSL_set1_host(tls, host.c_str());
}

void look_at_certificate(SSL* tls, TlsFacts& facts) {
  facts.protocol = SSL_get_version(tls);
  facts.cipher = SSL_get_cipher_name(tls);
  facts.verification = SSL_get_verify_result(tls);
  facts.verdict = X509_verify_cert_error_string(facts.verification);
  const X509* const certificate = SSL_get0_peer_certificate(tls);
  if (!certificate) return;
  facts.name = name_of(certificate);
  int seconds = 0;
  ASN1_TIME_diff(&facts.days_left, &seconds, nullptr, X509_get0_notAfter(certificate));
}

} // namespace

TlsFacts ProbeLine::start_tls(const std::string& host, Deadline deadline) {
  TlsFacts facts;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  tls_.reset(context_ ? SSL_new(context_.get()) : nullptr);
  if (!tls_ || SSL_CTX_set_default_verify_paths(context_.get()) != 1 || SSL_set_fd(tls_.get(), socket_.get()) != 1) {
    facts.error = "OpenSSL cannot be set up";
    return facts;
  }
  expect_host(tls_.get(), host);
  for (;;) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_connect(tls_.get());
    if (result == 1) break;
    const LineStatus status = Clock::now() < deadline ? wait_after(result, POLLIN, deadline) : LineStatus::timed_out;
    if (status == LineStatus::ok) continue;
    facts.timed_out = status == LineStatus::timed_out;
    facts.error = facts.timed_out               ? "no answer in time"
                  : status == LineStatus::ended ? "the connection was closed"
                                                : reason_;
    return facts;
  }
  look_at_certificate(tls_.get(), facts);
  return facts;
}

} // namespace rtmpt_proxy::control
