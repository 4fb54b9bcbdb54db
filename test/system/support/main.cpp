// SPDX-License-Identifier: Apache-2.0
// The program of every system test.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <csignal>

#include <sys/prctl.h>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);    // a lost connection is an error to be seen, not an end of the program
  prctl(PR_SET_CHILD_SUBREAPER, 1); // what httpd leaves behind comes to us, and does not outlive us unseen
  return Catch::Session().run(argc, argv);
}
