// SPDX-License-Identifier: Apache-2.0
// Clients of an EchoServer: every byte that they send must come back, once and in its place.
#pragma once

#include "life/lasting/lasting_stream.hpp"
#include "support/clients/rtmp_client.hpp"
#include "support/clients/tunnel_client.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// What was sent and has not come back yet.
class EchoLedger {
 public:
  void sent(std::string_view bytes);
  // Throws std::runtime_error when it is something else.
  void came(std::string_view bytes);

  std::size_t waiting() const { return waiting_.size(); }
  std::uint64_t sent_bytes() const { return sent_bytes_; }
  std::uint64_t came_bytes() const { return came_bytes_; }

 private:
  std::string waiting_;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t came_bytes_ = 0;
};

// Publishes by RTMP.
class RtmpEcho final : public StreamWork {
 public:
  // `tc_url`: none when empty.
  RtmpEcho(const Endpoint& endpoint, std::uint32_t seed, const std::string& app, const std::string& tc_url);

  void turn() override;
  void finish() override { await_echo(0); }
  std::uint64_t done() const override { return echo_.came_bytes(); }

 private:
  void await_echo(std::size_t most_waiting);

  RtmpClient client_;
  EchoLedger echo_;
  std::uint32_t seed_;
};

// What a client of RTMPT does when its connection breaks.
enum class OnBrokenConnection {
  give_up, // fails
  repeat,  // sends the request once more, by another connection
};

// Sends and polls by RTMPT.
class TunnelEcho final : public StreamWork {
 public:
  // `headers` as those of TunnelClient.
  TunnelEcho(const Endpoint& endpoint, const std::string& headers, std::uint32_t seed, OnBrokenConnection what);

  void turn() override;
  void finish() override;
  std::uint64_t done() const override { return echo_.came_bytes(); }

 private:
  void exchange(std::string_view kind, std::string_view body);
  std::string answer_to(const std::string& request);
  std::optional<HttpResponse> try_exchange(const std::string& request, Deadline deadline);
  void await_echo(std::size_t most_waiting);

  TunnelClient client_;
  EchoLedger echo_;
  std::uint32_t seed_;
  OnBrokenConnection what_;
};

} // namespace rtmpt_proxy::test
