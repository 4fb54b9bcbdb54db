// SPDX-License-Identifier: Apache-2.0
// The bytes between a stream and its rtmps:// backend.
#include "test/support/deadline.hpp"
#include "tls_rig.hpp"
#include "tls_server.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <random>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMuch = 12u << 20; // more than the kernel keeps for two sockets

const KeyPair& pair_of_server() {
  static const KeyPair pair = self_signed("me", "IP:127.0.0.1");
  return pair;
}

std::string random_text(std::size_t bytes) {
  std::mt19937_64 random(20261129); // the same each time
  std::string text(bytes, '\0');
  for (char& one : text)
    one = static_cast<char>(random());
  return text;
}

void connect(TlsRig& rig, const TlsServer& server) {
  rig.trust(pair_of_server().pem());
  REQUIRE(rig.connect(TlsRig::admission_to("127.0.0.1", server.port())).failure.empty());
}

} // namespace

TEST_CASE("Many bytes go through both ways at a time, and each comes as it was", "[tls]") {
  const int newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(newest);
  const std::string bytes = random_text(kMuch);
  // The server writes in a thread of its own while it reads: neither side waits for the other.
  std::promise<std::string> arrived;
  const TlsServer server(
      pair_of_server(),
      [&](TlsPeer& peer) {
        if (!peer.handshake()) return;
        std::string all;
        while (all.size() < kMuch) {
          const std::string more = peer.read();
          if (more.empty() || !peer.write(more)) break;
          all += more;
        }
        arrived.set_value(std::move(all));
        peer.read();
      },
      newest);
  TlsRig rig;
  connect(rig, server);
  for (std::size_t at = 0; at < bytes.size(); at += 1000003) { // not a multiple of a record
    rig.send(std::string_view(bytes).substr(at, 1000003));
    rig.runs_until([&] { return rig.to_send.size() < 2000000; });
  }
  CHECK(rig.runs_until([&] { return rig.received.size() == bytes.size(); }));
  CHECK((rig.received == bytes));
  auto future = arrived.get_future();
  REQUIRE(future.wait_for(kPatience) == std::future_status::ready);
  CHECK((future.get() == bytes));
  CHECK_FALSE(rig.closed);
}

TEST_CASE("A backend that does not read slows its stream down, and gets every byte when it reads again", "[tls]") {
  const std::string bytes = random_text(kMuch);
  std::promise<void> may_read;
  std::promise<std::string> arrived;
  const TlsServer server(pair_of_server(), [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    may_read.get_future().wait_for(kPatience);
    arrived.set_value(peer.read_all(bytes.size()));
  });
  TlsRig rig;
  connect(rig, server);
  rig.send(bytes);
  std::size_t before = 0;
  do { // until nothing more goes
    before = rig.to_send.size();
    const auto until = std::chrono::steady_clock::now() + 200ms;
    rig.runs_until([&] { return std::chrono::steady_clock::now() >= until; });
  } while (rig.to_send.size() < before);
  CHECK(rig.to_send.size() > 0);
  may_read.set_value();
  auto future = arrived.get_future();
  CHECK(rig.runs_until([&] { return future.wait_for(0s) == std::future_status::ready; }));
  CHECK(rig.to_send.empty());
  CHECK((future.get() == bytes));
}

TEST_CASE("A stream without room slows its backend down, and gets every byte when it has room again", "[tls]") {
  const std::string bytes = random_text(kMuch);
  std::atomic<bool> written{false};
  const TlsServer server(pair_of_server(), [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.read(1);
    written = peer.write(bytes);
    peer.read();
  });
  TlsRig rig;
  connect(rig, server);
  rig.give_room(1000);
  rig.send("x");
  CHECK(rig.runs_until([&] { return rig.received.size() == 1000; }));
  const auto until = std::chrono::steady_clock::now() + 200ms;
  rig.runs_until([&] { return std::chrono::steady_clock::now() >= until; });
  CHECK(rig.received.size() == 1000);
  CHECK_FALSE(written);
  CHECK(rig.leg->is_readable());
  CHECK(rig.leg->readable_bytes() > 0);
  // Room for less than a record: the rest of the record is kept by TLS, where no socket tells of it.
  for (int i = 0; i < 100; ++i) {
    const std::size_t had = rig.received.size();
    rig.give_room(100);
    CHECK(rig.runs_until([&] { return rig.received.size() == had + 100; }));
  }
  while (rig.received.size() < bytes.size()) {
    const std::size_t had = rig.received.size();
    rig.give_room(300000);
    REQUIRE(rig.runs_until([&] { return rig.received.size() > had; }));
  }
  CHECK((rig.received == bytes));
  CHECK(happens([&] { return written.load(); }));
}

TEST_CASE("A leg that is looked at is told again of all that TLS still holds", "[tls]") {
  const std::string bytes = random_text(kMuch);
  const TlsServer server(pair_of_server(), [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.write(bytes);
    peer.read();
  });
  TlsRig rig;
  rig.looks = true;
  connect(rig, server);
  CHECK(rig.runs_until([&] { return rig.received.size() == bytes.size(); }));
  CHECK((rig.received == bytes));
  CHECK_FALSE(rig.leg->is_readable());
}

TEST_CASE("A leg that is looked at with little room is told again of what TLS holds of a record", "[tls]") {
  const std::string record = random_text(10'000);
  const TlsServer server(pair_of_server(), [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.write(record);
    peer.read();
  });
  TlsRig rig;
  rig.looks = true;
  rig.give_room(0); // from the start
  connect(rig, server);
  while (rig.received.size() < record.size()) {
    const std::size_t had = rig.received.size();
    rig.give_room(1000);
    REQUIRE(rig.runs_until([&] { return rig.received.size() > had; }));
  }
  CHECK((rig.received == record));
}

TEST_CASE("What a backend has said before anybody looked is read", "[tls]") {
  const TlsServer server(pair_of_server(), [](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.write("at once");
    peer.read();
  });
  TlsRig rig;
  connect(rig, server);
  CHECK(rig.runs_until([&] { return rig.received == "at once"; }));
  CHECK_FALSE(rig.closed);
}

TEST_CASE("A backend that ends its connection ends the stream, with its last bytes and without a complaint", "[tls]") {
  const bool in_words = GENERATE(true, false);
  CAPTURE(in_words);
  const TlsServer server(pair_of_server(), [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.read(1);
    peer.write("last words");
    if (in_words) peer.say_end();
  });
  TlsRig rig;
  connect(rig, server);
  rig.send("x");
  CHECK(rig.runs_until([&] { return rig.closed.has_value(); }));
  CHECK(rig.received == "last words");
  CHECK(rig.closed == "");
  CHECK_FALSE(rig.leg->is_open());
}

TEST_CASE("A record that is broken on the way ends the stream, and its administrator is told", "[tls]") {
  const TlsServer server(pair_of_server(), [](TlsPeer& peer) {
    if (!peer.handshake()) return;
    peer.read(1);
    ::send(peer.socket(), "\x17\x03\x03\x00\x20", 5, MSG_NOSIGNAL | MSG_MORE);
    ::send(peer.socket(), std::string(32, 'x').data(), 32, MSG_NOSIGNAL);
    peer.read();
  });
  TlsRig rig;
  connect(rig, server);
  rig.send("x");
  CHECK(rig.runs_until([&] { return rig.closed.has_value(); }));
  CHECK_THAT(rig.closed.value_or(""), Catch::StartsWith("its TLS connection broke: "));
}

TEST_CASE("A stream that ends sends its last bytes, says so in TLS's words, and drops what still comes", "[tls]") {
  const std::string bytes = random_text(kMuch);
  std::promise<std::string> arrived;
  std::atomic<bool> ended_well{false};
  const TlsServer server(pair_of_server(), [&](TlsPeer& peer) {
    if (!peer.handshake()) return;
    std::string all = peer.read_all(bytes.size());
    ended_well = peer.read(1).empty() && peer.ended_well();
    arrived.set_value(std::move(all));
    peer.write("nobody wants it any more");
  });
  TlsRig rig;
  connect(rig, server);
  rig.send(bytes);
  rig.finish();
  CHECK(rig.runs_until([&] { return rig.closed.has_value(); }));
  CHECK(rig.closed == "");
  CHECK((arrived.get_future().get() == bytes));
  CHECK(ended_well);
}
