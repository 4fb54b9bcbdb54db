// SPDX-License-Identifier: Apache-2.0
// How a client's TLS connection ends, well or badly.
#include "gateway/sockets/lingering_socket.hpp"
#include "test/support/deadline.hpp"
#include "tls_pair.hpp"

#include <catch2/catch.hpp>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using gateway::ClientSocket;
using ErrorCode = ClientSocket::ErrorCode;

TEST_CASE("TLS's word for the end, and TCP's without it, are the end of reading", "[client_tls]") {
  TlsClientRules rules;
  rules.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsPair pair(rules);
  REQUIRE(pair.greet());
  pair.client.write("last");
  SECTION("close_notify; the connection stays open, and the answer still goes") {
    pair.client.say_end();
    REQUIRE(pair.runs_until([&] { return pair.served.end.has_value(); }));
    CHECK(*pair.served.end == boost::asio::error::eof);
    pair.served.send("answer");
    CHECK(pair.client_gets("answer"));
  }
  SECTION("the client's TCP end") {
    REQUIRE(pair.client.carry(pair.peer.get()));
    ::shutdown(pair.peer.get(), SHUT_WR);
    REQUIRE(pair.runs_until([&] { return pair.served.end.has_value(); }));
    CHECK(*pair.served.end == boost::asio::error::eof);
    pair.served.send("answer");
    CHECK(pair.client_gets("answer"));
  }
  SECTION("a reset") {
    REQUIRE(pair.runs_until([&] { return !pair.served.received.empty(); }));
    const linger at_once{1, 0};
    ::setsockopt(pair.peer.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    pair.peer.reset();
    REQUIRE(pair.runs_until([&] { return pair.served.end.has_value(); }));
    CHECK(*pair.served.end == boost::asio::error::connection_reset);
    pair.served.send("answer");
    CHECK(pair.served.write_failure);
  }
  CHECK(pair.served.received == "last");
  ErrorCode error;
  char more = 0;
  CHECK(pair.served.socket.read_some(boost::asio::buffer(&more, 1), error) == 0);
  CHECK(error == *pair.served.end); // whoever asks again is told the same
}

TEST_CASE("A client that wants no more bytes can still send its last ones", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  pair.served.reads = false;
  REQUIRE(pair.runs_until([&] { return true; }));
  ::shutdown(pair.peer.get(), SHUT_RD);
  pair.client.write("the last of a publisher");
  REQUIRE(pair.client.carry(pair.peer.get()) == false); // it reads its own end
  pair.peer.reset();
  pair.served.send("this breaks");
  for (int i = 0; i < 100 && !pair.served.write_failure; ++i)
    pair.served.send("x");
  pair.served.reads = true;
  pair.served.serve();
  REQUIRE(pair.runs_until([&] { return pair.served.end.has_value(); }));
  CHECK(pair.served.received == "the last of a publisher");
}

TEST_CASE("Who ends the connection here says so, by closing too", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  pair.served.send("bytes");
  ErrorCode error;
  SECTION("the end of writing") {
    pair.served.socket.shutdown_send(error);
    CHECK_FALSE(error);
    REQUIRE(pair.runs_until([&] { return pair.client_ended; }));
    pair.client.write("still read");
    pair.client_ended = false;
    REQUIRE(pair.runs_until([&] { return pair.served.received == "still read"; }));
  }
  SECTION("a close") {
    pair.served.socket.close(error);
    REQUIRE(pair.runs_until([&] { return pair.client_ended; }));
  }
  SECTION("a close, and the client has not read anything yet") {
    pair.client_reads = false;
    pair.served.socket.close(error);
    pair.client_reads = true;
    REQUIRE(pair.runs_until([&] { return pair.client_ended; }));
  }
  CHECK(pair.client_received == "bytes");
  CHECK(pair.client.is_told_end());
  CHECK_FALSE(pair.client.failed());
}

TEST_CASE("The last bytes arrive behind all others, then the end", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  gateway::DescriptorBudget descriptors;
  const std::string last = many_bytes(300'000);
  SECTION("at a client that has read everything") {
    pair.served.reads = false;
    gateway::linger_and_close(pair.loop.io(), descriptors, std::move(pair.served.socket), last);
    pair.client.write("not read by anybody");
    REQUIRE(pair.runs_until([&] { return pair.client_ended; }));
    CHECK((pair.client_received == last));
  }
  SECTION("at one whose stream was cut in the middle of a record") {
    pair.client_reads = false;
    const std::string stream = many_bytes(16u << 20); // more than two sockets keep
    pair.served.send(stream);
    REQUIRE(pair.served.socket.has_unsent());
    const std::size_t left = pair.served.to_send.size();
    ErrorCode error;
    pair.served.socket.cancel(error);
    gateway::linger_and_close(pair.loop.io(), descriptors, std::move(pair.served.socket), last);
    pair.client_reads = true;
    REQUIRE(pair.runs_until([&] { return pair.client_ended; }));
    CHECK_FALSE(pair.client.failed());
    const std::size_t got = pair.client_received.size() - last.size();
    CHECK(got >= stream.size() - left);
    CHECK((pair.client_received == stream.substr(0, got) + last));
  }
  CHECK(pair.client.is_told_end());
  pair.peer.reset();
  CHECK(pair.runs_until([&] { return descriptors.used() == 0; }));
}

TEST_CASE("TCP's end waits for TLS's word, which waits for the kernel", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  pair.client_reads = false;
  const std::string stream = many_bytes(16u << 20); // more than two sockets keep
  pair.served.send(stream);
  REQUIRE(pair.served.socket.has_unsent());
  ErrorCode error;
  pair.served.socket.cancel(error);
  pair.served.socket.forget_rest();
  pair.served.socket.shutdown_send(error);
  REQUIRE(error == boost::asio::error::would_block);
  pair.client_reads = true;
  REQUIRE(pair.runs_until([&] {
    if (error) pair.served.socket.shutdown_send(error);
    return pair.client_ended;
  }));
  CHECK_FALSE(error);
  CHECK(pair.client.is_told_end());
  CHECK_FALSE(pair.client.failed());
}

TEST_CASE("Who gets a connection from another loop is told its end too", "[client_tls]") {
  TlsPair pair;
  REQUIRE(pair.greet());
  pair.client.say_end();
  REQUIRE(pair.runs_until([&] { return pair.served.end.has_value(); }));
  ServedClient next(pair.loop.io(), pair.served.detach());
  next.serve();
  REQUIRE(pair.loop.runs_until([&] { return next.end.has_value(); }));
  CHECK(*next.end == boost::asio::error::eof);
}

TEST_CASE("Damaged records end the connection once and for all", "[client_tls]") {
  TlsClientRules rules;
  rules.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  TlsPair pair(rules);
  REQUIRE(pair.greet());
  pair.client.write("good");
  REQUIRE(pair.runs_until([&] { return pair.served.received == "good"; }));
  pair.client.write("damaged");
  std::string bytes = pair.client.take_output();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  REQUIRE(::send(pair.peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
  REQUIRE(pair.runs_until([&] { return pair.served.end.has_value(); }));
  CHECK(*pair.served.end == boost::asio::error::connection_reset);
  CHECK(pair.served.received == "good");
  CHECK_THAT(pair.served.socket.tls_failure(), Catch::StartsWith("its TLS connection broke: "));
  ErrorCode error;
  CHECK(pair.served.socket.write_some(boost::asio::buffer("x", 1), error) == 0);
  CHECK(error);
  CHECK(pair.runs_until([&] { return pair.client.failed(); })); // it gets an alert
  pair.served.socket.close(error);
  // Nothing of it is left for the next connection in this thread.
  TlsPair next(rules);
  CHECK(next.greet());
}

TEST_CASE("A client cannot begin the handshake anew", "[client_tls]") {
  TlsClientRules rules;
  rules.newest = TLS1_2_VERSION;
  TlsPair pair(rules);
  REQUIRE(pair.greet());
  REQUIRE(SSL_renegotiate(pair.client.tls()) == 1);
  pair.runs_until([&] { return pair.client.handshake() || pair.client.failed() || pair.served.end; });
  CHECK(pair.client.failed());
  CHECK(SSL_total_renegotiations(pair.client.tls()) <= 1);
  CHECK(pair.served.wakes < 20);
}

TEST_CASE("A client that makes TLS answer and reads no answer is cut off", "[client_tls]") {
  TlsPair pair;
  for (const int socket : {pair.peer.get(), pair.served.socket.native_handle()}) {
    const int bytes = 4096;
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  REQUIRE(pair.greet());
  pair.client_reads = false;
  std::string output;
  const Deadline deadline;
  while (!pair.served.end && !deadline.passed()) {
    if (output.empty()) {
      for (int i = 0; i < 100; ++i) {
        SSL_key_update(pair.client.tls(), SSL_KEY_UPDATE_REQUESTED);
        pair.client.handshake();
      }
      output = pair.client.take_output();
    }
    const ssize_t sent = ::send(pair.peer.get(), output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) output.erase(0, static_cast<std::size_t>(sent));
    pair.loop.run_now();
  }
  REQUIRE(pair.served.end);
  CHECK(*pair.served.end != boost::asio::error::eof);
}
