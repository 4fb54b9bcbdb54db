// SPDX-License-Identifier: Apache-2.0
// Stops opens that go in a circle. A virtual host marks each open that it sends to an rtmpt:// backend, and refuses an
// open that has its own mark (hop_list.hpp).
#pragma once

#include "module/ways/request_claim.hpp"

namespace rtmpt_proxy::apache {

// Checks the servers that this open has passed, and notes in the claim what the next one is told. Returns DECLINED, or,
// when the open is refused (and answered and logged), the value that the handler must return.
int check_hops(request_rec* r, RequestClaim& claim);

} // namespace rtmpt_proxy::apache
