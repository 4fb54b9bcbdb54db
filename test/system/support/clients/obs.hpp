// SPDX-License-Identifier: Apache-2.0
// OBS Studio as publisher: its own library and plugins, run by the program obs_publisher.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"
#include "support/os/x_server.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace rtmpt_proxy::test {

// What a user writes into OBS' settings.
struct ObsServer {
  std::string url;
  std::string key;
  std::string user; // empty: it does not log in
  std::string password;
  std::filesystem::path certificates; // a folder; of all others it trusts none. Empty: those of the system. Needs root
};

// Publishes a small picture with silence in real time, from construction on.
class ObsPublisher {
 public:
  // The display must outlive it.
  ObsPublisher(const XServer& display, const ObsServer& server, std::chrono::seconds length);

  // Whether the server has let it publish.
  bool started() const;

  // Waits for the end of the whole length, or until it gives up; whether it has said how it ended. Throws TimedOut.
  bool wait(Deadline deadline);

  // How it has ended, behind wait().
  int frames() const { return number_behind("frames "); } // those that it counts as sent
  int code() const { return number_behind("code "); }     // how its output has stopped; 0 is as it should

  std::string log() const;

 private:
  int number_behind(const std::string& word) const;

  TempDir dir_;
  ChildProcess process_;
};

// The packet at which OBS ends, it has counted and does not send. That is a picture or some sound.
inline constexpr int kUnsentByObs = 1;

} // namespace rtmpt_proxy::test
