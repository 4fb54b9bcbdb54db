// SPDX-License-Identifier: Apache-2.0
// A publisher of a hub that sends a few bytes, for tests that look at no picture.
#pragma once

#include "support/clients/rtmp_client.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

class HubPublisher {
 public:
  // Publishes, and waits until the hub says so. Throws TimedOut, std::runtime_error.
  HubPublisher(const Endpoint& endpoint, const std::string& app, const std::string& name);

  // Metadata, sequence headers of H.264 and AAC, and a key frame.
  void send_media(int width, int height, double frame_rate);
  // A key frame and the pictures behind it, each of that size.
  static constexpr int kPicturesOfKeyFrame = 5;
  void send_key_frame(std::size_t bytes_of_picture);
  // Some sound: a publisher that sends nothing is ended after a while.
  void stay();
  // A key frame with these bytes behind its head.
  void send_picture(std::string_view bytes);

 private:
  RtmpClient client_;
  std::uint32_t time_ = 0;
};

// A viewer by RTMP, from when the hub has taken it.
class HubViewer {
 public:
  HubViewer(const Endpoint& endpoint, const std::string& app, const std::string& name);

  // What has come with the hub's answers.
  const std::string& heard() const { return heard_; }
  // What comes next, at least one byte. Throws TimedOut, std::runtime_error when the hub ends the connection.
  std::string receive();

 private:
  RtmpClient client_;
  std::string heard_;
};

} // namespace rtmpt_proxy::test
