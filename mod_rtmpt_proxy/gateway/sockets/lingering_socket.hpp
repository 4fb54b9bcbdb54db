// SPDX-License-Identifier: Apache-2.0
// Closes a client's connection so that the client gets the bytes that were written last.
#pragma once

#include "gateway/base/descriptor_budget.hpp"
#include "gateway/sockets/client_socket.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>

namespace rtmpt_proxy::gateway {

// How long a client may take to read its last bytes and to close its side.
inline constexpr std::chrono::milliseconds kLingerTime{2000};

// Writes `last_bytes`, says that no more follow, and reads and drops what still comes until the client closes its side
// or kLingerTime is over. Closing at once would reset the connection when bytes of the client lie unread, and the reset
// can destroy what the client has not read yet. `socket` is connected, non-blocking, and nobody else uses it. Runs in
// the thread of `loop`, and keeps itself alive until it is done.
// The socket counts in `descriptors` meanwhile. What an earlier write left over is not written.
void linger_and_close(boost::asio::io_context& loop, DescriptorBudget& descriptors, ClientSocket socket,
                      std::string last_bytes = {});

} // namespace rtmpt_proxy::gateway
