// Opens that come back: a virtual host marks those that it sends to an rtmpt:// server, and refuses one that has its
// own mark (hop_list.hpp).
#pragma once

#include "request_claim.hpp"

#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

// The name of the virtual host with this identity: the same through graceful and restart, another one after a start,
// and nothing that anybody can guess. In the parent, from post_config on. Throws std::system_error when the kernel
// gives no random bytes.
std::string make_hop_name(std::string_view identity);

// Looks at the servers that this open has passed, and notes at the claim what the next one is to be told. DECLINED, or
// what the handler is to return when the open is refused: answered and logged.
int check_hops(request_rec* r, RequestClaim& claim);

} // namespace rtmpt_proxy::apache
