// SPDX-License-Identifier: Apache-2.0
// Ends a session by its public name, and bans its client.
#pragma once

#include <rtmpt_proxy/protocol/messages/status_messages.hpp>

#include <functional>

namespace rtmpt_proxy::gateway {

class Loop;

// Ends the session that is named, whichever loop it is on. When its client is to be banned, all its sessions at the
// virtual host end. `done` is called
// once, on the asker's loop, with true when there was such a session. It may be destroyed on any loop.
void end_session(Loop& asker, protocol::EndSession order, std::function<void(bool)> done);

} // namespace rtmpt_proxy::gateway
