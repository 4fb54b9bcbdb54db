// SPDX-License-Identifier: Apache-2.0
// Looks at the beginning of new connections: at its first byte at addresses where a virtual host has RTMPTAcceptRTMP
// On, and at the hello of TLS clients where the gateway makes the handshakes of one.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// A connection whose first byte is another one is left as it is, and is never looked at again. A client whose TLS names
// protocols (ALPN) is not looked at. Without a beginning no thread waits with MPM event, and only shortly with others.
void register_recognition_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
