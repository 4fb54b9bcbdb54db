// What httpd's MPM says of itself.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Whether connections wait for their next request without a thread, as with MPM event.
inline bool mpm_is_asynchronous() {
  int asynchronous = 0;
  return ap_mpm_query(AP_MPMQ_IS_ASYNC, &asynchronous) == APR_SUCCESS && asynchronous;
}

} // namespace rtmpt_proxy::apache
