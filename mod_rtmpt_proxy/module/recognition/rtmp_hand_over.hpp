// SPDX-License-Identifier: Apache-2.0
// Gives a connection that begins with RTMP to the gateway. Nothing is decided about its client yet: the gateway reads
// what it says, and asks httpd on its private listener.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Hands over the socket of a client that speaks RTMP without TLS. What has been read of it is in `filter` and below.
// When the gateway does not take it, the connection is closed. Returns what process_connection must return.
int hand_over_rtmp(conn_rec* c, ap_filter_t* filter);

// Lets the pump carry the bytes between the gateway and a client that speaks RTMP inside TLS. Where there is no pump
// (MPM worker and prefork) the connection is closed. Returns what process_connection must return.
int pump_rtmps(conn_rec* c);

} // namespace rtmpt_proxy::apache
