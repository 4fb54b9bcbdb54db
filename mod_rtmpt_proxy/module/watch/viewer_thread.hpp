// SPDX-License-Identifier: Apache-2.0
// The way of a viewer whose connection httpd can give to nobody: a thread of httpd moves the bytes.
#pragma once

#include "local/descriptor.hpp"
#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Writes everything that the gateway says by `gateway` to the client, until either ends. The answer is whole then, with
// its head; httpd must write nothing more, and closes the connection.
void carry_to_viewer(request_rec* r, const local::Descriptor& gateway);

} // namespace rtmpt_proxy::apache
