// SPDX-License-Identifier: Apache-2.0
// The gateway's way to an rtmps:// backend, and the leg to it, without a session.
#pragma once

#include "gateway/backends/backend_connector.hpp"
#include "gateway/backends/rtmps_backend.hpp"
#include "test/gateway/opening/opening_rig.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// What a connection asked for.
struct Attempt {
  std::string failure;
  gateway::BackendFault fault = gateway::BackendFault::none;
  bool timed_out = false;
};

// Stands for the stream: sends what `to_send` has, and takes up to `room_bytes` of what comes.
class TlsRig final : public gateway::BackendOwner {
  OpeningRig rig_;                                                   // before the legs, which live on its loop
  std::vector<std::unique_ptr<gateway::RtmpsBackend>> earlier_legs_; // of which handlers may still wait

 public:
  TlsRig();
  ~TlsRig();

  // The name by which the certificates of `pem` are trusted.
  static constexpr const char* kTrusted = "/etc/trusted.pem";
  void trust(const std::string& pem);

  // To `host`, trusting who stands in kTrusted. The test may change it.
  static protocol::Admission admission_to(const std::string& host, std::uint16_t port);

  // Connects; afterwards `leg` is there unless it failed.
  Attempt connect(const protocol::Admission& admission);

  bool runs_until(const std::function<bool()>& condition) { return rig_.runs_until(condition); }
  void send(std::string_view bytes);
  void give_room(std::size_t bytes);
  void finish();

  std::unique_ptr<gateway::RtmpsBackend> leg;
  bool looks = false;                // as a stream of a client of RTMP does, in place of reading
  std::string to_send;               // not taken yet
  std::string received;              // RTMP bytes, in their order
  std::optional<std::string> closed; // why, once it is

 private:
  void backend_readable() override;
  void backend_bytes(std::string_view bytes) override;
  void backend_pauses() override {}
  void backend_writable() override;
  void backend_closed(std::string_view reason) override { closed = reason; }
  void settled() override;
  std::shared_ptr<void> keep() override;

  std::size_t offers_ = 0;
  std::size_t room_bytes_ = SIZE_MAX;
};

} // namespace rtmpt_proxy::test
