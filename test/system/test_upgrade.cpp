// A new version of module and gateway takes over from the old one in a running httpd.
#include "support/http_connection.hpp"
#include "support/httpd_fixture.hpp"
#include "support/processes.hpp"
#include "support/scripted_backend.hpp"
#include "support/tunnel_site.hpp"

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
  const fs::path module = httpd.root() / "mod_rtmpt_proxy.so";
  install(RTMPT_MODULE_FILE, module);
  install(RTMPT_GATEWAY_FILE, httpd.root() / "rtmpt-gateway");
  httpd.start();
  REQUIRE(httpd.gateway() == httpd.root() / "rtmpt-gateway");
  const pid_t old_gateway = httpd.gateway_pid();
  auto taken = session_of(httpd, backend, handed_over());
  auto passed_on = session_of(httpd, backend, forwarded());
  CHECK_NOTHROW(carry_both_ways(taken, 20'000, 1));
  CHECK_NOTHROW(carry_both_ways(passed_on, 20'000, 2));

  install(RTMPT_NEXT_MODULE, module);
  install(RTMPT_NEXT_GATEWAY, httpd.gateway());
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
