// SPDX-License-Identifier: Apache-2.0
// The command line of rtmpt-gateway, which httpd's parent writes.
#pragma once

#include <cstdint>
#include <string>

namespace rtmpt_proxy::gateway {

struct Options {
  int door = -1;             // descriptor of the door
  int lifeline = -1;         // descriptor of the lifeline
  std::uint32_t threads = 1; // event loops, one thread each
  bool core_dumps = false;   // allow them
  std::string answer;        // for --help and --version: print this and end instead of serving
};

// Reads the arguments of main(). Throws std::invalid_argument that names the option, quotes its value and says what was
// expected. For a process of one thread. `version` is what --version prints.
Options read_options(int argc, char** argv, const std::string& version);

} // namespace rtmpt_proxy::gateway
