// SPDX-License-Identifier: Apache-2.0
// The headers in which a proxy speaks of its client.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <span>

namespace rtmpt_proxy::apache {

struct GivenHeader {
  const char* name = nullptr;
  const char* value = nullptr; // null: none of them came
};

// The first of `names` that the request has, even when it is empty.
GivenHeader first_given(const request_rec* r, std::span<const char* const> names);

// Logs a value that is not understood. The request keeps its own value.
void report_bad_value(request_rec* r, const GivenHeader& header, const char* expected);

} // namespace rtmpt_proxy::apache
