// SPDX-License-Identifier: Apache-2.0
// Clients of TLS before it is known what they speak, and those that speak RTMP.
#include "relay_rig.hpp"
#include "test/gateway/rtmp/rtmp_rig.hpp"
#include "test/support/deadline.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>

#include <catch2/catch.hpp>

#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using protocol::kHandshakePartBytes;

namespace {

// The test's own descriptors are as few, and so are those of what it starts.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

// Sends C0, C1 and a connect, as RtmpPeer::greet() does.
void greet_inside(TlsVisitor& visitor) {
  visitor.write(handshake().substr(0, 1 + kHandshakePartBytes));
  const std::string answer = visitor.read(protocol::kHandshakeBytes);
  REQUIRE(answer.size() == protocol::kHandshakeBytes);
  visitor.write(answer.substr(1, kHandshakePartBytes) + connect_chunks("live"));
}

} // namespace

TEST_CASE("RTMP inside TLS that ends at the gateway is asked about and carried", "[relay]") {
  RelayRig rig;
  RtmpListener backend;
  TlsVisitor visitor = rig.greeted();
  greet_inside(visitor);
  AskedQuestion question = rig.httpd.next();
  CHECK(question.preamble.kind == protocol::AskKind::ask);
  CHECK(question.preamble.over_tls);
  CHECK(question.preamble.tls_server_name == "live.example.com");
  CHECK(question.preamble.client.source.port == 4711);
  REQUIRE(std::holds_alternative<protocol::Admitted>(admit(rig.client, question.preamble.ticket, backend.port())));
  question.answer(200);
  RtmpPeer server = backend.accept();
  server.answer_greeting();
  const std::string connect = connect_chunks("live");
  REQUIRE(server.receive(connect.size()) == connect);
  const std::string there = picture_of(1'000'000);
  visitor.write(there);
  CHECK(server.receive(there.size()) == there);
  server.send(there);
  CHECK(visitor.read(there.size()) == there);
  visitor.close();
  CHECK(server.receive_all().empty());
}

TEST_CASE("A TLS client stays with httpd when the gateway cannot be its server", "[relay]") {
  RelayRig rig;
  Visit visit;
  visit.server_id = "unknown";
  CHECK_FALSE(rig.offer(visit));
  CHECK(rig.gateway.logs("RTMPT454"));
  TlsVisitor visitor = rig.greeted();
  visitor.write("GET");
  RelayedConnection httpd = rig.next_greeted();
  rig.gateway.retire();
  REQUIRE(rig.gateway.logs("RTMPT301"));
  SECTION("a gateway that retires takes no more, and ends behind its last client") {
    CHECK(happens([&] { return !rig.offer().has_value(); }));
    CHECK_FALSE(rig.gateway.wait_for_end(4s));
    REQUIRE(httpd.tls->read_all(3) == "GET");
    REQUIRE(httpd.tls->write("page"));
    CHECK(visitor.read(4) == "page");
    visitor.close();
    CHECK(httpd.tls->read().empty());
    httpd.close();
    CHECK(rig.gateway.wait_for_end(kPatience) == 0);
  }
  SECTION("when httpd's graceful stop has no time left, the client is ended") {
    rig.gateway.stop_gracefully(500ms);
    CHECK(visitor.read_all().empty());
    CHECK(rig.gateway.wait_for_end(kPatience) == 0);
  }
}

TEST_CASE("A client that comes before the gateway has been told of its server waits for that", "[relay]") {
  RelayRig rig;
  Visit visit;
  visit.server_id = "told later";
  auto visitor = std::async(std::launch::async, [&] { return rig.offer(visit); });
  std::this_thread::sleep_for(50ms); // httpd's parent's own delay
  rig.tell_of(visit.server_id);
  std::optional<TlsVisitor> taken = visitor.get();
  REQUIRE(taken);
  CHECK(taken->handshake());
}

TEST_CASE("What httpd has read of a handshake is read first", "[relay]") {
  RelayRig rig;
  for (const std::size_t count : {1, 5, 6, 100}) {
    CAPTURE(count);
    // The client's first bytes come to the test, which stands for httpd.
    local::SocketPair between = *local::make_socket_pair(SOCK_STREAM);
    std::string hello(4096, '\0');
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL* const tls = SSL_new(context);
    BIO* const in = BIO_new(BIO_s_mem());
    BIO* const out = BIO_new(BIO_s_mem());
    SSL_set_bio(tls, in, out);
    SSL_connect(tls);
    hello.resize(static_cast<std::size_t>(std::max(0, BIO_read(out, hello.data(), static_cast<int>(hello.size())))));
    Visit visit;
    visit.residue = hello.substr(0, count);
    TlsVisitor visitor = rig.visit(visit);
    visitor.send_plain(std::string_view(hello).substr(count));
    char first = 0;
    CHECK(::recv(visitor.socket(), &first, 1, 0) == 1);
    CHECK(first == 0x16); // the server's part of the handshake
    SSL_free(tls);
    SSL_CTX_free(context);
  }
}

TEST_CASE("What is no TLS is closed with a line", "[relay]") {
  RelayRig rig;
  TlsVisitor visitor = rig.visit();
  visitor.send_plain("GET / HTTP/1.1\r\nHost: live.example.com\r\n\r\n");
  std::string answer(100, '\0');
  while (::recv(visitor.socket(), answer.data(), answer.size(), 0) > 0) {
  }
  CHECK(rig.gateway.logs("RTMPT450"));
  CHECK_FALSE(rig.httpd.is_asked());
}

TEST_CASE("A client that stops in mid-handshake delays nobody", "[relay]") {
  RelayRig rig;
  std::vector<TlsVisitor> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(rig.visit());
    silent.back().send_plain(std::string("\x16\x03\x01\x02\x00\x01", 6)); // more is to come
  }
  TlsVisitor visitor = rig.greeted();
  visitor.write("GET");
  CHECK(rig.next_greeted().tls->read_all(3) == "GET");
}

TEST_CASE("One address has a part of the places only, and the others stay with httpd", "[relay]") {
  constexpr std::size_t kDescriptors = 512;
  constexpr std::size_t kMostOfAddress = kDescriptors / 16;
  const FewDescriptors few(kDescriptors);
  RelayRig rig;
  std::vector<TlsVisitor> visitors;
  for (std::size_t i = 0; i < kMostOfAddress; ++i)
    visitors.push_back(rig.visit());
  CHECK_FALSE(rig.offer());
  Visit from_elsewhere;
  from_elsewhere.address = "192.0.2.2";
  CHECK(rig.offer(from_elsewhere));
  // A client that is relayed gives its first place back, and has another one of which there are more.
  REQUIRE(visitors.back().handshake());
  visitors.back().write("GET");
  const RelayedConnection httpd = rig.next_greeted();
  CHECK(happens([&] { return rig.offer().has_value(); }));
  visitors.clear();
  CHECK(happens([&] { return rig.offer().has_value(); }));
}
