// SPDX-License-Identifier: Apache-2.0
// RTMPTControlSocket as an administrator wrote it.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

namespace rtmpt_proxy::apache {

struct ControlOrder {
  std::string path;           // absolute; empty: none is wanted
  std::optional<uid_t> user;  // else httpd's own, root's as a rule
  std::optional<gid_t> group; // else httpd's own
  std::optional<mode_t> mode; // else kOwnerAndGroup when there is a group, and kOwnerAlone when not
};

} // namespace rtmpt_proxy::apache
