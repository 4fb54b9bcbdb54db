// SPDX-License-Identifier: Apache-2.0
// Handshakes on a loop that has streams.
#include "busy_stream.hpp"
#include "gateway/relay/handshake_queue.hpp"
#include "gateway/relay/inner_sessions.hpp"
#include "gateway/relay/relay_tail.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using rtmpt_proxy::test::BusyStream;

namespace {

// Makes so many steps, each when it is its turn.
class Steps final : public Handshaker, public std::enable_shared_from_this<Steps> {
 public:
  Steps(HandshakeQueue& queue, std::string address, int left, std::function<void(const std::string&)> made)
      : queue_(queue), address_(std::move(address)), left_(left), made_(std::move(made)) {}

  void wait() { queue_.add(address_, weak_from_this()); }

  bool make_step() override {
    if (left_ == 0) return false;
    made_(address_);
    if (--left_ > 0) wait();
    return true;
  }

 private:
  HandshakeQueue& queue_;
  const std::string address_;
  int left_;
  const std::function<void(const std::string&)> made_;
};

} // namespace

TEST_CASE("However many handshakes wait, a stream waits for one step at most", "[relay]") {
  boost::asio::io_context loop{1};
  HandshakeQueue queue(loop);
  constexpr int kClients = 1000;
  constexpr int kStepsOfEach = 2;
  std::vector<std::shared_ptr<Steps>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_shared<Steps>(queue, "192.0.2.1", kStepsOfEach, [](const std::string&) {}));
    clients.back()->wait();
  }
  std::vector<std::unique_ptr<BusyStream>> streams;
  for (int i = 0; i < 3; ++i)
    streams.push_back(std::make_unique<BusyStream>(loop, queue));
  while (queue.steps() < kClients * kStepsOfEach)
    REQUIRE(loop.run_one() == 1);
  for (const auto& stream : streams) {
    CHECK(stream->most_steps() == 1);
    CHECK(stream->turns() + 2 >= kClients * kStepsOfEach);
  }
}

TEST_CASE("Addresses take turns with their handshakes", "[relay]") {
  boost::asio::io_context loop{1};
  HandshakeQueue queue(loop);
  std::string order;
  const auto client = [&](const std::string& address, int steps) {
    auto made = std::make_shared<Steps>(queue, address, steps, [&order](const std::string& of) { order += of; });
    made->wait();
    return made;
  };
  std::vector<std::shared_ptr<Steps>> clients;
  for (int i = 0; i < 5; ++i)
    clients.push_back(client("a", 1));
  clients.push_back(client("b", 2));
  clients.push_back(client("c", 1));
  loop.run();
  CHECK(order == "abcabaaa");
}

TEST_CASE("Who is gone, or has nothing to do any more, costs no turn", "[relay]") {
  boost::asio::io_context loop{1};
  HandshakeQueue queue(loop);
  std::string order;
  const auto note = [&order](const std::string& address) { order += address; };
  auto gone = std::make_shared<Steps>(queue, "a", 1, note);
  const auto idle = std::make_shared<Steps>(queue, "a", 0, note);
  const auto last = std::make_shared<Steps>(queue, "b", 1, note);
  gone->wait();
  idle->wait();
  last->wait();
  gone.reset();
  loop.run();
  CHECK(order == "b");
  CHECK(queue.steps() == 1);
}

TEST_CASE("The tail of what a client has sent reaches back as far as it says, and no further", "[relay]") {
  InputBudget budget;
  RelayTail tail(budget);
  CHECK(tail.behind(0) == "");
  CHECK_FALSE(tail.behind(1));
  tail.add("abcdef");
  CHECK(tail.behind(0) == "abcdef");
  CHECK(tail.behind(4) == "ef");
  CHECK(tail.behind(6) == "");
  CHECK_FALSE(tail.behind(7));
  std::string all = "abcdef";
  for (std::size_t i = 0; i < 1'000; ++i) {
    const std::string piece(1 + i * 37 % 997, static_cast<char>('a' + i % 26));
    tail.add(piece);
    all += piece;
    REQUIRE(tail.total() == all.size());
    const std::uint64_t least = all.size() > RelayTail::kBytes ? all.size() - RelayTail::kBytes : 0;
    REQUIRE(tail.behind(least) == std::string_view(all).substr(least));
    REQUIRE(tail.behind(least).has_value());
    if (least > 0) REQUIRE_FALSE(tail.behind(least - 1));
  }
}

TEST_CASE("What all tails keep together is counted and limited", "[relay]") {
  InputBudget budget;
  const std::string piece(RelayTail::kBytes, 'x');
  {
    RelayTail tail(budget);
    tail.add("abc");
    tail.add(piece);
    CHECK(budget.held_bytes() >= piece.size());
    CHECK_FALSE(tail.is_empty());
    tail.forget();
    CHECK(tail.is_empty());
    CHECK(budget.held_bytes() < 100);
    CHECK(tail.behind(tail.total()) == "");
    CHECK_FALSE(tail.behind(tail.total() - 1));
    tail.add("def");
    CHECK(tail.behind(tail.total() - 2) == "ef");
    CHECK_FALSE(tail.behind(tail.total() - 4));
    std::vector<std::unique_ptr<RelayTail>> others;
    for (int i = 0; i < 1'000; ++i) {
      others.push_back(std::make_unique<RelayTail>(budget));
      others.back()->add(piece);
    }
    CHECK(budget.held_bytes() < InputBudget::kMostBytes + 4 * RelayTail::kBytes);
    CHECK_FALSE(others.back()->behind(others.back()->total() - 1)); // it came too late
    others.back()->add("few");
    CHECK(others.back()->behind(others.back()->total() - 3) == "few");
  }
  CHECK(budget.held_bytes() == 0);
}

TEST_CASE("The sessions of connections to httpd are bounded, and the one used longest ago goes first", "[relay]") {
  InnerSessions sessions;
  const auto terms = [](int number) {
    return InnerTerms{"id", std::to_string(number), {"TLSv1.3", "TLS_AES_128_GCM_SHA256"}, {}};
  };
  const auto session = [] { return InnerSession(SSL_SESSION_new(), SSL_SESSION_free); };
  const InnerSession first = session();
  sessions.keep(terms(0), first);
  for (int i = 1; i < static_cast<int>(InnerSessions::kMost); ++i)
    sessions.keep(terms(i), session());
  CHECK(sessions.find(terms(0)) == first);
  sessions.keep(terms(-1), session());
  CHECK(sessions.size() == InnerSessions::kMost);
  CHECK(sessions.find(terms(0)) == first);
  CHECK(sessions.find(terms(-1)));
  CHECK_FALSE(sessions.find(terms(1)));
  InnerTerms other = terms(0);
  other.facts.cipher = "TLS_AES_256_GCM_SHA384";
  CHECK_FALSE(sessions.find(other));
  other = terms(0);
  other.server_id = "another";
  CHECK_FALSE(sessions.find(other));
  const InnerSession newer = session();
  sessions.keep(terms(0), newer);
  CHECK(sessions.find(terms(0)) == newer);
  CHECK(sessions.size() == InnerSessions::kMost);
}
