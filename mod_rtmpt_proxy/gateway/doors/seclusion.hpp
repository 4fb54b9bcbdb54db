// SPDX-License-Identifier: Apache-2.0
// Protects the gateway's memory, descriptors and environment from other processes of the same user.
#pragma once

namespace rtmpt_proxy::gateway {

// Call it first in main(). After it no process of the same user can trace the gateway, read its memory or environment,
// or take its descriptors. No core is dumped, no program that it executes gains rights, and the gateway ends with the
// process that started it. A protection that the system does not know is left out.
void seclude_process();

// Whether that protection is in force.
bool is_secluded();

// Allows core dumps and debuggers of the same user again, to look for an error.
void allow_core_dumps();

} // namespace rtmpt_proxy::gateway
