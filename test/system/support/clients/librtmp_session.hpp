// SPDX-License-Identifier: Apache-2.0
// librtmp's RTMP object with an owner.
#pragma once

#include <librtmp/rtmp.h>

#include <memory>
#include <mutex>
#include <string>

namespace rtmpt_proxy::test {

enum class LibrtmpRole { player, publisher };

// One RTMP object; librtmp keeps pointers into the URL, so both live together.
class LibrtmpSession {
 public:
  explicit LibrtmpSession(std::string url);
  ~LibrtmpSession();
  LibrtmpSession(const LibrtmpSession&) = delete;
  LibrtmpSession& operator=(const LibrtmpSession&) = delete;

  // Connects and has the stream accepted; false when either fails.
  bool begin(LibrtmpRole role);

  RTMP* get() { return rtmp_; }

 private:
  std::string url_;
  RTMP* rtmp_;
};

// Lets another thread end a session's wait for a server that says nothing more.
class LibrtmpInterrupt {
 public:
  // The session's thread: reads and writes of this session can be interrupted from now on, or, with null, no longer
  // (its socket is about to be closed, and the number may be another's then).
  void watch(LibrtmpSession* session);

  // The other thread: every read and write fails from now on.
  void interrupt();

 private:
  std::mutex mutex_;
  LibrtmpSession* session_ = nullptr;
};

} // namespace rtmpt_proxy::test
