// SPDX-License-Identifier: Apache-2.0
// What the gateway asks of the certificate of an rtmps:// backend, and whom it believes.
#pragma once

#include <cstddef>
#include <string>

namespace rtmpt_proxy::protocol {

// Of one virtual host, for all of its rtmps:// backends.
struct BackendTls {
  bool verify = true;     // whether somebody who is trusted must have signed the certificate
  bool check_name = true; // whether it must be made out to the backend's name or address
  std::string trust_file; // TrustFile::name; empty: who the system trusts
  bool operator==(const BackendTls&) const = default;
};

// Certificates of those who are trusted. The gateway may not be allowed to read such a file, so httpd's parent reads
// it.
struct TrustFile {
  std::string name;         // identifies it: its path
  std::string certificates; // in PEM, one after the other
  bool operator==(const TrustFile&) const = default;
};

inline constexpr std::size_t kMaxTrustFiles = 32;
inline constexpr std::size_t kMaxTrustNameBytes = 4u << 10; // the longest path
inline constexpr std::size_t kMaxTrustBytes = 2u << 20;     // certificates of all files together

} // namespace rtmpt_proxy::protocol
