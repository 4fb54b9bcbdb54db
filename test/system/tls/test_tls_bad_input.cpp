// SPDX-License-Identifier: Apache-2.0
// Clients that are odd or hostile where TLS ends at the gateway: each gets an end in time, and streams and pages go on.
#include "support/clients/byte_stream.hpp"
#include "support/clients/http_connection.hpp"
#include "support/os/processes.hpp"
#include "support/sites/traffic.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct Free {
  void operator()(SSL* tls) const { SSL_free(tls); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// The first flight of an OpenSSL client, whose session ticket fills it up to about so many bytes.
std::string client_hello(std::size_t bytes = 0) {
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  const std::unique_ptr<SSL, Free> tls(SSL_new(context.get()));
  BIO* const out = BIO_new(BIO_s_mem());
  SSL_set_bio(tls.get(), BIO_new(BIO_s_mem()), out);
  // A long list of protocols would be ALPN; a long list of names of certificate authorities is not looked at.
  STACK_OF(X509_NAME)* const names = sk_X509_NAME_new_null();
  for (std::size_t size = 0; size < bytes; size += 120) {
    X509_NAME* const name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(std::string(60, 'n').c_str()), 60, -1, 0);
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(std::string(30, 'o').c_str()), 30, -1, 0);
    sk_X509_NAME_push(names, name);
  }
  SSL_set0_CA_list(tls.get(), names);
  SSL_connect(tls.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  return {text, static_cast<std::size_t>(size)};
}

Endpoint without_tls(const Endpoint& endpoint) {
  return {endpoint.address, endpoint.port};
}

// Whether the server has ended the connection by then, whatever it said before.
bool ends_by(ByteStream& stream, Deadline deadline) {
  try {
    while (!stream.read_some(deadline).empty()) {
    }
    return true;
  } catch (const TimedOut&) {
    return false;
  } catch (const std::system_error&) {
    return true; // a reset
  }
}

struct BadInputSite {
  BadInputSite()
      : site([] {
          HttpdOptions options;
          options.global = "Timeout 5\n";
          options.tls_site = "RTMPTTerminateTLS gateway\n";
          return options;
        }()),
        session(begin_session(site.backend(), site.httpd().tls())),
        traffic(session, 1) {
    site.httpd().error_log().allow("AH02008|SSL Library Error|AH02042|AH02041|AH02261");
  }

  // Streams and pages are as before.
  void check_others() {
    CHECK(traffic.goes_on());
    CHECK(fetch(site.httpd().tls(), "/").body == kPageText);
  }

  RtmpSite site;
  RtmpSession session;
  Traffic<RtmpSession> traffic;
};

} // namespace

TEST_CASE("What is no whole TLS handshake gets an end in time") {
  BadInputSite bad;
  const Endpoint raw = without_tls(bad.site.httpd().tls());
  const std::string hello = client_hello();
  std::string broken = hello;
  broken[50] = static_cast<char>(broken[50] ^ 0x55);
  broken[broken.size() - 20] = '\x7f';
  std::vector<std::string> inputs{
      "GET / HTTP/1.0\r\n\r\n",
      "\x16"s,
      "\x16\x03\x01"s,
      hello.substr(0, 5),
      hello.substr(0, hello.size() / 2),
      hello,                                              // and nothing behind it
      hello + hello,                                      // twice
      hello + "\x15\x03\x03\0\2\1\0"s,                    // an alert: close_notify
      hello + "\x15\x03\x03\0\2\2\x28"s,                  // a fatal one
      hello + std::string(20'000, '\0'),                  // garbage behind it
      "\x16\x03\x01\xff\xff"s + std::string(70'000, 'x'), // a record that is too long
      "\x16\x03\x01\0\0"s,                                // an empty one
      "\x16\x03\x01\x00\x04\x01\xff\xff\xff"s,            // a message of 16 MiB
      "\x80\x2e\x01\x03\x01"s + std::string(43, '\1'),    // SSL 2.0
      broken,
  };
  std::vector<std::unique_ptr<ByteStream>> clients;
  for (const std::string& input : inputs) {
    clients.push_back(connect_to(raw));
    try {
      clients.back()->write_all(input);
    } catch (const std::system_error&) { // refused before all of it was written
    }
  }
  bad.check_others();
  const Deadline deadline(25s);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    CAPTURE(i);
    CHECK(ends_by(*clients[i], deadline));
  }
  bad.check_others();
  CHECK_NOTHROW(bad.traffic.stop());
}

TEST_CASE("A long first flight that comes byte by byte is served, and costs no more than its segments") {
  BadInputSite bad;
  const std::string hello = client_hello(14'000);
  REQUIRE(hello.size() > 12'000);
  const auto stream = connect_to(without_tls(bad.site.httpd().tls()));
  for (const char byte : hello)
    stream->write_all({&byte, 1});
  const std::string answer = stream->read_some(Deadline(20s));
  REQUIRE(answer.size() > 5);
  CHECK(answer[0] == '\x16'); // the server's handshake
  bad.check_others();
  CHECK_NOTHROW(bad.traffic.stop());
}

TEST_CASE("Clients that leave in mid-handshake, in any way, leave nothing behind") {
  BadInputSite bad;
  const Endpoint raw = without_tls(bad.site.httpd().tls());
  const std::string hello = client_hello();
  const pid_t gateway = bad.site.httpd().gateway_pid();
  bad.check_others();
  const std::size_t before = open_descriptors(gateway);
  for (int round = 0; round < 300; ++round) {
    const auto stream = connect_to(raw);
    stream->write_all(
        std::string_view(hello).substr(0, round % 3 == 0 ? hello.size() : static_cast<std::size_t>(round)));
    if (round % 3 == 0) stream->read_some(Deadline{});
    if (round % 2 == 0) {
      const linger at_once{1, 0};
      ::setsockopt(stream->socket(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
  }
  CHECK(happens([&] { return open_descriptors(gateway) <= before + 5; }, Deadline(30s)));
  bad.check_others();
  CHECK_NOTHROW(bad.traffic.stop());
}

TEST_CASE("A thousand handshakes of one address delay another one's streams and pages little") {
  BadInputSite bad;
  constexpr int kThreads = 4;
  constexpr int kEach = 250;
  Endpoint flood = bad.site.httpd().tls();
  flood.from_address = "127.0.0.9";
  std::vector<std::future<int>> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.push_back(std::async(std::launch::async, [flood] {
      int done = 0;
      for (int n = 0; n < kEach; ++n) {
        try {
          connect_to(flood);
          ++done;
        } catch (const std::exception&) { // closed, because too many of its address wait
        }
      }
      return done;
    }));
  int rounds = 0;
  while (threads.back().wait_for(0s) != std::future_status::ready) {
    const auto begin = std::chrono::steady_clock::now();
    bad.check_others();
    CHECK(since(begin) < 15s);
    ++rounds;
  }
  int done = 0;
  for (auto& thread : threads)
    done += thread.get();
  CHECK(rounds > 0);
  CHECK(done > kThreads * kEach / 2);
  CHECK_NOTHROW(bad.traffic.stop());
}

TEST_CASE("A client may not negotiate its TLS anew") {
  BadInputSite bad;
  const Deadline deadline;
  const auto socket = connect_tcp(bad.site.httpd().tls(), deadline);
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  const std::unique_ptr<SSL, Free> tls(SSL_new(context.get()));
  SSL_set_fd(tls.get(), socket.get());
  const auto repeat = [&](auto step) {
    for (;;) {
      const int result = step();
      const int why = SSL_get_error(tls.get(), result);
      if (result > 0 || (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)) return result;
      if (!ready(socket.get(), why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) throw TimedOut("TLS waits");
    }
  };
  REQUIRE(repeat([&] { return SSL_connect(tls.get()); }) == 1);
  SSL_renegotiate(tls.get());
  char byte = 0;
  const int renewed = repeat([&] { return SSL_do_handshake(tls.get()); });
  const int read = renewed == 1 ? repeat([&] { return SSL_read(tls.get(), &byte, 1); }) : -1;
  CHECK(read <= 0);
  bad.check_others();
  CHECK_NOTHROW(bad.traffic.stop());
}
