// What this httpd process is about to do with the configuration that it has read.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <unistd.h>

namespace rtmpt_proxy::apache {

// `httpd -t`: nothing is started, an administrator reads what is said.
inline bool is_configtest() {
  return ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST;
}

// A graceful or restart of an httpd that serves: httpd counts its configurations from 1 on, and the one that is read
// before the first, or by `httpd -t` and `httpd -k`, is none of them.
inline bool is_reload() {
  return ap_state_query(AP_SQ_CONFIG_GEN) > 1;
}

// Whether what this process may not do could be allowed to the user who starts httpd: somebody else may try a
// configuration.
inline bool is_tried_by_another_user() {
  return is_configtest() && ::geteuid() != 0;
}

} // namespace rtmpt_proxy::apache
