// SPDX-License-Identifier: Apache-2.0
// What an httpd and its gateway hold: it must be the same after a crash, and all streams' end, as it was before.
#pragma once

#include "support/httpd/httpd_fixture.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rtmpt_proxy::test {

// Children that take clients, without the gateway and what runs for logs.
std::vector<pid_t> serving_children(const HttpdFixture& httpd);
// What httpd's parent runs for logs, by the name of its program.
std::vector<pid_t> log_programs(const HttpdFixture& httpd, const std::string& program);

struct Holdings {
  std::size_t parent_descriptors = 0;
  std::size_t gateway_descriptors = 0;
  std::size_t child_descriptors = 0; // of the child that has most
  std::size_t processes = 0;         // the parent's children, those that ended and were not waited for among them
  std::set<std::string> files;       // sockets, logs and what else is in the folder of logs
};

Holdings holdings(const HttpdFixture& httpd);

// Empty, or what there is more of in `now` than in `before`. A process that was started anew, and threads that happened
// to ask the gateway at once, may have a few descriptors more; what leaks with each stream or crash is beyond that.
std::string more_than(const Holdings& before, const Holdings& now);

} // namespace rtmpt_proxy::test
