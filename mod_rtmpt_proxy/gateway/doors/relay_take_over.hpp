// SPDX-License-Identifier: Apache-2.0
// httpd gives a relayed client to a session, which may live on another loop than the client.
#pragma once

#include "gateway/loops/loop.hpp"
#include "gateway/sockets/detached_client.hpp"

#include <rtmpt_proxy/protocol/messages/gateway_message.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace rtmpt_proxy::gateway {

// In the order of their calls, each in the thread of the loop that it gets first:

// Keeps the client for this loop: httpd's end of its connection does not end it from now on. `done` is called later, on
// `asker`, with false when that client has left, or goes to a session already.
void promise_relay(Loop& asker, std::uint64_t ticket, std::function<void(bool promised)> done);

// httpd has gone without giving it.
void break_relay_promise(Loop& asker, std::uint64_t ticket);

// Has the client given to `serve`, on the client's loop, with what is to be read before its socket: when it has got
// what httpd has sent it, or never, when it has left meanwhile.
void take_over_relay(Loop& asker, std::uint64_t ticket, protocol::Residue residue,
                     std::function<void(DetachedClient client, std::string residue)> serve);

// Serves the client here, when it has got what httpd has sent it; nothing happens when it has left meanwhile.
void serve_relayed_client(Loop& home, protocol::HandOver terms, protocol::Residue residue);

} // namespace rtmpt_proxy::gateway
