// SPDX-License-Identifier: Apache-2.0
// Requests, connections, the backend and time in any order: each byte pair is one event. Both streams stay in order
// and whole, a repeat gets its first reply, everybody is answered once, and no timer spins.
#include "gateway/session/session.hpp"

#include "require.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <string>

using namespace rtmpt_proxy::gateway;
using rtmpt_proxy::protocol::TunnelRequestKind;
using rtmpt_proxy::test::require;

namespace {

constexpr std::size_t kBufferBytes = 150;

// A number is always the same request.
TunnelRequestKind kind_of(std::uint8_t number) {
  if (number % 64 == 63) return TunnelRequestKind::close;
  return number % 3 == 0 ? TunnelRequestKind::idle : TunnelRequestKind::send;
}

// The body of a send is its number, over and over; one number in 16 has an empty body.
std::string body_of(std::uint8_t number) {
  if (number % 16 == 5) return {};
  return std::string(1U + number * 37U % 400U, static_cast<char>(number));
}

struct Backend final : BackendPort {
  std::size_t write(const Pieces& bytes) override {
    const std::string all = std::string(bytes[0]) + std::string(bytes[1]);
    const std::size_t count = std::min(all.size(), takes_bytes);
    takes_bytes -= count;
    received += all.substr(0, count);
    return count;
  }
  std::size_t takes_bytes = 0;
  std::string received;
};

// What the client has been told: the stream, which counts up, and the reply to each number.
struct Client {
  void told(std::uint8_t number, const Answer& answer) {
    const std::string body = std::string(answer.body[0]) + std::string(answer.body[1]);
    if (answer.status != 200 || (answer.close && body.empty())) return;
    if (const auto [first, is_first] = replies.emplace(number, body); !is_first)
      return require(first->second == body, "a repeat gets its first reply");
    for (const char byte : body)
      require(byte == static_cast<char>(position++), "the client's bytes come in order");
  }
  std::map<std::uint8_t, std::string> replies;
  std::uint64_t position = 0;
};

struct Request final : Exchange {
  Request(Client& the_client, std::uint8_t the_number) : client(the_client), number(the_number) {}
  void answer(const Answer& answer) override {
    require(awaited, "a request is answered once, and not after it was forgotten");
    awaited = false;
    if (!is_close) client.told(number, answer);
  }
  bool can_take_data() const override { return takes_data; }
  Client& client;
  std::uint8_t number;
  bool awaited = true;
  bool takes_data = true;
  bool is_close = false;
  bool body_comes = false; // what is left of it is still with the client
  std::size_t given_bytes = 0;
};

class Run {
 public:
  void event(std::uint8_t kind, std::uint8_t value) {
    switch (kind % 8) {
    case 0:
    case 1: request(value, kind); break;
    case 2: pass(std::chrono::milliseconds(value * (kind & 8 ? 100 : 1))); break;
    case 3: from_backend(value); break;
    case 4: backend_takes(value); break;
    case 5: kind & 8 ? give(value, kind) : forget(value); break;
    case 6: connection(kind, value); break;
    default: rare(kind); break;
    }
    settle();
    require(session_.storage_bytes() <= 64U << 10, "memory stays bounded");
  }

  // Left alone, the session comes to an end and has answered everybody.
  void end() {
    for (std::size_t i = 0; i < requests_.size(); ++i)
      if (requests_[i].body_comes) forget(i); // a carrier does not wait for ever
    for (int i = 0; i < 200 && !session_.ended(); ++i)
      pass(std::chrono::minutes(1));
    require(session_.ended(), "a session that is left alone ends");
    backend_takes(255);
    check_backend();
    const bool awaited =
        std::any_of(requests_.begin(), requests_.end(), [](const Request& one) { return one.awaited; });
    require(!awaited, "everybody is answered");
  }

 private:
  void request(std::uint8_t number, std::uint8_t how) {
    Request& exchange = requests_.emplace_back(client_, number);
    exchange.takes_data = (how & 16) == 0;
    SessionRequest next;
    next.kind = kind_of(number);
    exchange.is_close = next.kind == TunnelRequestKind::close;
    const std::string body = next.kind == TunnelRequestKind::send ? body_of(number) : std::string();
    next.sequence_number = number;
    exchange.body_comes = next.body_follows = (how & 8) != 0 && next.kind == TunnelRequestKind::send;
    if (!next.body_follows) next.body = body;
    if (how & 32) next.wait_limit = std::chrono::milliseconds(700);
    if (how & 64) next.hold_limit = std::chrono::milliseconds(how & 128 ? 0 : 50);
    session_.request(next, exchange, now_);
  }
  void close_without_number() {
    Request& exchange = requests_.emplace_back(client_, std::uint8_t{0});
    exchange.is_close = true;
    SessionRequest last;
    last.kind = TunnelRequestKind::close;
    session_.request(last, exchange, now_);
  }
  void from_backend(std::uint8_t count) {
    std::string bytes;
    while (bytes.size() < std::min<std::size_t>(count, session_.backend_room_bytes()))
      bytes += static_cast<char>(said_bytes_++);
    session_.from_backend(bytes, now_);
  }
  void backend_takes(std::uint8_t count) {
    backend_.takes_bytes = count;
    if (session_.bytes_for_backend() > 0) session_.backend_writable(now_);
    backend_.takes_bytes = count % 2 * 1000U;
  }
  // More of the body of a send, and its end after the last of it.
  void give(std::uint8_t value, std::uint8_t how) {
    if (requests_.empty()) return;
    Request& exchange = requests_[value % requests_.size()];
    if (!exchange.body_comes) return;
    const std::string body = body_of(exchange.number);
    std::string piece = body.substr(exchange.given_bytes, 1U + (how >> 4) * 20U);
    piece.resize(std::min(piece.size(), session_.body_room_bytes(exchange)));
    session_.take_body(exchange, piece, now_);
    exchange.given_bytes += piece.size();
    if (exchange.given_bytes < body.size()) return;
    exchange.body_comes = false;
    session_.end_body(exchange, now_);
  }
  void forget(std::size_t value) {
    if (requests_.empty()) return;
    Request& exchange = requests_[value % requests_.size()];
    exchange.body_comes = false;
    if (!exchange.awaited) return;
    session_.forget(exchange, now_);
    exchange.awaited = false;
  }
  void connection(std::uint8_t kind, std::uint8_t value) {
    if (kind & 8 && !requests_.empty()) {
      const Request& one = requests_[value % requests_.size()];
      return kind & 32 ? session_.hurry_for_poll(one, now_) : session_.hurry(one, now_);
    }
    if (kind & 16 || connections_ == 0) {
      ++connections_;
      return session_.connection_joined();
    }
    --connections_;
    session_.connection_left(now_);
  }
  void rare(std::uint8_t kind) {
    if ((kind & 0x38) == 0x10) return session_.used_without_connection();
    if ((kind & 0x38) == 0x18) return close_without_number();
    if ((kind & 0x38) == 0x20) session_.backend_closed(now_);
  }

  void pass(std::chrono::milliseconds duration) {
    const TimePoint end = now_ + duration;
    for (int i = 0; session_.next_deadline() <= end; ++i) {
      require(i < 10'000, "deadlines do not come without end");
      now_ = std::max(now_, session_.next_deadline());
      session_.on_time(now_);
      require(session_.next_deadline() > now_, "the next deadline is ahead");
    }
    now_ = end;
  }
  void settle() { pass({}); }

  // Sends arrive in the order of their numbers, each whole but perhaps the last.
  void check_backend() const {
    const std::string& received = backend_.received;
    for (std::size_t at = 0; at < received.size();) {
      const auto number = static_cast<std::uint8_t>(received[at]);
      const std::string body = body_of(number);
      const std::string_view piece = std::string_view(received).substr(at, body.size());
      require(kind_of(number) == TunnelRequestKind::send && body.starts_with(piece), "the backend gets whole bodies");
      at += piece.size();
      require(at == received.size() || static_cast<std::uint8_t>(received[at]) > number, "in order, each once");
    }
  }

  Backend backend_;
  Client client_;
  std::deque<Request> requests_;
  TimePoint now_ = TimePoint() + std::chrono::hours(1);
  std::size_t connections_ = 0;
  std::uint64_t said_bytes_ = 0;
  Session session_{{.buffer_bytes = kBufferBytes}, backend_, now_};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run run;
  for (std::size_t i = 0; i + 1 < size; i += 2)
    run.event(data[i], data[i + 1]);
  run.end();
  return 0;
}
