// SPDX-License-Identifier: Apache-2.0
// What takes too long: the gateway's loop in the test's own thread, with short times.
#include "busy_stream.hpp"
#include "gateway/relay/relay.hpp"
#include "relay_ends.hpp"
#include "test/gateway/loops/loopback.hpp"
#include "test/gateway/opening/opening_rig.hpp"
#include "test/gateway/rtmp/private_listener.hpp"
#include "test/support/deadline.hpp"
#include "tls_visitor.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <future>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kShort = 300ms;
// Long enough for a handshake on a machine that has other work to do.
constexpr auto kLonger = 3s;

// The loop's clients come straight to it, and have all the time there is but for what a test makes short.
struct TimesRig {
  OpeningRig rig;
  KeyPair pair = self_signed("live.example.com", "DNS:live.example.com");
  std::shared_ptr<SSL_CTX> context = server_context(pair);
  PrivateListener httpd;
  std::uint64_t taken = 0;

  TimesRig() {
    std::signal(SIGPIPE, SIG_IGN);
    gateway::Loop& loop = rig.loop();
    loop.asks().use(std::make_shared<const local::Descriptor>(::fcntl(httpd.way(), F_DUPFD_CLOEXEC, 0)));
    times().handshake = times().first_byte = times().inner_handshake = times().stall = times().take_over = 1h;
  }

  gateway::RelayTimes& times() { return rig.loop().tls_clients().times; }

  // `client_reads_bytes`: about so many the kernel keeps for the client; 0: as many as it likes.
  TlsVisitor visit(const std::string& address = "192.0.2.1", const TlsWishes& wishes = {}, int client_reads_bytes = 0) {
    local::SocketPair connection = tcp_pair();
    if (client_reads_bytes > 0) {
      ::setsockopt(connection.ours.get(), SOL_SOCKET, SO_RCVBUF, &client_reads_bytes, sizeof client_reads_bytes);
      ::setsockopt(connection.theirs.get(), SOL_SOCKET, SO_SNDBUF, &client_reads_bytes, sizeof client_reads_bytes);
    }
    gateway::Loop& loop = rig.loop();
    protocol::HandOverTls terms;
    terms.client = {{*protocol::parse_ip_address(address), 4711}, {*protocol::parse_ip_address("192.0.2.9"), 443}};
    terms.server_id = "id";
    terms.tls_server_name = wishes.server_name;
    terms.shown_client = address;
    gateway::ExpectedTlsClient expected{terms,
                                        context,
                                        {},
                                        *loop.tls_entrance().start.enter_unknown(address),
                                        *loop.tls_entrance().relays.enter(address)};
    gateway::serve_tls_client(loop.relay_home(), std::move(connection.theirs), std::move(expected),
                              loop.gateway().choose_tls_loop().place, {});
    return TlsVisitor(std::move(connection.ours), wishes);
  }

  // Runs the loop while another thread does that.
  template <class Work>
  auto while_running(Work work) {
    auto done = std::async(std::launch::async, std::move(work));
    rig.runs_until([&] { return done.wait_for(0s) == std::future_status::ready; });
    return done.get();
  }

  bool is_empty() { return rig.loop().tls_clients().empty(); }
  bool logs(std::string_view text) { return rig.log_text().find(text) != std::string::npos; }

  // A client and httpd behind both handshakes, and 3 bytes.
  std::pair<TlsVisitor, RelayedConnection> relay(const TlsWishes& wishes = {}, int client_reads_bytes = 0) {
    TlsVisitor visitor = visit("192.0.2.1", wishes, client_reads_bytes);
    while_running([&] {
      if (!visitor.handshake()) throw std::runtime_error("no handshake");
      visitor.write("GET");
    });
    RelayedConnection connection = while_running([&] {
      RelayedConnection next = relayed(context.get(), httpd.accept());
      if (!next.tls->handshake() || next.tls->read_all(3) != "GET") throw std::runtime_error("no relay");
      return next;
    });
    return {std::move(visitor), std::move(connection)};
  }
};

// Whether the other side has ended the connection, with nothing else to read.
bool is_at_end(int socket) {
  char byte = 0;
  pollfd ready{socket, POLLIN, 0};
  return ::poll(&ready, 1, 0) == 1 && ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

} // namespace

TEST_CASE("A client that says too little in time is closed, wherever it stops", "[relay]") {
  TimesRig rig;
  const std::string where = GENERATE("before its handshake", "in the midst of it", "behind it");
  CAPTURE(where);
  (where == "behind it" ? rig.times().first_byte : rig.times().handshake) = kShort;
  TlsVisitor visitor = rig.visit();
  if (where == "in the midst of it") visitor.send_plain(std::string("\x16\x03\x01\x02\x00\x01", 6));
  if (where == "behind it")
    REQUIRE(rig.while_running([&] { return visitor.handshake(); }));
  else
    CHECK_FALSE(rig.is_empty());
  CHECK(rig.rig.runs_until([&] { return rig.is_empty(); }));
  CHECK(rig.logs("RTMPT450"));
}

TEST_CASE("A client whose relay begins in time is not closed for saying nothing afterwards", "[relay]") {
  TimesRig rig;
  rig.times().handshake = rig.times().first_byte = rig.times().inner_handshake = kLonger;
  auto [visitor, httpd] = rig.relay();
  const auto end = std::chrono::steady_clock::now() + kLonger + kShort;
  REQUIRE(rig.rig.runs_until([&] { return std::chrono::steady_clock::now() > end; }));
  CHECK_FALSE(rig.is_empty());
  CHECK(rig.while_running([&] {
    visitor.write("more");
    return httpd.tls->read_all(4);
  }) == "more");
}

TEST_CASE("httpd that does not answer the inner handshake in time costs the client its connection", "[relay]") {
  TimesRig rig;
  rig.times().inner_handshake = kShort;
  TlsVisitor visitor = rig.visit();
  rig.while_running([&] {
    REQUIRE(visitor.handshake());
    visitor.write("GET");
  });
  const local::Descriptor silent = rig.while_running([&] { return rig.httpd.accept(); });
  CHECK(rig.rig.runs_until([&] { return rig.is_empty(); }));
  CHECK(rig.logs("RTMPT451"));
}

TEST_CASE("A client is closed when httpd has no listener", "[relay]") {
  TimesRig rig;
  rig.rig.loop().asks().use(nullptr);
  TlsVisitor visitor = rig.visit();
  rig.while_running([&] {
    REQUIRE(visitor.handshake());
    visitor.write("GET");
  });
  CHECK(rig.rig.runs_until([&] { return rig.is_empty(); }));
  CHECK(rig.logs("RTMPT451"));
}

TEST_CASE("A side that takes nothing for too long ends the relay", "[relay]") {
  TimesRig rig;
  auto [visitor, httpd] = rig.relay();
  rig.times().stall = kShort;
  const std::string many(24 << 20, 'x');
  const bool client_stalls = GENERATE(true, false);
  CAPTURE(client_stalls);
  auto writing = std::async(std::launch::async, [&, &visitor = visitor, &httpd = httpd] {
    if (client_stalls) return httpd.tls->write(many);
    try {
      visitor.write(many);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  });
  CHECK(rig.rig.runs_until([&] { return rig.is_empty(); }));
  CHECK_FALSE(writing.get());
}

TEST_CASE("A client that makes TLS answer and reads nothing ends the relay", "[relay]") {
  TimesRig rig;
  auto [visitor, httpd] = rig.relay({}, 4096);
  const auto asking = [&visitor = visitor] {
    try {
      for (int i = 0; i < 5'000; ++i)
        visitor.ask_for_new_keys();
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  REQUIRE(rig.while_running(asking)); // that alone is not too much
  rig.times().stall = kShort;
  rig.while_running([&visitor = visitor] { visitor.write("x"); });
  CHECK(rig.rig.runs_until([&] { return rig.is_empty(); }));
}

TEST_CASE("A client waits as long as all of httpd's workers are busy", "[relay]") {
  TimesRig rig;
  const std::vector<local::Descriptor> others = rig.httpd.fill();
  TlsVisitor visitor = rig.visit();
  rig.while_running([&] {
    REQUIRE(visitor.handshake());
    visitor.write("GET");
  });
  const auto end = std::chrono::steady_clock::now() + kShort;
  REQUIRE(rig.rig.runs_until([&] { return std::chrono::steady_clock::now() > end; }));
  REQUIRE_FALSE(rig.is_empty());
  SECTION("until one is free") {
    CHECK(rig.while_running([&] {
      for (std::size_t i = 0; i < others.size(); ++i)
        rig.httpd.accept();
      RelayedConnection connection = relayed(rig.context.get(), rig.httpd.accept());
      return connection.tls->handshake() && connection.tls->read_all(3) == "GET";
    }));
  }
  SECTION("or it leaves") {
    const linger reset{1, 0};
    ::setsockopt(visitor.socket(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    visitor.close();
    CHECK(rig.rig.runs_until([&] { return rig.is_empty(); }));
  }
}

TEST_CASE("The handshake with httpd resumes the one before of the same server, name and cipher, with another id",
          "[relay]") {
  TimesRig rig;
  const int version = GENERATE(TLS1_3_VERSION, TLS1_2_VERSION);
  CAPTURE(version);
  const bool is_new = version == TLS1_3_VERSION;
  std::set<std::string> ids;
  const auto resumes = [&](const std::string& name, const std::string& cipher) {
    auto [visitor, httpd] = rig.relay({name, version, cipher});
    CHECK(rig.while_running(
        [&, &visitor = visitor, &httpd = httpd] { return httpd.tls->write("page") && visitor.read(4) == "page"; }));
    const std::string id = httpd.tls->session_id(); // an application may know its clients by it
    CHECK((id.empty() ? !is_new : ids.insert(id).second));
    return httpd.tls->resumes();
  };
  const std::string one = is_new ? "TLS_AES_128_GCM_SHA256" : "ECDHE-ECDSA-AES128-GCM-SHA256";
  const std::string other = is_new ? "TLS_CHACHA20_POLY1305_SHA256" : "ECDHE-ECDSA-CHACHA20-POLY1305";
  CHECK_FALSE(resumes("live.example.com", one));
  CHECK(resumes("live.example.com", one) == is_new);
  CHECK(resumes("live.example.com", one) == is_new);
  CHECK_FALSE(resumes("www.example.com", one));
  CHECK_FALSE(resumes("live.example.com", other));
  CHECK(resumes("www.example.com", one) == is_new);
}

TEST_CASE("The handshake with httpd waits for none of clients, and both descriptors count from the beginning",
          "[relay]") {
  TimesRig rig;
  gateway::Loop& loop = rig.rig.loop();
  const std::size_t before = loop.descriptors().used();
  TlsVisitor visitor = rig.visit();
  CHECK(loop.descriptors().used() == before + 2);
  REQUIRE(rig.while_running([&] { return visitor.handshake(); }));
  const std::uint64_t steps = loop.tls_clients().handshakes.steps();
  CHECK(rig.while_running([&] {
    visitor.write("GET");
    RelayedConnection connection = relayed(rig.context.get(), rig.httpd.accept());
    return connection.tls->handshake() && connection.tls->read_all(3) == "GET";
  }));
  CHECK(loop.tls_clients().handshakes.steps() <= steps + 1); // the last one of the client's
}

TEST_CASE("A client has its own time for its first byte", "[relay]") {
  TimesRig rig;
  rig.times().handshake = kLonger;
  TlsVisitor visitor = rig.visit();
  REQUIRE(rig.while_running([&] { return visitor.handshake(); }));
  const auto end = std::chrono::steady_clock::now() + kLonger + kShort;
  REQUIRE(rig.rig.runs_until([&] { return std::chrono::steady_clock::now() > end; }));
  CHECK_FALSE(rig.is_empty());
}

TEST_CASE("What a client has sent is kept for a while, and as long as httpd has not fetched it", "[relay]") {
  TimesRig rig;
  gateway::Loop& loop = rig.rig.loop();
  rig.times().tail = kShort;
  auto [visitor, httpd] = rig.relay();
  const std::string more(3'000, 'x');
  rig.while_running([&, &visitor = visitor] { visitor.write(more); });
  const gateway::InputBudget& tails = loop.relay_home().tails;
  const auto end = std::chrono::steady_clock::now() + 3 * kShort;
  REQUIRE(rig.rig.runs_until([&] { return std::chrono::steady_clock::now() > end; }));
  CHECK(tails.held_bytes() >= more.size());
  CHECK(rig.while_running([&, &httpd = httpd] { return httpd.tls->read_all(more.size()); }) == more);
  CHECK(rig.rig.runs_until([&] { return tails.held_bytes() < 100; }));
  CHECK_FALSE(rig.is_empty());
}

TEST_CASE("A client that leaves while it is not read is noticed", "[relay]") {
  TimesRig rig;
  auto [visitor, httpd] = rig.relay();
  auto writing = std::async(std::launch::async, [&, &visitor = visitor] {
    try {
      visitor.write(std::string(24 << 20, 'x'));
    } catch (const std::runtime_error&) {
    }
  });
  const auto end = std::chrono::steady_clock::now() + kShort;
  REQUIRE(rig.rig.runs_until([&] { return std::chrono::steady_clock::now() > end; }));
  const linger reset{1, 0};
  ::setsockopt(visitor.socket(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::shutdown(visitor.socket(), SHUT_RDWR);
  writing.get();
  visitor.close();
  CHECK(rig.rig.runs_until([&] { return rig.is_empty(); }));
  CHECK(is_at_end(httpd.socket.get()) == false); // what was sent is still there
}

TEST_CASE("A client that is promised to a session and not given to it is closed", "[relay]") {
  TimesRig rig;
  auto [visitor, httpd] = rig.relay();
  rig.times().take_over = kShort;
  gateway::Relay* const relay = rig.rig.loop().tls_clients().find(httpd.preamble.ticket);
  REQUIRE(relay);
  REQUIRE(relay->promise());
  CHECK_FALSE(relay->promise());
  SECTION("no word comes") {}
  SECTION("httpd does not end its connection") {
    relay->take_over({"GET", 3, [](gateway::DetachedClient, const std::string&) { FAIL("it has not ended"); }});
  }
  CHECK(rig.rig.runs_until([&] { return rig.is_empty(); }));
  CHECK(rig.logs("RTMPT452"));
}

TEST_CASE("The clients of a loop can be ended as they are", "[relay]") {
  TimesRig rig;
  auto [visitor, httpd] = rig.relay();
  TlsVisitor second = rig.visit();
  rig.rig.loop().tls_clients().end();
  CHECK(rig.is_empty());
  rig.rig.runs_until([&] { return is_at_end(httpd.socket.get()); });
  CHECK(is_at_end(second.socket()));
  CHECK(visitor.read_all().empty());
  CHECK_FALSE(visitor.ended_well()); // httpd's answer may have been cut off
}

TEST_CASE("While one address makes many handshakes, a stream and another address wait for few steps", "[relay]") {
  TimesRig rig;
  gateway::Loop& loop = rig.rig.loop();
  const gateway::HandshakeQueue& handshakes = loop.tls_clients().handshakes;
  constexpr int kClients = 60;
  // All of them have sent their first flight before the loop looks at any.
  std::vector<TlsVisitor> visitors;
  for (int i = 0; i < kClients; ++i)
    visitors.push_back(rig.visit());
  TlsVisitor other = rig.visit("192.0.2.2");
  CHECK_FALSE(other.handshake_so_far());
  std::vector<std::future<bool>> greeted;
  for (TlsVisitor& visitor : visitors)
    greeted.push_back(std::async(std::launch::async, [&visitor] { return visitor.handshake(); }));
  REQUIRE(happens([&] {
    return other.has_sent() &&
           std::all_of(visitors.begin(), visitors.end(), [](const TlsVisitor& one) { return one.has_sent(); });
  }));
  const auto stream = std::make_unique<BusyStream>(loop.io(), handshakes);
  const auto is_done = [](const std::future<bool>& one) { return one.wait_for(0s) == std::future_status::ready; };
  std::uint64_t steps_of_other = 0;
  REQUIRE(rig.rig.runs_until([&] {
    // The client answers between two turns of the loop, so that no other thread's turn is waited for.
    if (steps_of_other == 0 && other.handshake_so_far()) steps_of_other = handshakes.steps();
    return steps_of_other > 0 && std::all_of(greeted.begin(), greeted.end(), is_done) &&
           handshakes.steps() >= 2 * kClients;
  }));
  for (std::future<bool>& one : greeted)
    CHECK(one.get());
  CHECK(stream->most_steps() == 1);
  // Two flights of the other address, and between them a step of the many.
  CHECK(steps_of_other < kClients / 4);
}
