// SPDX-License-Identifier: Apache-2.0
// The orders that the status page gives where RTMPTStatusControl allows it: to end a session and perhaps ban its
// client, and to drain a media server or enable it again.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string_view>

namespace rtmpt_proxy::apache {

// Whether a POST with this query is an order: "end=<session name>", "ban=<session name>", "drain=<URL>" or
// "enable=<URL>".
bool is_status_order(std::string_view query);

// Carries the order out, if `allowed` and the request has the page's own token, and writes the answer: 204; 404 when
// there is no such session or media server; 403, 400 or 503 with a line that says why. Logs who gave an order that was
// carried out. Waits in this thread for the gateway, at most local::patience::kStatusPiece. Returns httpd's result of a
// handler.
int obey_status_order(request_rec* r, std::string_view query, bool allowed);

} // namespace rtmpt_proxy::apache
