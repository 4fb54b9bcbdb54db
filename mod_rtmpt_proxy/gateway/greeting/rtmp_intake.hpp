// SPDX-License-Identifier: Apache-2.0
// The entrance for clients of RTMP to the loop that serves them.
#pragma once

#include "gateway/facts/session_counts.hpp"
#include "gateway/greeting/greeting_home.hpp"
#include "gateway/sockets/detached_client.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <string_view>

namespace rtmpt_proxy::gateway {

// Serves the client's connection on the loop of `home`: first `residue`, then what comes by the socket. Called in that
// loop's thread. Closes `client` when its address has too many clients without a stream.
void greet_client(const GreetingHome& home, DetachedClient client, protocol::HandOverRtmp terms, LoopPlace loop_place,
                  std::string_view residue);

} // namespace rtmpt_proxy::gateway
