// Brings what all loops know together.
#pragma once

#include "status_report.hpp"

#include <rtmpt_proxy/protocol/status_messages.hpp>

#include <functional>
#include <string>

namespace rtmpt_proxy::gateway {

class Gateway;

// Asks every loop; `done` is called once, on the asker's loop, with the text that was asked for. A loop that stops
// first lets go of it.
void tell_status(Gateway& asker, protocol::AskStatus query, std::function<void(std::string)> done);

// Ends the session of that public name, whichever loop it is on. `done` is called once, on the asker's loop, with
// whether there was one.
void end_session(Gateway& asker, std::string name, std::function<void(bool)> done);

} // namespace rtmpt_proxy::gateway
