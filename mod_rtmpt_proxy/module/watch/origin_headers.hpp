// SPDX-License-Identifier: Apache-2.0
// What answers to viewers say to the browser of a page of another site.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Sets the headers that let the page of an allowed site know the status of the answer, and when to ask again: of every
// answer to this request, also of one with which httpd or another module refuses it. Others get none.
void set_origin_headers(request_rec* r);

} // namespace rtmpt_proxy::apache
