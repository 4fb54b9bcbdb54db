// SPDX-License-Identifier: Apache-2.0
// What a client of HTTP is, by the first request on its connection.
#pragma once

#include <string_view>

namespace rtmpt_proxy::protocol {

// Whether a connection that begins with these bytes is certainly no stream's: they hold the method and the whole target
// of a request (RFC 9112, section 3), and no client of RTMPT begins so, whatever server it speaks to. False when that
// cannot be told yet. Nothing else of the request is looked at.
bool begins_page(std::string_view bytes);

} // namespace rtmpt_proxy::protocol
