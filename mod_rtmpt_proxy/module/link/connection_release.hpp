// SPDX-License-Identifier: Apache-2.0
// How a connection leaves httpd: to the gateway, or closed without a word.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>

namespace rtmpt_proxy::apache {

// httpd's own filter at the end of the connection's input, below mod_ssl.
ap_filter_t* network_filter(const conn_rec* c);

// Takes the bytes that have been read from the socket and that `filter` and the filters below it hold. Nothing more is
// read from the socket, because a client could keep it full.
std::string take_read_ahead(ap_filter_t* filter);

// Makes httpd forget the connection: it neither reads nor writes it again, and only closes its own descriptor, without
// a shutdown.
void let_go(conn_rec* c);

// Closes the connection without an answer and without waiting for more bytes. Returns what a process_connection hook
// must return.
int close_at_once(conn_rec* c);

} // namespace rtmpt_proxy::apache
