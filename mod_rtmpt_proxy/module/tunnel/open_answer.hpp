// SPDX-License-Identifier: Apache-2.0
// What all opens have in common, whether mod_proxy chooses a backend or the session goes to a hub.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/link/gateway_client.hpp"

#include <string>

namespace rtmpt_proxy::apache {

// What httpd knows of the client and of its virtual host. The caller fills in the backend, and what depends on it.
protocol::Admission admission_of(request_rec* r);

// The session exists. When the connection is handed over, the gateway tells the client the session id; otherwise httpd
// does. Returns the handler's result.
int welcome(request_rec* r, const protocol::SessionId& session_id, ChannelLease channel);

// Answers an open that the gateway has refused for a reason which is no backend's fault, and logs the reason. Returns
// the handler's result.
int answer_refusal(request_rec* r, const protocol::Refused& refused);

// The refusal for logs: "too many sessions: 10 sessions are live".
std::string words_for(const protocol::Refused& refused);

} // namespace rtmpt_proxy::apache
