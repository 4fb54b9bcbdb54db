// SPDX-License-Identifier: Apache-2.0
// librtmp's publishers never read a reply. Theirs go on for hours, and so must the gateway.
#include "support/os/processes.hpp"
#include "support/os/random_bytes.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <cstdio>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kRequests = 50'000;
constexpr std::uint32_t kEarly = 5'000;            // by then every buffer has its size
constexpr std::size_t kMemoryAllowance = 2u << 20; // bytes that the gateway may grow by between early and late

} // namespace

TEST_CASE("A publisher that never reads a reply sends 50,000 requests, every byte arrives, and memory stays flat") {
  const auto carriage = GENERATE(from_range(carriages()));
  CAPTURE(carriage);
  HttpdOptions options;
  options.global = "Timeout 5\n"; // nobody waits for this client: a thread of httpd that did would give up
  TunnelSite site(options);
  const auto gateway = site.httpd().gateway_pid();
  // A small window, so that the replies back up in the gateway early.
  auto endpoint = carriage.tls ? site.httpd().tls() : site.httpd().plain();
  endpoint.receive_buffer_bytes = 4096;
  TunnelSession session{TunnelClient(endpoint, carriage.headers), nullptr};
  session.client.open();
  session.media = site.backend().accept();
  std::string sent;
  std::size_t early_memory = 0;
  for (std::uint32_t i = 0; i < kRequests; ++i) {
    const auto body = random_bytes(1 + i * 31 % 300, i);
    sent += body;
    session.client.connection().send(session.client.request("send", session.client.take_number(), body));
    if (i == kEarly) {
      session.media->wait_for_bytes(sent.size());
      early_memory = memory_bytes(gateway);
    }
  }
  CHECK(difference(session.media->wait_for_bytes(sent.size(), Deadline(30s)), sent) == "");
  const auto late_memory = memory_bytes(gateway);
  std::printf("%s: 50,000 requests, %zu bytes arrived; gateway memory after 5,000: %zu KiB, after 50,000: %zu KiB\n",
              carriage.name.c_str(), sent.size(), early_memory / 1024, late_memory / 1024);
  CHECK(early_memory > 0);
  CHECK(late_memory < early_memory + kMemoryAllowance);

  // A second connection gets its answers: the session is well.
  session.client.reconnect();
  CHECK(session.client.send("end").status == 200);
  CHECK(session.client.close().status == 200);
  CHECK_NOTHROW(session.media->wait_for_end());
}
