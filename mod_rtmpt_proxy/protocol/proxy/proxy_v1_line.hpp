// SPDX-License-Identifier: Apache-2.0
// The text of a PROXY protocol v1 header.
#pragma once

#include <rtmpt_proxy/protocol/proxy/proxy_header.hpp>

#include <string_view>

namespace rtmpt_proxy::protocol {

// Parses the text between "PROXY " and CR LF. Fills `header` when it returns none.
ProxyHeaderError parse_proxy_v1_line(std::string_view line, ProxyHeader& header);

} // namespace rtmpt_proxy::protocol
