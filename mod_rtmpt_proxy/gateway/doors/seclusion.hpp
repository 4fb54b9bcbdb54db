// What keeps the gateway's memory, descriptors and environment from the other processes of its user.
#pragma once

namespace rtmpt_proxy::gateway {

// To be called first of all. From then on no process of the same user can trace it, read its memory or its environment
// or take its descriptors; no core is dumped; nothing it executes gains rights; and it ends with the process that
// started it. What the system does not know is left out.
void seclude_process();

// Makes core dumps and debuggers of the same user possible again, for those who look for an error.
void allow_core_dumps();

} // namespace rtmpt_proxy::gateway
