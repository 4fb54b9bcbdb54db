// SPDX-License-Identifier: Apache-2.0
// A self-signed certificate for localhost.
#pragma once

#include <filesystem>

namespace rtmpt_proxy::test {

// Writes certificate.pem and key.pem into `directory`, with openssl(1). Throws std::runtime_error.
void write_certificate(const std::filesystem::path& directory);

// The same, of a certificate that expired a day ago.
void write_expired_certificate(const std::filesystem::path& directory);

} // namespace rtmpt_proxy::test
