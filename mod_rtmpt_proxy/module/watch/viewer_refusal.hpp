// SPDX-License-Identifier: Apache-2.0
// The line about a viewer over HTTP who gets no stream.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Notes why at the claim of `r`, which must have one, and in the error log. Returns `status`.
int refuse_viewer(request_rec* r, int status, const char* why);

} // namespace rtmpt_proxy::apache
