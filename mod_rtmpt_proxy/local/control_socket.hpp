// SPDX-License-Identifier: Apache-2.0
// A listening local socket with a name in the file system, and the rights that somebody asked for.
#pragma once

#include "local/descriptor.hpp"

#include <string>

#include <sys/types.h>
#include <time.h>

namespace rtmpt_proxy::local {

inline constexpr mode_t kOwnerAlone = 0600;
inline constexpr mode_t kOwnerAndGroup = 0660;

// What is to be there.
struct ControlSocketPlan {
  std::string path;          // absolute, at most kMaxPathBytes
  uid_t user = 0;            // its owner
  gid_t group = 0;           // its group
  mode_t mode = kOwnerAlone; // who may connect
};

// Which file a socket is, to recognise it later. The number of a file that is removed goes to the next new one, so the
// time when it was made belongs to it; for a socket that is st_mtim, which change of mode and owner leaves alone.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  timespec made{};
};

struct ControlSocket {
  Descriptor listener; // non-blocking, closed on exec; empty on failure
  FileIdentity identity;
  std::string failure; // what was wrong with which path
};

// Makes it and listens. At no moment may anybody connect who may not in the end. A socket in its place is removed when
// nobody listens on it; every other file there, symbolic links included, is a failure and stays. For a process of one
// thread: the mask for new files changes for a moment.
ControlSocket make_control_socket(const ControlSocketPlan& plan);

// Whether the file at `path` is still that socket.
bool is_control_socket(const std::string& path, FileIdentity identity);

// Removes it, unless something else stands there by now.
void remove_control_socket(const std::string& path, FileIdentity identity);

} // namespace rtmpt_proxy::local
