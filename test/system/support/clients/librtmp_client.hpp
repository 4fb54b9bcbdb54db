// SPDX-License-Identifier: Apache-2.0
// librtmp's own client code (rtmpdump, GStreamer), by its API, one thread each.
#pragma once

#include "support/clients/flv.hpp"
#include "support/clients/librtmp_session.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace rtmpt_proxy::test {

// What has become of a client; read while it runs, too.
struct LibrtmpProgress {
  std::atomic<bool> streaming{false}; // connected, and the stream accepted
  std::atomic<bool> complete{false};  // ran for its whole time
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<int> tags{0};           // FLV tags: packets of sound, picture and data
  std::atomic<int> pictures{0};       // coded pictures among them
  std::atomic<int> longest_gap_ms{0}; // between two reads that brought something, or in one write
};

// Plays `url` (rtmp:// or rtmpt://) live for `length` from its own start on. `on_picture` is called in its thread.
class LibrtmpPlayer {
 public:
  LibrtmpPlayer(std::string url, std::chrono::milliseconds length, OnPicture on_picture = {});
  ~LibrtmpPlayer();
  LibrtmpPlayer(const LibrtmpPlayer&) = delete;
  LibrtmpPlayer& operator=(const LibrtmpPlayer&) = delete;

  // Waits for its end; librtmp's own timeout (15 s without a byte) bounds the wait. The destructor does not wait.
  const LibrtmpProgress& join();
  const LibrtmpProgress& progress() const { return progress_; }

 private:
  void run(std::string url, std::chrono::milliseconds length);
  void read(LibrtmpSession& session, std::chrono::milliseconds length);

  LibrtmpProgress progress_;
  OnPicture on_picture_;
  std::atomic<bool> stop_{false};
  LibrtmpInterrupt interrupt_;
  std::thread thread_;
};

// Publishes `tags`, over and over, in real time for `length`. The tags must outlive it.
class LibrtmpPublisher {
 public:
  LibrtmpPublisher(std::string url, const std::vector<FlvTag>& tags, std::chrono::milliseconds length);
  ~LibrtmpPublisher();
  LibrtmpPublisher(const LibrtmpPublisher&) = delete;
  LibrtmpPublisher& operator=(const LibrtmpPublisher&) = delete;

  const LibrtmpProgress& join();
  // Publishes no further tag, as if its time were over, and waits for its end.
  const LibrtmpProgress& finish();
  const LibrtmpProgress& progress() const { return progress_; }

 private:
  void run(std::string url, const std::vector<FlvTag>& tags, std::chrono::milliseconds length);

  LibrtmpProgress progress_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> has_enough_{false};
  std::thread thread_;
};

} // namespace rtmpt_proxy::test
