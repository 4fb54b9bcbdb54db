// SPDX-License-Identifier: Apache-2.0
// A new version of module and gateway takes over from the old one in a running httpd.
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/os/built.hpp"
#include "support/os/processes.hpp"
#include "support/peers/scripted_backend.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <filesystem>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

// As a package does it: the file is there whole, or the old one is.
void install(const fs::path& from, const fs::path& to) {
  const fs::path beside = to.string() + ".new";
  fs::copy_file(from, beside, fs::copy_options::overwrite_existing);
  fs::rename(beside, to);
}

fs::path module_of(const HttpdFixture& httpd) {
  return httpd.root() / "mod_rtmpt_proxy.so";
}

// The version that stands there before an upgrade, and the one that follows.
void install_current(const HttpdFixture& httpd) {
  install(built::module_file(), module_of(httpd));
  install(built::gateway_file(), httpd.gateway());
}

void install_next(const HttpdFixture& httpd) {
  install(built::next_module(), module_of(httpd));
  install(built::next_gateway(), httpd.gateway());
}

HttpdOptions with_module_of_its_own(const ScriptedBackend& backend) {
  HttpdOptions options;
  options.with_module = false;
  options.global = "LoadModule rtmpt_proxy_module @ROOT@/mod_rtmpt_proxy.so\n"
                   "LogLevel rtmpt_proxy:debug\n"
                   "RTMPTGateway @ROOT@/rtmpt-gateway\n";
  options.site = "RTMPTProxyPass " + backend.url() + "\n";
  return options;
}

TunnelSession session_of(const HttpdFixture& httpd, ScriptedBackend& backend, const Carriage& carriage) {
  TunnelSession session{TunnelClient(carriage.tls ? httpd.tls() : httpd.plain(), carriage.headers), nullptr};
  session.client.open();
  session.media = backend.accept();
  return session;
}

bool is_alive(pid_t pid) {
  return kill(pid, 0) == 0;
}

} // namespace

TEST_CASE("After an upgrade the old gateway finishes its sessions and the new one takes new ones") {
  ScriptedBackend backend;
  HttpdFixture httpd(with_module_of_its_own(backend));
  REQUIRE(httpd.gateway() == httpd.root() / "rtmpt-gateway");
  install_current(httpd);
  httpd.start();
  const pid_t old_gateway = httpd.gateway_pid();
  auto taken = session_of(httpd, backend, handed_over());
  auto passed_on = session_of(httpd, backend, forwarded());
  CHECK_NOTHROW(carry_both_ways(taken, 20'000, 1));
  CHECK_NOTHROW(carry_both_ways(passed_on, 20'000, 2));

  install_next(httpd);
  httpd.graceful();
  const pid_t new_gateway = httpd.gateway_pid();
  CHECK(new_gateway != old_gateway);
  httpd.error_log().wait_for("RTMPT080: rtmpt-gateway 99\\.0\\.0 runs");

  // The old sessions go on: on the connection that the old gateway has, on a new one, and forwarded.
  CHECK(is_alive(old_gateway));
  CHECK_NOTHROW(carry_both_ways(taken, 20'000, 3));
  taken.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(taken, 20'000, 4));
  passed_on.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(passed_on, 20'000, 5));
  auto later = session_of(httpd, backend, handed_over());
  CHECK_NOTHROW(carry_both_ways(later, 20'000, 6));

  // With its last session the old gateway ends; the new one does not notice.
  CHECK(taken.client.close().status == 200);
  CHECK(passed_on.client.close().status == 200);
  CHECK(happens([&] { return !is_alive(old_gateway); }, Deadline(20s)));
  CHECK_NOTHROW(carry_both_ways(later, 20'000, 7));
  CHECK(httpd.gateway_pids() == std::vector<pid_t>{new_gateway});
}

TEST_CASE("A gateway that was built again in the same version takes the place of the one that runs") {
  ScriptedBackend backend;
  HttpdFixture httpd(with_module_of_its_own(backend));
  install_current(httpd);
  httpd.start();
  const pid_t old_gateway = httpd.gateway_pid();
  auto taken = session_of(httpd, backend, handed_over());
  httpd.graceful();
  CHECK(httpd.gateway_pid() == old_gateway); // nothing was installed

  install_current(httpd);
  httpd.graceful();
  const pid_t new_gateway = httpd.gateway_pid();
  CHECK(new_gateway != old_gateway);
  CHECK_NOTHROW(carry_both_ways(taken, 20'000, 1));
  auto later = session_of(httpd, backend, handed_over());
  CHECK_NOTHROW(carry_both_ways(later, 20'000, 2));
  CHECK(taken.client.close().status == 200);
  CHECK(happens([&] { return !is_alive(old_gateway); }, Deadline(20s)));
  CHECK_NOTHROW(carry_both_ways(later, 20'000, 3));
}

TEST_CASE("After a downgrade the newer gateway finishes its sessions and the older one takes new ones") {
  ScriptedBackend backend;
  HttpdFixture httpd(with_module_of_its_own(backend));
  install_next(httpd);
  httpd.start();
  const pid_t newer_gateway = httpd.gateway_pid();
  auto taken = session_of(httpd, backend, handed_over());
  auto passed_on = session_of(httpd, backend, forwarded());

  install_current(httpd);
  httpd.graceful();
  const pid_t older_gateway = httpd.gateway_pid();
  CHECK(older_gateway != newer_gateway);
  CHECK_NOTHROW(carry_both_ways(taken, 20'000, 1));
  taken.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(taken, 20'000, 2));
  passed_on.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(passed_on, 20'000, 3));
  auto later = session_of(httpd, backend, handed_over());
  CHECK_NOTHROW(carry_both_ways(later, 20'000, 4));

  CHECK(taken.client.close().status == 200);
  CHECK(passed_on.client.close().status == 200);
  CHECK(happens([&] { return !is_alive(newer_gateway); }, Deadline(20s)));
  CHECK_NOTHROW(carry_both_ways(later, 20'000, 5));
  CHECK(httpd.gateway_pids() == std::vector<pid_t>{older_gateway});
}

TEST_CASE(
    "After an upgrade a connection that brings the other gateway's session is told 421, and every session goes on") {
  const auto carriage = GENERATE(values<Carriage>({handed_over(), {"over TLS", true, "", false}}));
  CAPTURE(carriage);
  ScriptedBackend backend;
  HttpdFixture httpd(with_module_of_its_own(backend));
  install_current(httpd);
  httpd.start();
  const pid_t old_gateway = httpd.gateway_pid();
  auto old_session = session_of(httpd, backend, carriage);
  auto old_forwarded = session_of(httpd, backend, forwarded());
  CHECK_NOTHROW(carry_both_ways(old_session, 20'000, 1));
  CHECK_NOTHROW(carry_both_ways(old_forwarded, 20'000, 1));
  install_next(httpd);
  httpd.graceful();
  const pid_t new_gateway = httpd.gateway_pid();
  REQUIRE(new_gateway != old_gateway);
  auto new_session = session_of(httpd, backend, carriage);
  auto new_forwarded = session_of(httpd, backend, forwarded());
  CHECK_NOTHROW(carry_both_ways(new_session, 20'000, 2));
  CHECK_NOTHROW(carry_both_ways(new_forwarded, 20'000, 2));

  for (const bool by_old : {true, false}) {
    CAPTURE(by_old);
    auto& carrier = by_old ? old_session : new_session;
    auto& stranger = by_old ? new_session : old_session;
    auto& connection = carrier.client.connection();
    const auto reply = connection.exchange(stranger.client.request("idle", 900, "")); // its gateway never sees it
    CHECK(reply.status == 421);
    CHECK(reply.says_close());
    CHECK(connection.closed_by_server());
    carrier.client.reconnect();
    CHECK_NOTHROW(carry_both_ways(carrier, 20'000, 3));
    CHECK_NOTHROW(carry_both_ways(stranger, 20'000, 4));
  }

  // A forwarded connection carries sessions of both.
  old_forwarded.client.reconnect(); // httpd closed its connection at the graceful
  auto& shared = old_forwarded.client.connection();
  for (int round = 0; round < 3; ++round)
    for (auto* const session : {&old_forwarded, &new_forwarded}) {
      const std::string piece = "piece " + std::to_string(round);
      const std::size_t had = session->media->received_bytes();
      const std::string request = session->client.request("send", session->client.take_number(), piece);
      CHECK(shared.exchange(request).status == 200);
      CHECK(session->media->wait_for_bytes(had + piece.size()).ends_with(piece));
    }

  // When the old gateway has ended nobody has its sessions.
  for (auto* const session : {&old_session, &old_forwarded})
    CHECK(session->client.close().status == 200);
  CHECK(happens([&] { return !is_alive(old_gateway); }, Deadline(20s)));
  const std::string gone = old_session.client.request("idle", 900, "");
  CHECK(new_session.client.connection().exchange(gone).status == 421);
  CHECK(HttpConnection(carriage.tls ? httpd.tls() : httpd.plain()).exchange(gone).status == 404);
  CHECK(shared.exchange(old_forwarded.client.request("idle", 900, "")).status == 404);
  new_session.client.reconnect();
  CHECK_NOTHROW(carry_both_ways(new_session, 20'000, 5));
  CHECK(httpd.gateway_pids() == std::vector<pid_t>{new_gateway});
}
