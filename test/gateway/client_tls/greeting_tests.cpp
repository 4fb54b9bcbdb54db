// SPDX-License-Identifier: Apache-2.0
// Handshakes of TLS with the gateway as the server: in any pieces, and bad ones.
#include "test/gateway/loops/loopback.hpp"
#include "tls_pair.hpp"

#include <catch2/catch.hpp>

#include <vector>

#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

namespace {

// A client whose bytes go one piece at a time: the first `cut` bytes, and when the gateway has had time for them, the
// rest. Returns whether handshake and greeting came through.
bool comes_through(int newest, std::size_t cut, bool read_already) {
  TlsClientRules rules;
  rules.newest = newest;
  TlsClientEnd client(rules);
  TlsLoop loop;
  local::SocketPair sockets = tcp_pair();
  ServedClient served(loop.io(), gateway::DetachedClient(std::move(sockets.theirs)));
  bool done = client.handshake();
  std::size_t sent = 0;
  const auto send = [&](std::string_view bytes) {
    const std::size_t first = sent < cut ? std::min(cut - sent, bytes.size()) : 0;
    ::send(sockets.ours.get(), bytes.data(), first, MSG_NOSIGNAL);
    if (first > 0 && first < bytes.size()) loop.run_now();
    ::send(sockets.ours.get(), bytes.data() + first, bytes.size() - first, MSG_NOSIGNAL);
    sent += bytes.size();
  };
  const std::string hello = client.take_output();
  const std::size_t taken = read_already ? std::min(cut, hello.size()) : 0;
  sent = taken;
  served.greet(sample_context(), std::string_view(hello).substr(0, taken));
  send(std::string_view(hello).substr(taken));
  loop.runs_until([&] {
    client.carry(sockets.ours.get()); // its output was taken away, so this receives only
    if (!done && (done = client.handshake())) client.write("RTMP");
    if (const std::string output = client.take_output(); !output.empty()) send(output);
    return served.received.size() >= 4 || served.end || client.failed();
  });
  return served.is_greeted && served.received == "RTMP";
}

// What a client gets for these bytes: until the gateway closes.
std::string answer_to(const std::string& bytes, ServedClient*& seen, TlsLoop& loop, ServedClient& served,
                      const local::Descriptor& client) {
  seen = &served;
  served.greet(sample_context());
  ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  loop.runs_until([&] { return served.end.has_value(); });
  std::string answer(4096, '\0');
  const ssize_t count = ::recv(client.get(), answer.data(), answer.size(), MSG_DONTWAIT);
  answer.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return answer;
}

} // namespace

TEST_CASE("A handshake may come in any two pieces, and its beginning with the connection", "[client_tls]") {
  const int newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const bool read_already = GENERATE(false, true);
  CAPTURE(newest, read_already);
  std::size_t whole = 1;
  for (std::size_t cut = 0; cut < whole; ++cut) {
    if (cut == 0) {
      TlsClientRules rules;
      rules.newest = newest;
      TlsClientEnd client(rules);
      client.handshake();
      whole = client.take_output().size() + (read_already ? 1 : 160); // the hello, and what the client says next
    }
    CAPTURE(cut, whole);
    REQUIRE(comes_through(newest, cut, read_already));
  }
}

TEST_CASE("What is no handshake ends the connection with TLS's word for it", "[client_tls]") {
  TlsLoop loop;
  local::SocketPair sockets = tcp_pair();
  ServedClient served(loop.io(), gateway::DetachedClient(std::move(sockets.theirs)));
  ServedClient* seen = nullptr;
  std::string bytes;
  std::string words = "the TLS handshake failed: ";
  bool is_alert = true;
  SECTION("HTTP") {
    bytes = "GET / HTTP/1.1\r\n\r\n";
    words += "http request";
    is_alert = false; // there is no version to say it in
  }
  SECTION("RTMP") {
    bytes = std::string("\3") + std::string(1536, 'x');
    words += "wrong version number";
    is_alert = false;
  }
  SECTION("a record of no kind of handshake") {
    bytes = std::string("\x16\x03\x01\x00\x04\xff\x00\x00\x00", 9);
    words += "unexpected message";
  }
  SECTION("a hello that promises too much") {
    bytes = std::string("\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9);
    words += "excessive message size";
  }
  SECTION("an alert") {
    bytes = std::string("\x15\x03\x01\x00\x02\x02\x28", 7);
    words += "unexpected message";
    is_alert = false;
  }
  SECTION("records without bytes") {
    for (int i = 0; i < 1000; ++i)
      bytes += std::string("\x16\x03\x01\x00\x00", 5);
    is_alert = false; // the reason is OpenSSL's own; it must only end
  }
  const std::string answer = answer_to(bytes, seen, loop, served, sockets.ours);
  CHECK_FALSE(served.is_greeted);
  REQUIRE(served.end);
  CHECK_THAT(served.socket.tls_failure(), Catch::StartsWith(words));
  if (is_alert) CHECK(answer.substr(0, 1) == "\x15");
}

TEST_CASE("A client that leaves in its handshake is noticed at every byte of it", "[client_tls]") {
  TlsClientEnd client;
  client.handshake();
  const std::string hello = client.take_output();
  for (std::size_t cut = 0; cut < hello.size(); cut += 7) {
    CAPTURE(cut);
    TlsLoop loop;
    local::SocketPair sockets = tcp_pair();
    ServedClient served(loop.io(), gateway::DetachedClient(std::move(sockets.theirs)));
    served.greet(sample_context());
    ::send(sockets.ours.get(), hello.data(), cut, MSG_NOSIGNAL);
    sockets.ours.reset();
    REQUIRE(loop.runs_until([&] { return served.end.has_value(); }));
    CHECK(served.socket.tls_failure() == "closed the connection in the TLS handshake");
  }
}

TEST_CASE("A version that the virtual host does not allow is refused", "[client_tls]") {
  TlsClientRules rules;
  rules.oldest = TLS1_VERSION;
  rules.newest = TLS1_1_VERSION;
  TlsPair pair(rules);
  CHECK_FALSE(pair.greet());
  CHECK(pair.served.socket.tls_failure() == "the TLS handshake failed: unsupported protocol");
  CHECK(pair.runs_until([&] { return pair.client.handshake() || pair.client.failed(); }));
  CHECK(pair.client.failed());
}

TEST_CASE("Where an old version is allowed it is spoken", "[client_tls]") {
  protocol::TlsServer server = sample_tls_server();
  server.least_version = TLS1_VERSION;
  server.security_level = 0;
  TlsClientRules rules;
  rules.oldest = TLS1_VERSION;
  rules.newest = TLS1_VERSION;
  TlsPair pair(rules, context_of(server));
  REQUIRE(pair.greet());
  CHECK(pair.served.socket.tls_facts().protocol == "TLSv1");
  pair.client.write("there");
  pair.served.send(many_bytes(100'000));
  CHECK(pair.client_gets(many_bytes(100'000)));
  CHECK(pair.runs_until([&] { return pair.served.received == "there"; }));
}

TEST_CASE("No session ticket and no protocol of HTTP is given to a client", "[client_tls]") {
  TlsClientRules rules;
  rules.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  rules.protocols = std::string("\x02h2\x08http/1.1", 12);
  CAPTURE(rules.newest);
  TlsPair pair(rules);
  REQUIRE(pair.greet());
  pair.served.send("something");
  CHECK(pair.client_gets("something"));
  CHECK(pair.client.tickets() == 0);
  CHECK(SSL_SESSION_has_ticket(SSL_get_session(pair.client.tls())) == 0);
  const unsigned char* protocol = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(pair.client.tls(), &protocol, &size);
  CHECK(size == 0);
}

TEST_CASE("A client of TLS 1.2 resumes its session by the id, however its connection ended", "[client_tls]") {
  const gateway::TlsServerContext context = context_of(sample_tls_server());
  const bool says_end = GENERATE(false, true);
  CAPTURE(says_end);
  TlsClientRules rules;
  rules.newest = TLS1_2_VERSION;
  std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)> session(nullptr, SSL_SESSION_free);
  {
    TlsPair first(rules, context);
    REQUIRE(first.greet());
    session.reset(SSL_SESSION_dup(SSL_get_session(first.client.tls())));
    if (says_end) first.client.say_end();
    first.runs_until([&] { return first.client.unsent_bytes() == 0; });
    first.peer.reset();
    CHECK(first.runs_until([&] { return first.served.end.has_value(); }));
  }
  rules.again = session.get();
  TlsPair second(rules, context);
  REQUIRE(second.greet());
  CHECK(SSL_session_reused(second.client.tls()) == 1);
  TlsPair elsewhere(rules, context_of(sample_tls_server())); // another server has other sessions
  REQUIRE(elsewhere.greet());
  CHECK(SSL_session_reused(elsewhere.client.tls()) == 0);
}
