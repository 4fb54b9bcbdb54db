// SPDX-License-Identifier: Apache-2.0
// Checks whether a file can be made or used at a path, for checks of the configuration. Changes nothing.
#pragma once

#include <string>

namespace rtmpt_proxy::apache {

struct PlaceProblem {
  std::string reason;         // what is wrong and what was expected; empty: nothing is
  bool of_permission = false; // another user, such as root, may be allowed to
};

// Whether this process could open `path` for appending, and make it first if it is not there yet. `path` is absolute.
PlaceProblem problem_of_appending(const std::string& path);

// Whether this process could make a new file in the directory of `path`, which is absolute.
PlaceProblem problem_of_directory(const std::string& path);

// Whether this process could execute `path`.
PlaceProblem problem_of_executing(const std::string& path);

} // namespace rtmpt_proxy::apache
