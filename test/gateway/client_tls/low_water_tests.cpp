// SPDX-License-Identifier: Apache-2.0
// How many bytes of a live stream are worth waking up for, when they are inside TLS.
#include "tls_pair.hpp"

#include <catch2/catch.hpp>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

namespace {

int low_water_of(ServedClient& client) {
  int value = 0;
  socklen_t size = sizeof value;
  ::getsockopt(client.socket.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &value, &size);
  return value;
}

void send(TlsPair& pair, std::string_view bytes) {
  REQUIRE(::send(pair.peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

} // namespace

TEST_CASE("A wait ends when so many bytes can be read, and a part of a record is waited for whole", "[client_tls]") {
  constexpr std::size_t kWanted = 4096;
  TlsPair pair;
  REQUIRE(pair.greet());
  pair.served.socket.set_low_water(kWanted);
  pair.client.write("begin");
  REQUIRE(pair.runs_until([&] { return pair.served.received == "begin"; })); // this wait had begun before
  CHECK(low_water_of(pair.served) == kWanted + 29);
  const int before = pair.served.wakes;

  // Small records gather.
  for (int i = 0; i < 4; ++i) {
    pair.client.write(many_bytes(900));
    send(pair, pair.client.take_output());
    pair.loop.run_now();
  }
  CHECK(pair.served.wakes == before);
  CHECK(pair.served.received == "begin");
  pair.client.write(many_bytes(900));
  send(pair, pair.client.take_output());
  REQUIRE(pair.runs_until([&] { return pair.served.received.size() == 5 + 5 * 900; }));
  CHECK(pair.served.wakes == before + 1);

  // A record that is larger than what was wished: woken for its beginning, then for all of it.
  pair.client.write(many_bytes(16384));
  const std::string record = pair.client.take_output();
  send(pair, std::string_view(record).substr(0, 9000));
  REQUIRE(pair.runs_until([&] { return pair.served.wakes == before + 2; }));
  CHECK(pair.served.received.size() == 5 + 5 * 900);
  CHECK(low_water_of(pair.served) == static_cast<int>(record.size()) - 9000);
  for (std::size_t i = 9000; i + 100 < record.size(); i += 100)
    send(pair, std::string_view(record).substr(i, 100));
  pair.loop.run_now();
  CHECK(pair.served.wakes == before + 2);
  send(pair, std::string_view(record).substr(record.size() - (record.size() - 9000) % 100));
  REQUIRE(pair.runs_until([&] { return pair.served.received.size() == 5 + 5 * 900 + 16384; }));
  CHECK(pair.served.wakes == before + 3);

  // What came of a small record counts.
  pair.client.write(many_bytes(1000));
  const std::string small = pair.client.take_output();
  pair.client.write(many_bytes(kWanted));
  const std::string next = pair.client.take_output();
  send(pair, small + next.substr(0, 3500));
  REQUIRE(pair.runs_until([&] { return pair.served.received.size() == 5 + 5 * 900 + 16384 + 1000; }));
  CHECK(low_water_of(pair.served) == static_cast<int>(next.size()) - 3500 + (29 - 22)); // TLS 1.3 adds 22

  // The end is told at once.
  pair.peer.reset();
  CHECK(pair.runs_until([&] { return pair.served.end.has_value(); }));
}

TEST_CASE("Without a wish every byte wakes up, and who takes the connection on finds it so", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  pair.served.socket.set_low_water(8192);
  pair.client.write("begin");
  REQUIRE(pair.runs_until([&] { return pair.served.received == "begin"; }));
  CHECK(low_water_of(pair.served) > 8192);
  SECTION("the wish is taken back") {
    pair.served.socket.set_low_water(1);
    CHECK(low_water_of(pair.served) == 1);
    pair.client.write("x");
    CHECK(pair.runs_until([&] { return pair.served.received == "beginx"; }));
  }
  SECTION("it goes to another loop") {
    TlsLoop loop;
    ServedClient next(loop.io(), pair.served.detach());
    CHECK(low_water_of(next) == 1);
    next.serve();
    pair.client.write("x");
    CHECK(pair.runs_until([&] {
      loop.run_now();
      return next.received == "x";
    }));
  }
}
