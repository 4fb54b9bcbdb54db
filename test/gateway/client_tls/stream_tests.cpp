// SPDX-License-Identifier: Apache-2.0
// The bytes of a client's TLS connection: both ways, in any amounts, and from one loop to another.
#include "gateway/tls/record_counter.hpp"
#include "tls_pair.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using gateway::ClientSocket;
using gateway::RecordCounter;
using gateway::TlsServerEnd;

namespace {

constexpr std::size_t kMuch = 1u << 20;

// The sizes of the whole records in a text of TLS, as they are on the wire.
std::vector<std::size_t> records_in(std::string_view ciphertext) {
  std::vector<std::size_t> sizes;
  RecordCounter counter;
  std::size_t size = 0;
  for (const char byte : ciphertext) {
    counter.feed({&byte, 1});
    ++size;
    if (counter.held_bytes() == 0) sizes.push_back(std::exchange(size, 0));
  }
  return sizes;
}

void make_small(int socket) {
  const int bytes = 32768; // with less, TCP waits before each segment
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

} // namespace

TEST_CASE("Where a record ends is known after each byte", "[client_tls]") {
  const std::string records = std::string("\x17\x03\x03\x00\x03"
                                          "abc",
                                          8) +
                              std::string("\x15\x03\x03\x01\x00", 5) + std::string(256, 'x') +
                              std::string("\x16\x03\x03\x00\x00", 5);
  const std::vector<std::size_t> ends{8, 8 + 5 + 256, 8 + 5 + 256 + 5};
  for (std::size_t cut = 0; cut <= records.size(); ++cut) {
    CAPTURE(cut);
    RecordCounter counter;
    counter.feed(std::string_view(records).substr(0, cut));
    std::size_t begin = 0;
    for (const std::size_t end : ends)
      if (end <= cut) begin = end;
    CHECK(counter.held_bytes() == cut - begin);
    const std::size_t end = *std::upper_bound(ends.begin(), ends.end(), cut == records.size() ? cut - 1 : cut);
    const std::size_t wanted = cut == records.size() ? 5 : (cut - begin < 5 ? begin + 5 - cut : end - cut);
    CHECK(counter.missing_bytes() == wanted);
    counter.feed(std::string_view(records).substr(cut));
    CHECK(counter.held_bytes() == 0);
  }
}

TEST_CASE("Many bytes go both ways at a time to a client that reads slowly, and each comes as it was", "[client_tls]") {
  TlsClientRules rules;
  rules.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const Wire wire = GENERATE(Wire::tcp, Wire::local);
  const std::size_t most_read = GENERATE(777u, 65536u);
  CAPTURE(rules.newest, wire == Wire::tcp, most_read);
  TlsPair pair(rules, sample_context(), wire);
  make_small(pair.peer.get());
  make_small(pair.served.socket.native_handle());
  pair.served.most_read_bytes = most_read;
  REQUIRE(pair.greet());
  const std::string there = many_bytes(kMuch);
  const std::string back(there.rbegin(), there.rend());
  for (std::size_t i = 0; i < there.size(); i += 50'000)
    pair.client.write(std::string_view(there).substr(i, 50'000));
  pair.served.send(back);
  CHECK(pair.served.to_send.size() > kMuch / 2); // the client has read nothing yet
  int turn = 0;
  CHECK(pair.runs_until([&] {
    pair.client_reads = ++turn % 3 == 0;
    return pair.client_received.size() >= back.size() && pair.served.received.size() >= there.size();
  }));
  CHECK((pair.client_received == back));
  CHECK((pair.served.received == there));
  CHECK(pair.served.to_send.empty());
  CHECK_FALSE(pair.served.end);
}

TEST_CASE("A write returns what has left, and keeps no more than it may", "[client_tls]") {
  TlsPair pair;
  make_small(pair.peer.get());
  make_small(pair.served.socket.native_handle());
  REQUIRE(pair.greet());
  pair.client_reads = false;
  const std::string bytes = many_bytes(kMuch);
  pair.served.send(bytes);
  std::size_t left = pair.served.to_send.size();
  CHECK(left < kMuch);
  CHECK(left > kMuch - (256u << 10));
  CHECK(pair.served.socket.has_unsent());
  // While the client reads nothing, nothing more is taken, however often it is tried.
  for (int i = 0; i < 100; ++i) {
    ClientSocket::ErrorCode error;
    const std::size_t count = pair.served.socket.write_some(boost::asio::buffer(pair.served.to_send), error);
    CHECK(count == 0);
    CHECK(error == boost::asio::error::would_block);
  }
  // What is counted as gone is never more than what the client gets.
  pair.client_reads = true;
  pair.runs_until([&] {
    CHECK(bytes.size() - pair.served.to_send.size() <= pair.client_received.size() + (600u << 10));
    return pair.client_received.size() == bytes.size();
  });
  CHECK((pair.client_received == bytes));
  CHECK_FALSE(pair.served.socket.has_unsent());
  ClientSocket::ErrorCode error;
  CHECK(pair.served.socket.write_some(boost::asio::const_buffer(), error) == 0);
  CHECK_FALSE(error);
}

TEST_CASE("Bytes in pieces of any sizes become one text", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  std::mt19937 random(7);
  std::string all;
  for (int round = 0; round < 300; ++round) {
    const std::string bytes = many_bytes(random() % 30'000);
    std::array<std::size_t, 2> cuts{random() % (bytes.size() + 1), random() % (bytes.size() + 1)};
    std::sort(cuts.begin(), cuts.end());
    const std::array<boost::asio::const_buffer, 3> pieces{
        boost::asio::buffer(bytes.data(), cuts[0]), boost::asio::buffer(bytes.data() + cuts[0], cuts[1] - cuts[0]),
        boost::asio::buffer(bytes.data() + cuts[1], bytes.size() - cuts[1])};
    ClientSocket::ErrorCode error;
    const std::size_t count = pair.served.socket.write_some(pieces, error);
    REQUIRE(count == bytes.size()); // the client reads them at once
    REQUIRE_FALSE(error);
    all += bytes;
    REQUIRE(pair.runs_until([&] { return pair.client_received.size() == all.size(); }));
  }
  CHECK((pair.client_received == all));
}

TEST_CASE("Head and body of a reply are one record, and a stream begins with small ones", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  const auto records_of = [&](const std::string& bytes) {
    const std::size_t before = pair.client.came().size();
    pair.served.send(bytes); // in three pieces
    REQUIRE(pair.client_gets(bytes));
    return records_in(std::string_view(pair.client.came()).substr(before));
  };
  CHECK(records_of("a reply's head, a polling byte and a body").size() == 1);
  const std::string much = many_bytes(TlsServerEnd::kSmallRecordsBytes);
  const auto beginning = records_of(much);
  CHECK(*std::max_element(beginning.begin(), beginning.end()) <= TlsServerEnd::kSmallRecordBytes + 29);
  CHECK(beginning.size() <= much.size() / TlsServerEnd::kSmallRecordBytes + 2);
  const auto later = records_of(many_bytes(4 * gateway::kTlsRecordBytes));
  CHECK(later.size() == 4);
  CHECK(*std::min_element(later.begin(), later.end()) > gateway::kTlsRecordBytes);
  std::this_thread::sleep_for(TlsServerEnd::kPause + 50ms); // the pause is the condition
  CHECK(records_of(many_bytes(gateway::kTlsRecordBytes)).size() > 10);
}

TEST_CASE("A connection goes to another loop in the middle of its bytes, and none is lost", "[client_tls]") {
  TlsPair pair;
  make_small(pair.peer.get());
  make_small(pair.served.socket.native_handle());
  REQUIRE(pair.greet());
  const std::string there = many_bytes(kMuch);
  const std::string back(there.rbegin(), there.rend());
  pair.client.write(std::string_view(there).substr(0, kMuch / 2));
  pair.client.write(std::string_view(there).substr(kMuch / 2));
  pair.served.most_read_bytes = 1000; // so that deciphered bytes wait
  pair.served.send(back);
  std::unique_ptr<TlsLoop> loop;
  std::unique_ptr<ServedClient> here; // on another loop each time
  ServedClient* now = &pair.served;
  std::string received;
  int moves = 0;
  CHECK(pair.runs_until([&] {
    if (loop) loop->run_now();
    if (now->received.size() > 20'000 && moves < 40) {
      auto next_loop = std::make_unique<TlsLoop>();
      auto next = std::make_unique<ServedClient>(next_loop->io(), now->detach());
      CHECK(next->socket.has_tls());
      CHECK_FALSE(now->socket.is_open());
      CHECK_FALSE(now->socket.has_tls());
      next->most_read_bytes = 1000;
      next->to_send = std::exchange(now->to_send, {});
      received += std::exchange(now->received, {});
      next->serve();
      if (loop) loop->run_now(); // the waits that were cancelled
      here = std::move(next);
      loop = std::move(next_loop);
      now = here.get();
      ++moves;
    }
    return received.size() + now->received.size() >= there.size() && pair.client_received.size() >= back.size();
  }));
  CHECK(moves >= 10);
  CHECK((received + now->received == there));
  CHECK((pair.client_received == back));
}

TEST_CASE("A wait for bytes that TLS holds already is over at once, and can be cancelled", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  pair.served.reads = false;
  pair.client.write("one");
  REQUIRE(pair.runs_until([&] { return pair.served.received == "one"; }));
  pair.client.write("two three");
  REQUIRE(pair.client.carry(pair.peer.get()));
  std::string first(3, '\0');
  ClientSocket::ErrorCode error;
  std::size_t count = 0;
  pair.runs_until(
      [&] { return count > 0 || (count = pair.served.socket.read_some(boost::asio::buffer(first), error)) > 0; });
  REQUIRE(first == "two");
  std::vector<ClientSocket::ErrorCode> told;
  const auto wait = [&] {
    pair.served.socket.async_wait(ClientSocket::wait_read,
                                  [&told](const ClientSocket::ErrorCode& failed) { told.push_back(failed); });
  };
  wait();
  CHECK(told.empty()); // not within the call
  pair.served.socket.cancel(error);
  pair.loop.run_now();
  REQUIRE(told.size() == 1);
  CHECK(told[0] == boost::asio::error::operation_aborted);
  wait();
  pair.loop.run_now();
  REQUIRE(told.size() == 2);
  CHECK_FALSE(told[1]);
  std::string rest(100, '\0');
  CHECK(pair.served.socket.read_some(boost::asio::buffer(rest), error) == 6);
  wait();
  pair.loop.run_now();
  CHECK(told.size() == 2); // now there is nothing
  pair.served.socket.close(error);
  pair.loop.run_now();
  REQUIRE(told.size() == 3);
  CHECK(told[2] == boost::asio::error::operation_aborted);
}
