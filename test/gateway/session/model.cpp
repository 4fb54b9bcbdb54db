// SPDX-License-Identifier: Apache-2.0
// A client, a backend and a network of the worst habits, at random: both streams must come through byte by byte.
#include "session_rig.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace rtmpt_proxy::test;
using rtmpt_proxy::gateway::SessionEnd;
using rtmpt_proxy::protocol::SessionTerms;

namespace {

constexpr std::size_t kMostAhead = 12;
constexpr std::size_t kStreamBytes = 60'000;

SessionTerms terms_of(std::mt19937& random) {
  SessionTerms terms = usual_terms();
  terms.buffer_bytes = std::vector<std::uint32_t>{500, 4000, 1U << 20}[random() % 3];
  terms.gather = std::chrono::milliseconds(random() % 2 * 20);
  terms.idle_hold = std::chrono::milliseconds(random() % 3 * 250);
  return terms;
}

class Model {
 public:
  explicit Model(unsigned seed) : random_(seed), rig_(terms_of(random_)), next_number_(seed % 3) {
    rig_.backend.takes_bytes = 0;
  }

  void run() {
    // Who starts in disorder has no start that anybody else could know.
    make_request();
    deliver(0);
    for (int step = 0; sent_bytes_ < kStreamBytes || said_bytes_ < kStreamBytes; ++step) {
      if (step > 200'000) FAIL("the streams do not come to an end");
      act();
    }
    finish();
  }

 private:
  // A request as its client keeps it until it has the answer.
  struct Request {
    bool is_send = false;
    std::string body;
    std::vector<FakeExchange*> exchanges; // one for each time it was sent
  };

  // What of a send's body is still with the client.
  struct Body {
    std::uint32_t number;
    FakeExchange* exchange;
    std::string bytes;
    std::size_t given_bytes = 0;
  };

  std::size_t below(std::size_t limit) { return random_() % limit; }

  void act() {
    switch (below(10)) {
    case 0:
    case 1: return make_request();
    case 2:
    case 3: return deliver(below(16));
    case 4: return repeat();
    case 5: return backend_speaks();
    case 6: return rig_.backend_takes(below(3000));
    case 7:
    case 8: return give_body();
    default: return rig_.pass(std::chrono::milliseconds(below(40)));
    }
  }

  // The client makes its next request; the network may keep it back.
  void make_request() {
    if (next_number_ - first_unanswered() >= kMostAhead) return;
    Request request;
    request.is_send = below(3) > 0;
    if (request.is_send) {
      const std::size_t count = std::min(below(below(10) == 0 ? 3000 : 300), kStreamBytes - sent_bytes_);
      request.body = stream_bytes(count, sent_bytes_);
      sent_bytes_ += count;
    }
    requests_[next_number_] = request;
    on_the_way_.push_back(next_number_++);
  }

  // One of those on the way arrives.
  void deliver(std::size_t choice) {
    if (on_the_way_.empty()) return;
    const auto chosen = on_the_way_.begin() + static_cast<std::ptrdiff_t>(choice % on_the_way_.size());
    const std::uint32_t number = *chosen;
    on_the_way_.erase(chosen);
    arrive(number);
  }

  void arrive(std::uint32_t number) {
    Request& request = requests_.at(number);
    SessionRig::Terms terms;
    terms.takes_data = below(10) > 0;
    if (below(4) == 0) terms.wait_limit = std::chrono::milliseconds(below(300));
    if (below(4) == 0) terms.hold_limit = 0ms;
    const bool flows = request.is_send && !request.body.empty() && below(2) == 0;
    FakeExchange& exchange = flows             ? rig_.begin_send(number, terms)
                             : request.is_send ? rig_.send(number, request.body, terms)
                                               : rig_.idle(number, terms);
    request.exchanges.push_back(&exchange);
    if (flows) bodies_.push_back({number, &exchange, request.body});
    if (below(10) == 0) rig_.hurry(exchange);
  }

  // More of a body that is on its way, or its connection is gone.
  void give_body() {
    if (bodies_.empty()) return;
    const std::size_t choice = below(bodies_.size());
    Body& body = bodies_[choice];
    if (below(12) == 0 && !is_kind_) {
      if (body.exchange->answers == 0) lose(body);
    } else {
      body.given_bytes += rig_.give(*body.exchange, std::string_view(body.bytes).substr(body.given_bytes, below(800)));
      if (body.given_bytes < body.bytes.size()) return;
      rig_.end_body(*body.exchange);
    }
    bodies_.erase(bodies_.begin() + static_cast<std::ptrdiff_t>(choice));
  }

  // The client asks again on another connection.
  void lose(const Body& body) {
    rig_.forget(*body.exchange);
    const auto found = requests_.find(body.number);
    if (found == requests_.end()) return; // it had asked again already
    std::erase(found->second.exchanges, body.exchange);
    lost_.push_back(body.number);
  }

  // The client sends one again that it has sent already, answered or not.
  void repeat() {
    if (requests_.empty()) return;
    if (!lost_.empty()) {
      const auto found = requests_.find(lost_.back());
      lost_.pop_back();
      if (found != requests_.end() && answer(found->second) == nullptr) arrive(found->first);
      return;
    }
    // Told to come again, it does before long.
    for (const auto& [number, request] : requests_)
      if (!request.exchanges.empty() && request.exchanges.back()->status == 503 && answer(request) == nullptr)
        return arrive(number);
    const auto chosen = std::next(requests_.begin(), static_cast<std::ptrdiff_t>(below(requests_.size())));
    const bool is_under_way = std::find(on_the_way_.begin(), on_the_way_.end(), chosen->first) != on_the_way_.end();
    if (!is_under_way) arrive(chosen->first);
    forget_old();
  }

  void backend_speaks() {
    const std::size_t room = rig_.session.backend_room_bytes();
    const std::size_t count = std::min({below(1000), room, kStreamBytes - said_bytes_});
    rig_.from_backend(stream_bytes(count, said_bytes_));
    said_bytes_ += count;
  }

  // The answer to a request, if one came that the client understands; all such answers must be alike.
  const FakeExchange* answer(const Request& request) const {
    const FakeExchange* found = nullptr;
    for (const FakeExchange* exchange : request.exchanges) {
      // Closed: it was the connection that the client had given up.
      if (!exchange->is_answered() || exchange->status == 503 || exchange->close) continue;
      // Too old to be remembered, where the client has the answer already.
      if (exchange->status == 400 && found != nullptr) continue;
      if (exchange->status != 200) FAIL("answered " << exchange->status);
      if (found != nullptr && found->text() != exchange->text()) FAIL("a repeat was answered otherwise");
      found = exchange;
    }
    return found;
  }

  std::uint32_t first_unanswered() const {
    for (const auto& [number, request] : requests_)
      if (answer(request) == nullptr) return number;
    return next_number_;
  }

  // The client puts the answers together in the order of their numbers and forgets old requests.
  void forget_old() {
    const std::uint32_t unanswered = first_unanswered();
    while (!requests_.empty() && requests_.begin()->first + 2 < unanswered) {
      received_ += answer(requests_.begin()->second)->body;
      requests_.erase(requests_.begin());
    }
  }

  // Everything left comes through when the network is kind.
  void finish() {
    is_kind_ = true;
    rig_.backend_takes(10 * kStreamBytes);
    for (int round = 0; round < 100 && (first_unanswered() < next_number_ || received_bytes() < kStreamBytes);
         ++round) {
      while (!on_the_way_.empty())
        deliver(0);
      for (int i = 0; i < 1000 && !bodies_.empty(); ++i)
        give_body();
      for (auto& [number, request] : requests_)
        if (answer(request) == nullptr && !is_waiting(request)) again(number, request);
      rig_.pass(600ms);
      if (first_unanswered() == next_number_ && received_bytes() < kStreamBytes) ask_once_more();
      forget_old();
    }
    CHECK(received_bytes() == kStreamBytes);
    CHECK(rig_.session.counters().bytes_to_client == kStreamBytes);
    CHECK(rig_.session.end() == SessionEnd::none);
    REQUIRE(first_unanswered() == next_number_);
    while (!requests_.empty()) {
      received_ += answer(requests_.begin()->second)->body;
      requests_.erase(requests_.begin());
    }
    CHECK((received_ == stream_bytes(kStreamBytes)));
    CHECK((rig_.backend.received == stream_bytes(kStreamBytes)));
    CHECK(rig_.session.bytes_for_backend() == 0);
  }

  void ask_once_more() {
    requests_[next_number_] = {};
    on_the_way_.push_back(next_number_++);
  }
  void again(std::uint32_t number, Request& request) {
    request.exchanges.push_back(request.is_send ? &rig_.send(number, request.body) : &rig_.idle(number));
  }
  static bool is_waiting(const Request& request) {
    return !request.exchanges.empty() && request.exchanges.back()->answers == 0;
  }
  std::size_t received_bytes() const {
    std::size_t bytes = received_.size();
    for (const auto& [number, request] : requests_)
      if (const FakeExchange* found = answer(request)) bytes += found->body.size();
    return bytes;
  }

  std::mt19937 random_;
  SessionRig rig_;
  std::map<std::uint32_t, Request> requests_; // those the client may still repeat
  std::vector<std::uint32_t> on_the_way_;     // made, and not arrived for the first time
  std::vector<Body> bodies_;
  std::vector<std::uint32_t> lost_; // to be asked again
  bool is_kind_ = false;            // no connection is lost any more
  std::uint32_t next_number_;
  std::size_t sent_bytes_ = 0;
  std::size_t said_bytes_ = 0;
  std::string received_;
};

} // namespace

TEST_CASE("Both streams come through whatever client, network and backend do", "[session][model]") {
  const auto seed = GENERATE(range(1U, 61U));
  INFO("seed " << seed);
  Model(seed).run();
}
