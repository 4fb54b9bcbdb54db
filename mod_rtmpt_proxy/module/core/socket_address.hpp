// SPDX-License-Identifier: Apache-2.0
// Converts socket addresses of APR and the system to the project's types.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <optional>

namespace rtmpt_proxy::apache {

// Address and port; a port of 0 is not known. None for null and for what is no IP address.
std::optional<protocol::Endpoint> endpoint_of(const apr_sockaddr_t* address);

// A new socket address in `pool`.
apr_sockaddr_t* make_sockaddr(apr_pool_t* pool, const protocol::Endpoint& endpoint);

// The address alone, as the system gives it. None for what is no IP address.
std::optional<protocol::IpAddress> address_of(const sockaddr& address);

} // namespace rtmpt_proxy::apache
