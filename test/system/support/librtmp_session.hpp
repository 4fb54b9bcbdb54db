// librtmp's RTMP object with an owner.
#pragma once

#include <librtmp/rtmp.h>

#include <memory>
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

} // namespace rtmpt_proxy::test
