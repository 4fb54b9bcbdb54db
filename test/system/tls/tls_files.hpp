// SPDX-License-Identifier: Apache-2.0
// Certificates and keys in files, made with openssl(1).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// A certificate to be made as `name`.pem, with its key as `name`.key.
struct CertificateOrder {
  std::string name;        // also its subject, and a name of its server
  std::string issuer = {}; // the name of one made before; empty: it signs itself
  std::string key = "ec";  // "ec" or "rsa"
  bool is_authority = false;
  std::string extension = {};  // one more: "tlsfeature=status_request"
  std::string passphrase = {}; // of the key; empty: none
};

// Throws std::runtime_error with openssl's words.
void make_certificate(const std::filesystem::path& folder, const CertificateOrder& order);

// The same bytes, one behind the other.
void join_files(const std::filesystem::path& target, const std::vector<std::filesystem::path>& parts);

} // namespace rtmpt_proxy::test
