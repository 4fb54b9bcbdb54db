// Ends a session by its public name.
#pragma once

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <functional>

namespace rtmpt_proxy::gateway {

class Loop;

// Ends the session with that public name, whichever loop it is on. `done` is called once, on the asker's loop, with
// true when there was such a session. It may be destroyed on any loop.
void end_session(Loop& asker, protocol::SessionName name, std::function<void(bool)> done);

} // namespace rtmpt_proxy::gateway
