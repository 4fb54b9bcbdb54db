// SPDX-License-Identifier: Apache-2.0
// A session between a backend and exchanges that only write down what they are told, under a clock that the test moves.
#pragma once

#include "gateway/session/session.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

using namespace std::chrono_literals;

// Takes as many bytes as it was told to, then nothing.
class FakeBackend final : public gateway::BackendPort {
 public:
  std::size_t write(const gateway::Pieces& bytes) override;
  gateway::TimePoint held_until() const override { return held; }

  gateway::TimePoint held = gateway::TimePoint::min();
  std::size_t takes_bytes = std::numeric_limits<std::size_t>::max();
  std::string received;
};

// What one request was answered. The body is copied while it is valid.
class FakeExchange final : public gateway::Exchange {
 public:
  void answer(const gateway::Answer& answer) override;
  bool can_take_data() const override { return takes_data; }
  void body_may_go_on() override { ++calls_for_more; }

  bool is_answered() const { return answers == 1; }
  // 200 with the polling byte first, as a client reads it; "404" and the like otherwise; "-" before the answer.
  std::string text() const;

  bool takes_data = true;
  int answers = 0;
  int calls_for_more = 0;
  std::uint16_t status = 0;
  bool close = false;
  std::optional<std::uint8_t> polling_interval;
  std::string body;
};

// What a virtual host without settings has.
protocol::SessionTerms usual_terms();
// The same with a buffer of so many bytes.
protocol::SessionTerms small_buffer(std::uint32_t buffer_bytes);

class SessionRig {
 public:
  // Terms of one request.
  struct Terms {
    bool takes_data = true;
    std::chrono::milliseconds hold_limit = std::chrono::milliseconds::max();
    std::optional<std::chrono::milliseconds> wait_limit;
  };

  explicit SessionRig(const protocol::SessionTerms& terms = usual_terms());
  // Checks that nobody was answered twice.
  ~SessionRig();
  SessionRig(const SessionRig&) = delete;
  SessionRig& operator=(const SessionRig&) = delete;

  // A request arrives now. The exchange lives as long as the rig.
  FakeExchange& send(std::uint32_t number, std::string_view body) { return send(number, body, Terms()); }
  FakeExchange& send(std::uint32_t number, std::string_view body, const Terms& terms);
  // A send whose body follows.
  FakeExchange& begin_send(std::uint32_t number) { return begin_send(number, Terms()); }
  FakeExchange& begin_send(std::uint32_t number, const Terms& terms);
  // More of its body: as much as there is room for, which is returned.
  std::size_t give(const FakeExchange& exchange, std::string_view bytes);
  void end_body(const FakeExchange& exchange);
  FakeExchange& idle(std::uint32_t number) { return idle(number, Terms()); }
  FakeExchange& idle(std::uint32_t number, const Terms& terms);
  FakeExchange& close(std::optional<std::uint32_t> number = {});

  void hurry(const FakeExchange& exchange);
  void hurry_for_poll(const FakeExchange& exchange);
  void forget(const FakeExchange& exchange);
  void leave(); // a connection that joined

  // Bytes from the backend; there must be room.
  void from_backend(std::string_view bytes);
  // The backend takes `count` bytes more, and the session is told as long as it wants to be.
  void backend_takes(std::size_t count);
  void backend_closes();

  // Time goes by; the session's deadlines are met one by one, as a timer does.
  void pass(std::chrono::milliseconds duration);

  gateway::TimePoint now() const { return now_; }

  FakeBackend backend;

 private:
  FakeExchange& request(gateway::SessionRequest request, const Terms& terms);
  // After every event: a deadline must lie ahead, else a timer would spin.
  void settle();

  gateway::TimePoint now_ = gateway::TimePoint() + 1h;
  std::deque<FakeExchange> exchanges_;

 public:
  gateway::Session session;
};

// `count` bytes that tell their place, so that a lost, doubled or moved one shows.
std::string stream_bytes(std::size_t count, std::uint64_t from = 0);

} // namespace rtmpt_proxy::test
