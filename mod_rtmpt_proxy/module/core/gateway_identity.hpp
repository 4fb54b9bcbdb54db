// SPDX-License-Identifier: Apache-2.0
// The user and group that the gateway runs as.
#pragma once

#include <sys/types.h>

namespace rtmpt_proxy::apache {

struct GatewayUser {
  uid_t user = 0;
  gid_t group = 0;
  bool is_httpds = true; // the User and Group of httpd's children, taken as httpd does
  bool operator==(const GatewayUser&) const = default;
};

} // namespace rtmpt_proxy::apache
