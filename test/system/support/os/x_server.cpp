// SPDX-License-Identifier: Apache-2.0
#include "support/os/x_server.hpp"

#include "support/os/text_file.hpp"

#include <csignal>
#include <exception>

namespace rtmpt_proxy::test {

namespace {

Command server_command(const std::filesystem::path& dir) {
  return {
      {"Xvfb", "-displayfd", "1", "-screen", "0", "320x240x24", "-nolisten", "tcp"}, dir / "number", dir / "log", dir};
}

} // namespace

XServer::XServer() : process_(server_command(dir_.path())) {
  eventually("Xvfb has a display", [&] { return read_file(dir_.path() / "number").ends_with('\n'); });
}

XServer::~XServer() {
  try {
    process_.signal(SIGTERM);
    process_.wait();
  } catch (const std::exception&) { // its process is killed
  }
}

std::string XServer::display() const {
  return ":" + lines_of(read_file(dir_.path() / "number")).at(0);
}

} // namespace rtmpt_proxy::test
