// The name by which a virtual host recognises an open that it has sent itself (hop_list.hpp).
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

// Returns the name of the virtual host with this identity. The name stays the same through graceful and restart, is
// another one after a start, and cannot be guessed. Called in httpd's parent, from post_config on.
std::string make_hop_name(std::string_view identity);

} // namespace rtmpt_proxy::apache
