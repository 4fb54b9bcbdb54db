// SPDX-License-Identifier: Apache-2.0
// The whole way of a tunnel request through the gateway but for the system calls: the HTTP reader, the target, the
// session, the head of the answer.
#pragma once

#include "gateway/http/request_reader.hpp"
#include "gateway/session/exchange.hpp"
#include "gateway/session/session.hpp"

#include <rtmpt_proxy/protocol/rtmpt/http_reply.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::bench {

// Writes the answer's head, as a connection does before its write, and counts.
class CountingExchange final : public gateway::Exchange {
 public:
  void answer(const gateway::Answer& answer) override;
  bool can_take_data() const override { return true; }

  std::uint64_t answers = 0;
  std::uint64_t body_bytes = 0; // without the polling interval
  std::uint64_t head_bytes = 0;
};

class DevouringBackend final : public gateway::BackendPort {
 public:
  std::size_t write(const gateway::Pieces& bytes) override { return gateway::size_of(bytes); }
};

// One session that holds no idle and gathers nothing, and one connection.
class IdlePath {
 public:
  IdlePath();

  // The text of the next idle, as librtmp sends it. Valid until the next call.
  std::string_view next_request();

  // Feeds it. Throws std::logic_error when that was not one whole request.
  void serve(std::string_view request);

  // `bytes` wait for the next idle. At most the session's buffer.
  void from_backend(std::string_view bytes) { session_.from_backend(bytes, now_); }

  const CountingExchange& exchange() const { return exchange_; }

 private:
  gateway::TimePoint now_ = gateway::TimePoint() + std::chrono::hours(1);
  DevouringBackend backend_;
  CountingExchange exchange_;
  gateway::Session session_;
  gateway::HttpRequestReader reader_;
  std::uint32_t number_ = 0;
  std::string request_;
};

} // namespace rtmpt_proxy::bench
