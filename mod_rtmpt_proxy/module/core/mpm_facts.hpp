// SPDX-License-Identifier: Apache-2.0
// What httpd's MPM says of itself.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <algorithm>
#include <cstddef>

namespace rtmpt_proxy::apache {

// The number that the MPM answers to an AP_MPMQ_... query; 0 when it knows none.
inline std::size_t mpm_number(int query) {
  int number = 0;
  return ap_mpm_query(query, &number) == APR_SUCCESS && number > 0 ? static_cast<std::size_t>(number) : 0;
}

// How many threads each child of httpd has; at least one.
inline std::size_t threads_per_child() {
  return std::max<std::size_t>(1, mpm_number(AP_MPMQ_MAX_THREADS));
}

// Whether connections wait for their next request without a thread, as with MPM event.
inline bool mpm_is_asynchronous() {
  return mpm_number(AP_MPMQ_IS_ASYNC) != 0;
}

} // namespace rtmpt_proxy::apache
