// SPDX-License-Identifier: Apache-2.0
// Clients that keep to no rule, against a backend that keeps to none: the gateway goes on, and keeps nothing of them.
#include "support/clients/http_connection.hpp"
#include "support/clients/tunnel_client.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/processes.hpp"
#include "support/os/random_bytes.hpp"
#include "support/peers/noisy_backend.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <sys/socket.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr int kClients = 12;
constexpr auto kTime = 15s;
// Small blocks of some hundred sessions at a time leave holes in the heap; one stream buffer lost per session would be
// hundreds of megabytes.
constexpr std::size_t kMemoryAllowance = 48u << 20;

// One session's worth of misbehaviour.
class HostileClient {
 public:
  HostileClient(const Endpoint& endpoint, std::uint32_t seed) : endpoint_(endpoint), random_(seed), seed_(seed) {}

  void run() {
    TunnelClient opener(endpoint_);
    opener.open();
    id_ = opener.id();
    connect();
    for (int step = static_cast<int>(random_() % 60); step > 0; --step)
      act();
  }

 private:
  void connect() { connections_.push_back(std::make_unique<HttpConnection>(endpoint_)); }

  std::string request(const char* kind, std::string_view body) {
    constexpr std::array<int, 12> kSteps{1, 1, 1, 1, 1, 1, 1, 1, 0, -1, 2, 70};
    number_ += static_cast<std::uint32_t>(kSteps[random_() % kSteps.size()]);
    return post(tunnel_target(kind, id_, number_), body, random_() % 10 == 0 ? "Via: 1.1 z\r\n" : "");
  }

  std::string several_requests() {
    std::string text;
    for (std::uint32_t count = 2 + random_() % 6; count > 0; --count)
      text += request(random_() % 2 == 0 ? "idle" : "send", "ab");
    return text;
  }

  void act() {
    if (connections_.empty()) connect();
    const std::size_t which = random_() % connections_.size();
    HttpConnection& connection = *connections_[which];
    constexpr std::array<std::size_t, 5> kSizes{0, 1, 100, 5'000, 200'000};
    switch (random_() % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
      connection.send(request("send", random_bytes(kSizes[random_() % kSizes.size()], seed_)), Deadline(200ms));
      break;
    case 4:
    case 5:
    case 6: connection.send(request("idle", "0"), Deadline(200ms)); break;
    case 7: connection.send(several_requests(), Deadline(200ms)); break;
    case 8: {
      const std::string text = request("send", random_bytes(3'000, seed_));
      connection.send(std::string_view(text).substr(0, random_() % text.size()), Deadline(200ms));
      break;
    }
    case 9: connection.reset(); [[fallthrough]];
    case 10: connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(which)); break;
    case 11: ::shutdown(connection.stream().socket(), SHUT_WR); break;
    case 12: connect(); break;
    case 13: connection.send(random_() % 8 == 0 ? request("close", "0") : random_bytes(300, seed_ + number_)); break;
    default: connection.stream().read_some(Deadline(std::chrono::milliseconds(random_() % 300)));
    }
  }

  Endpoint endpoint_;
  std::mt19937 random_;
  std::uint32_t seed_;
  std::string id_;
  std::uint32_t number_ = 0;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
};

} // namespace

TEST_CASE("Hostile clients and a moody backend leave the gateway running and nothing behind") {
  NoisyBackend backend(1);
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + backend.url() + "\nRTMPTSessionTimeout 1\n";
  HttpdFixture httpd(options);
  httpd.start();
  const auto gateway = httpd.gateway_pid();
  httpd.error_log().expect("RTMPT050"); // a session that the backend ends at once
  // The body of a send that was cut off takes its end from the request behind it, and httpd reads on in its middle.
  httpd.error_log().allow("AH00135: Invalid method in request");
  eventually("a session begins", [&] { return TunnelClient(httpd.plain()).try_open().status == 200; });
  const auto descriptors_before = open_descriptors(gateway);
  const auto memory_before = memory_bytes(gateway);

  const Deadline end(kTime);
  std::atomic<std::uint32_t> sessions = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i)
    clients.emplace_back([&, i] {
      for (std::uint32_t round = 0; !end.passed(); ++round) {
        try {
          HostileClient(httpd.plain(), static_cast<std::uint32_t>(i) * 10'000 + round).run();
        } catch (const std::exception&) {
          // Refused, reset, timed out: what such a client has to expect.
        }
        ++sessions;
      }
    });
  int pages = 0;
  while (!end.passed())
    pages += fetch(httpd.plain(), "/").body == kPageText ? 1 : 0;
  for (std::thread& client : clients)
    client.join();

  CHECK(pages > 100);
  CHECK(sessions > 100);
  CHECK(httpd.gateway_pid() == gateway);
  // Channels of httpd's children may stay; connections and sessions go with the session timeout.
  const auto begun = httpd.error_log().matching("RTMPT302").size();
  CHECK(begun > 100);
  CHECK(happens([&] { return httpd.error_log().matching("RTMPT303").size() >= begun; }, Deadline(30s)));
  CHECK(happens([&] { return open_descriptors(gateway) <= descriptors_before + 64 * 2; }));
  const auto memory_after = memory_bytes(gateway);
  std::printf("%u sessions, %d pages; gateway: %zu descriptors before, %zu after; %zu KiB before, %zu after\n",
              sessions.load(), pages, descriptors_before, open_descriptors(gateway), memory_before / 1024,
              memory_after / 1024);
  CHECK(memory_after < memory_before + kMemoryAllowance);
}
