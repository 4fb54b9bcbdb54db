// SPDX-License-Identifier: Apache-2.0
// Counts what httpd takes of a relayed connection. rtmpt-gateway does not know what it relays; when it gets the client
// back, it must know which of the client's bytes httpd has not read.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Of the input filter. It stands directly above mod_ssl's, passes bytes on unchanged and keeps none.
inline constexpr const char* kRelayInputFilter = "rtmpt_relay_input";

// From now on ConnectionNotes::relayed_bytes counts. Before anybody has read from the connection.
void count_relayed_bytes(conn_rec* c);

void register_relay_input(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
