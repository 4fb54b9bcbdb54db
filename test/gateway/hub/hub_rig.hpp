// SPDX-License-Identifier: Apache-2.0
// A hub on two event loops, which the test runs by itself, one after the other.
#pragma once

#include "gateway/hub/hub_leg.hpp"
#include "test/unit/protocol/server/server_talk.hpp"

#include <boost/asio/io_context.hpp>
#include <spdlog/logger.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// One loop of the gateway, as far as the hub knows it.
struct HubLoopRig {
  explicit HubLoopRig(gateway::HubStreams& streams);
  ~HubLoopRig();

  boost::asio::io_context io;
  std::shared_ptr<spdlog::logger> log;
  gateway::LoopTimer timer{io};
  gateway::DescriptorBudget descriptors;
  gateway::LoopServices services{io, timer, *log, descriptors};
  std::shared_ptr<gateway::HubLoop> hub;
};

struct HubRig {
  gateway::HubStreams streams;
  HubLoopRig first{streams};
  HubLoopRig second{streams};

  // Runs what is ready on both loops, until nothing is.
  void run();
  // The same on the first loop alone.
  void run_first();
  // The same, again and again, until `done`; throws std::runtime_error after half a minute.
  template <class Done>
  void run_until(const Done& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (run(); !done(); run())
      check(deadline);
  }

 private:
  static void check(std::chrono::steady_clock::time_point deadline);
};

// A client of the hub with the client leg in front of it, in the test's words.
class HubClient final : public gateway::BackendOwner {
 public:
  static constexpr std::size_t kRoomBytes = std::size_t{1} << 20;

  HubClient(HubLoopRig& loop, gateway::HubTerms terms, std::size_t room_bytes = kRoomBytes);
  ~HubClient();

  // What the hub does not take at once waits.
  void send(std::string_view bytes);
  std::size_t unsent_bytes() const { return unsent_.size(); }
  // The client leg keeps them until the hub asks for them.
  void send_when_asked(std::string_view bytes);
  // The client takes so many of the bytes that the client leg has; by default all of them.
  void take(std::size_t bytes = kRoomBytes);
  // From now on it takes nothing by itself.
  void stop_taking() { takes_all_ = false; }

  ServerListener heard;
  bool is_closed = false;
  std::string reason; // why the leg has closed itself

  gateway::HubLeg& leg() { return **leg_; }

 private:
  void backend_readable() override { leg().look(); }
  void backend_bytes(std::string_view bytes) override;
  void backend_pauses() override {}
  void backend_writable() override;
  void backend_closed(std::string_view why) override;
  void settled() override;
  std::shared_ptr<void> keep() override { return leg_; }

  const std::size_t room_bytes_;
  std::string untaken_;
  std::string unsent_;
  bool takes_all_ = true;
  std::shared_ptr<std::unique_ptr<gateway::HubLeg>> leg_; // handlers that wait keep it
};

// What a client of this address has.
gateway::HubTerms hub_terms(std::string_view address = "192.0.2.1", std::string_view hub = "hub");

} // namespace rtmpt_proxy::test
