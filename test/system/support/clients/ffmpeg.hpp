// SPDX-License-Identifier: Apache-2.0
// ffmpeg as publisher and player. Its exit code says nothing (it is 0 when a tunnel dies): frames are counted.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <chrono>
#include <string>

namespace rtmpt_proxy::test {

inline constexpr int kPictureRate = 15; // frames a second of every test picture

// What a player gets at least that runs for so long: two seconds may go to its connection and to the next key frame.
constexpr int least_pictures(std::chrono::seconds played) {
  return (static_cast<int>(played.count()) - 2) * kPictureRate;
}

// Over RTMPT what ffmpeg writes while it awaits a reply it leaves unposted when it ends. On a busy machine a reply may
// take some time: so many of the last pictures may be missing.
inline constexpr int kUnpostedByFfmpeg = 2 * kPictureRate;

// Publishes a small test picture with sound in real time, from construction on.
class FfmpegPublisher {
 public:
  FfmpegPublisher(const std::string& url, std::chrono::seconds length);

  // The same with what is in `file`, as it is coded there.
  FfmpegPublisher(const std::string& url, const std::filesystem::path& file);

  // Frames that it says to have sent so far.
  int frames() const;

  // Waits for the end of the whole length; returns the frames sent. Throws TimedOut.
  int wait(Deadline deadline);

  // Ends it as a user does (SIGINT) and waits.
  void interrupt();

  // The same; returns the frames sent. For tests that publish until all players have had enough, however slow the
  // machine is.
  int finish();

  bool running() { return process_.running(); }
  std::string log() const;

 private:
  TempDir dir_;
  ChildProcess process_;
};

// Plays a stream and writes a line for each packet of the picture.
class FfmpegPlayer {
 public:
  // Takes media for `length`, counted by the stream's own time.
  FfmpegPlayer(const std::string& url, std::chrono::seconds length);

  // Packets of the picture received so far.
  int frames() const;

  // Waits for the end; returns frames(). Throws TimedOut.
  int wait(Deadline deadline);

  bool running() { return process_.running(); }
  std::string log() const;

 private:
  TempDir dir_;
  ChildProcess process_;
};

// Writes an FLV file of that length with the same kind of picture. Throws std::runtime_error.
void make_flv(const std::filesystem::path& file, std::chrono::seconds length);

} // namespace rtmpt_proxy::test
