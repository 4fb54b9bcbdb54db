// SPDX-License-Identifier: Apache-2.0
// Reading a small file that holds secrets, and that others must not read.
#pragma once

#include <cstddef>
#include <string>

namespace rtmpt_proxy::local {

struct PrivateText {
  std::string text;           // all of the file
  std::string error;          // for people: what is wrong, and what was expected; empty: nothing
  bool of_permission = false; // this process may not read it; another user, such as root, may be allowed to
};

// Reads the file at `path`, which must be a regular file of at most `most_bytes`, owned by root or by this process's
// user, which others may not read and which nobody but its owner may change. Waits for no writer.
PrivateText read_private_file(const std::string& path, std::size_t most_bytes);

} // namespace rtmpt_proxy::local
