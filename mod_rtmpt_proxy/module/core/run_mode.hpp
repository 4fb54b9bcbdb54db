// SPDX-License-Identifier: Apache-2.0
// What this httpd process will do with the configuration that it has read.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <unistd.h>

namespace rtmpt_proxy::apache {

// True for `httpd -t`: nothing is started, and an administrator reads the messages.
inline bool is_configtest() {
  return ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST;
}

// True for a graceful or restart of a running httpd. httpd counts its configurations from 1. The pass before the first
// one, and those of `httpd -t` and `httpd -k`, are not counted.
inline bool is_reload() {
  return ap_state_query(AP_SQ_CONFIG_GEN) > 1;
}

// Whether this process may have fewer rights than the httpd that will use the configuration, because another user tries
// it.
inline bool is_tried_by_another_user() {
  return is_configtest() && ::geteuid() != 0;
}

} // namespace rtmpt_proxy::apache
