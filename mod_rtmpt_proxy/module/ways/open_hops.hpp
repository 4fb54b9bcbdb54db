// Opens that come back: a virtual host marks those that it sends to an rtmpt:// server, and refuses one that has its
// own mark (hop_list.hpp).
#pragma once

#include "module/ways/request_claim.hpp"

namespace rtmpt_proxy::apache {

// Looks at the servers that this open has passed, and notes at the claim what the next one is to be told. DECLINED, or
// what the handler is to return when the open is refused: answered and logged.
int check_hops(request_rec* r, RequestClaim& claim);

} // namespace rtmpt_proxy::apache
