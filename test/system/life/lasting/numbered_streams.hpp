// SPDX-License-Identifier: Apache-2.0
// Publishers and viewers of a hub: every picture has its publisher's number and its own, and a viewer must see each of
// a publisher from the first on that he sees.
#pragma once

#include "hub/flv_viewer.hpp"
#include "hub/hub_publisher.hpp"
#include "life/lasting/lasting_stream.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// Looks for the numbers of pictures in bytes that come in pieces.
class PictureNumbers {
 public:
  // Throws std::runtime_error when a picture is not the one behind the last, nor of another publisher.
  void feed(std::string_view bytes);

  std::uint64_t pictures() const { return pictures_; }

 private:
  void take(std::uint64_t publisher, std::uint64_t number);

  std::string unread_;
  std::optional<std::uint64_t> publisher_;
  std::uint64_t last_ = 0;
  std::uint64_t pictures_ = 0;
};

class NumberedPublisher final : public StreamWork {
 public:
  NumberedPublisher(const Endpoint& endpoint, const std::string& app, const std::string& name);

  void turn() override;
  std::uint64_t done() const override { return number_; }

 private:
  HubPublisher publisher_;
  const std::uint64_t own_number_;
  std::uint64_t number_ = 0;
};

// A viewer by RTMP.
class NumberedPlayer final : public StreamWork {
 public:
  NumberedPlayer(const Endpoint& endpoint, const std::string& app, const std::string& name);

  void turn() override;
  std::uint64_t done() const override { return numbers_.pictures(); }

 private:
  HubViewer viewer_;
  PictureNumbers numbers_;
};

// A viewer by HTTP or WebSocket.
class NumberedWatcher final : public StreamWork {
 public:
  // Throws std::runtime_error when the answer is a refusal.
  NumberedWatcher(const Endpoint& endpoint, const std::string& request);

  void turn() override;
  std::uint64_t done() const override { return numbers_.pictures(); }

 private:
  PictureNumbers numbers_;
  FlvViewer viewer_;
};

} // namespace rtmpt_proxy::test
