// SPDX-License-Identifier: Apache-2.0
// The client's address as this module tells it in logs.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>

namespace rtmpt_proxy::apache {

// `address` as it is; shortened (policy::short_address) where RTMPTAnonymizeClient is On at `server`. Not for what
// decides: limits, Require and the media server get the whole address.
std::string shown_address(const server_rec* server, const char* address);

// The address of the request's client, as it was restored.
std::string shown_client(const request_rec* r);

} // namespace rtmpt_proxy::apache
