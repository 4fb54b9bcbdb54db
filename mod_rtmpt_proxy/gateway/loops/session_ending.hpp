// The end of a session by its public name.
#pragma once

#include <functional>
#include <string>

namespace rtmpt_proxy::gateway {

class Loop;

// Ends the session of that public name, whichever loop it is on. `done` is called once, on the asker's loop, with
// whether there was one; it may be let go of on any loop.
void end_session(Loop& asker, std::string name, std::function<void(bool)> done);

} // namespace rtmpt_proxy::gateway
