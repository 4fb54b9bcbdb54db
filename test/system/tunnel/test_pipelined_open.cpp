// SPDX-License-Identifier: Apache-2.0
// Bytes that clients send behind their open without waiting for its answer.
#include "support/os/random_bytes.hpp"
#include "support/sites/pumped_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr int kClients = 150;
constexpr int kAtOnce = 10;
constexpr std::size_t kBehindEach = 15u << 20;
constexpr std::size_t kAllowance = 16u << 20;

// An open, and at once behind it what looks like the body of a request that nobody asked for.
std::string open_with_bytes_behind() {
  std::string text = post("/open/1", "0");
  text +=
      "POST /send/nobody/0 HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(kBehindEach) + "\r\n\r\n";
  text.append(kBehindEach, 'b');
  return text;
}

// Sends as much of `text` as the server takes. Returns the status of the first answer.
int send_and_hear(HttpConnection& connection, std::string_view text) {
  try {
    connection.send(text, Deadline(20s));
  } catch (const std::system_error&) {
    // The server ends the connection in the middle of it, as it may.
  }
  try {
    return connection.receive(Deadline(20s)).status;
  } catch (const std::exception&) {
    return 0; // the end of the connection may overtake the answer
  }
}

} // namespace

TEST_CASE("Opens with 15 MiB behind each cost httpd's children no memory") {
  HttpdOptions options;
  options.site = "RTMPTSessionTimeout 2s\n";
  TunnelSite site(options);
  auto& httpd = site.httpd();
  std::vector<std::unique_ptr<BackendConnection>> media;
  std::atomic<bool> stop = false;
  std::jthread accepting([&] {
    while (!stop)
      if (site.backend().has_connection(Deadline(20ms))) media.push_back(site.backend().accept());
  });
  const std::string text = open_with_bytes_behind();
  { // what a child keeps for itself comes with its first requests
    HttpConnection first(httpd.plain());
    send_and_hear(first, text);
  }
  const std::size_t before = memory_of_children(httpd);
  std::atomic<int> next = 0;
  std::atomic<int> heard = 0;
  std::vector<std::unique_ptr<HttpConnection>> connections(kClients);
  std::vector<std::thread> clients;
  for (int i = 0; i < kAtOnce; ++i)
    clients.emplace_back([&] {
      for (int mine = next++; mine < kClients; mine = next++) {
        auto connection = std::make_unique<HttpConnection>(httpd.plain());
        heard += send_and_hear(*connection, text) == 200 ? 1 : 0;
        connections[static_cast<std::size_t>(mine)] = std::move(connection);
      }
    });
  std::size_t most = before;
  while (next < kClients) {
    most = std::max(most, memory_of_children(httpd));
    std::this_thread::sleep_for(50ms);
  }
  for (std::thread& client : clients)
    client.join();
  const std::size_t after = memory_of_children(httpd);
  most = std::max(most, after);
  std::printf("%d opens answered; children: %zu KiB before, %zu at most, %zu after\n", heard.load(), before / 1024,
              most / 1024, after / 1024);
  stop = true;
  accepting.join();
  CHECK(media.size() >= kClients / 2);
  CHECK(most < before + kAllowance);
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
}

TEST_CASE("Whatever part of the requests behind an open httpd has read, the gateway gets all of them in order") {
  TunnelSite site;
  for (const std::size_t body_bytes : {std::size_t{1}, std::size_t{3'000}, std::size_t{9'000}, std::size_t{200'000}}) {
    CAPTURE(body_bytes);
    auto session = site.session(handed_over());
    // One request on a new connection, which a child reads, and others in the same write behind it.
    session.client.reconnect();
    std::string up;
    std::string text;
    for (std::uint32_t i = 0; i < 5; ++i) {
      const std::string body = random_bytes(body_bytes, i);
      text += session.client.request("send", session.client.take_number(), body);
      up += body;
    }
    session.client.connection().send(text);
    for (int i = 0; i < 5; ++i)
      REQUIRE(session.client.connection().receive().status == 200);
    CHECK(difference(session.media->wait_for_bytes(up.size()), up).empty());
  }
}
