// SPDX-License-Identifier: Apache-2.0
// The name by which a virtual host recognises an open that it has sent itself (hop_list.hpp).
#pragma once

#include <rtmpt_proxy/protocol/rtmpt/identities.hpp>

#include <string>

namespace rtmpt_proxy::apache {

// Returns the name of the virtual host with this key. The name stays the same through graceful and restart, is
// another one after a start, and cannot be guessed. Called in httpd's parent, from post_config on.
std::string make_hop_name(const protocol::VhostKey& key);

} // namespace rtmpt_proxy::apache
