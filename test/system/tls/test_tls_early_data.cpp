// SPDX-License-Identifier: Apache-2.0
// Early data (0-RTT), which anybody can replay who has seen it: neither the gateway nor mod_ssl takes any, and the
// client that sends it again behind its handshake is served.
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/peers/scripted_backend.hpp"
#include "test/support/count_in.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

using namespace rtmpt_proxy::test;

namespace {

constexpr std::uint32_t kEarlyBytes = 16384; // what a ticket would have to allow
constexpr std::string_view kPage = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view kOpen =
    "POST /open/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx";

struct Free {
  void operator()(SSL* tls) const { SSL_free(tls); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, Free>;

// A client of OpenSSL's on a socket that waits 20 seconds at most.
class Client {
 public:
  explicit Client(std::uint16_t port)
      : context_(SSL_CTX_new(TLS_client_method())),
        tls_(SSL_new(context_.get())),
        socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{20, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no connection to httpd");
    SSL_set_fd(tls_.get(), socket_.get());
    SSL_set_tlsext_host_name(tls_.get(), "localhost");
  }

  // Uses a ticket as if it allowed early data.
  void use(const Session& session) {
    SSL_SESSION_set_max_early_data(session.get(), kEarlyBytes);
    SSL_SESSION_set1_hostname(session.get(), "localhost"); // without it OpenSSL sends none to a name
    if (SSL_set_session(tls_.get(), session.get()) != 1) throw std::runtime_error("the ticket is no good");
  }
  void send_early(std::string_view bytes) {
    std::size_t written = 0;
    if (SSL_write_early_data(tls_.get(), bytes.data(), bytes.size(), &written) != 1 || written != bytes.size())
      throw std::runtime_error("no early data could be sent");
  }
  bool connect() { return SSL_connect(tls_.get()) == 1; }
  void send(std::string_view bytes) {
    if (SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
      throw std::runtime_error("the TLS connection is lost");
  }
  std::string receive_all() {
    std::string all;
    char bytes[4096];
    for (int got = 0; (got = SSL_read(tls_.get(), bytes, sizeof bytes)) > 0;)
      all.append(bytes, static_cast<std::size_t>(got));
    return all;
  }
  // A copy: OpenSSL uses a session no more whose connection was not closed by both sides.
  Session session() { return Session(SSL_SESSION_dup(SSL_get0_session(tls_.get()))); }
  bool is_resumed() { return SSL_session_reused(tls_.get()) == 1; }
  bool was_early_data_taken() { return SSL_get_early_data_status(tls_.get()) == SSL_EARLY_DATA_ACCEPTED; }

 private:
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> tls_;
  rtmpt_proxy::local::Descriptor socket_;
};

HttpdOptions options_for(const ScriptedBackend& backend, const std::string& mpm) {
  HttpdOptions options;
  options.mpm = mpm;
  options.global = "LogLevel ssl:error\n";
  options.site = "RTMPTProxyPass " + backend.url() + "\nRTMPTAcceptRTMP On\n";
  options.tls_site = "RTMPTTerminateTLS gateway\n";
  return options;
}

// The ticket of a client that has had a page.
Session ticket_of(const HttpdFixture& httpd) {
  Client client(httpd.tls().port);
  REQUIRE(client.connect());
  client.send(kPage);
  REQUIRE(client.receive_all().find(kPageText) != std::string::npos);
  Session session = client.session();
  REQUIRE(SSL_SESSION_has_ticket(session.get()) == 1);
  CHECK(SSL_SESSION_get_max_early_data(session.get()) == 0);
  return session;
}

} // namespace

TEST_CASE("Early data is taken for nothing, and what comes behind the handshake is served once") {
  const std::string mpm = GENERATE("event", "worker"); // with worker, a client with a ticket is the gateway's
  CAPTURE(mpm);
  ScriptedBackend backend;
  HttpdFixture httpd(options_for(backend, mpm));
  httpd.start();
  for (const std::string_view request : {kPage, kOpen}) {
    CAPTURE(request);
    const Session session = ticket_of(httpd);
    Client client(httpd.tls().port);
    client.use(session);
    client.send_early(request);
    REQUIRE(client.connect());
    CHECK(client.is_resumed() == (mpm == "event"));
    CHECK_FALSE(client.was_early_data_taken());
    client.send(request);
    const std::string answer = client.receive_all();
    CAPTURE(answer);
    CHECK(count_in(answer, "HTTP/1.1 ") == 1);
    CHECK(answer.starts_with("HTTP/1.1 200"));
  }
}

TEST_CASE("Much early data ends its connection at the most, and others are served") {
  const std::string mpm = GENERATE("event", "worker");
  CAPTURE(mpm);
  ScriptedBackend backend;
  HttpdFixture httpd(options_for(backend, mpm));
  httpd.start();
  for (int i = 0; i < 10; ++i) {
    const Session session = ticket_of(httpd);
    Client client(httpd.tls().port);
    client.use(session);
    client.send_early(std::string(kEarlyBytes, 'e'));
    if (!client.connect()) continue;
    CHECK_FALSE(client.was_early_data_taken());
  }
  CHECK(fetch(httpd.tls(), "/").body == kPageText);
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
}
