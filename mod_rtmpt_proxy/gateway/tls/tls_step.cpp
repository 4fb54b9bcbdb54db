// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_step.hpp"

#include <cerrno>

#include <openssl/err.h>

namespace rtmpt_proxy::gateway {

std::string words_for_tls_error() {
  const char* const words = ERR_reason_error_string(ERR_peek_error());
  return words ? words : "OpenSSL gives no reason";
}

void forget_tls_errors() {
  ERR_clear_error();
  errno = 0;
}

} // namespace rtmpt_proxy::gateway
