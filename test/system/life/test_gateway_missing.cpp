// SPDX-License-Identifier: Apache-2.0
// An httpd whose gateway cannot run: pages are served, streams are refused, one line says why.
#include "support/clients/http_connection.hpp"
#include "support/os/built.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

struct Fault {
  std::string name;
  std::function<void(const fs::path&)> make; // spoils the gateway program at that path
  std::string reason;                        // regular expression of why, in the error line
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << fault.name;
}

std::vector<Fault> faults() {
  return {
      {"missing", [](const fs::path& file) { fs::remove(file); }, "No such file or directory"},
      {"not executable", [](const fs::path& file) { fs::permissions(file, fs::perms(0644)); },
       "not executable|Permission denied"},
      {"a directory",
       [](const fs::path& file) {
         fs::remove(file);
         fs::create_directory(file);
       },
       "no regular file|not a regular file|is a directory"},
      {"of another version",
       [](const fs::path& file) {
         fs::copy_file(built::other_version_gateway(), file, fs::copy_options::overwrite_existing);
       },
       "its version is '0\\.0\\.1', expected '[0-9.]+'"},
      {"no program of ours",
       [](const fs::path& file) { fs::copy_file("/bin/true", file, fs::copy_options::overwrite_existing); }, "."},
  };
}

HttpdOptions passing_to(const ScriptedBackend& backend) {
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + backend.url() + "\n";
  return options;
}

constexpr const char* kErrorLine = R"(\[(rtmpt_proxy|rtmpt_gateway):error\])";

} // namespace

TEST_CASE("With a gateway that cannot run httpd starts, serves its pages and refuses sessions with 503") {
  const auto fault = GENERATE(from_range(faults()));
  CAPTURE(fault);
  ScriptedBackend backend;
  HttpdFixture httpd(passing_to(backend));
  fault.make(httpd.gateway());
  httpd.start(false);
  httpd.error_log().expect("error.*" + httpd.gateway().string() + ".*(" + fault.reason + ")");
  httpd.error_log().expect(kErrorLine);
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  CHECK(httpd.error_log().count(kErrorLine, 1) == 1);
  for (const auto& carriage : carriages()) {
    CAPTURE(carriage);
    TunnelClient client(carriage.tls ? httpd.tls() : httpd.plain(), carriage.headers);
    CHECK(client.try_open().status == 503);
    client.reconnect(); // httpd closes after a 503
    const auto reply = client.connection().exchange(post("/idle/AAAAAAAAAAAAAAAAAAAAAAA/0", "", carriage.headers));
    CHECK((reply.status == 503 || reply.status == 404));
  }
  CHECK(httpd.error_log().count(kErrorLine, 1) == 1); // not once more for each client
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
  CHECK_FALSE(backend.has_connection(Deadline(50ms)));
  CHECK(httpd.gateway_pids().empty());
}

TEST_CASE("A gateway that was missing is started by the next graceful once it is there") {
  ScriptedBackend backend;
  HttpdFixture httpd(passing_to(backend));
  const auto aside = httpd.root() / "aside";
  fs::rename(httpd.gateway(), aside);
  httpd.start(false);
  httpd.error_log().expect(kErrorLine);
  TunnelClient early(httpd.plain());
  CHECK(early.try_open().status == 503);
  fs::rename(aside, httpd.gateway());
  httpd.graceful();
  httpd.gateway_pid();
  TunnelSession session{TunnelClient(httpd.plain()), nullptr};
  CHECK_NOTHROW(session.client.open());
  session.media = backend.accept();
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
}

TEST_CASE("An httpd without RTMPTProxyPass needs no gateway") {
  HttpdFixture httpd(HttpdOptions{});
  fs::remove(httpd.gateway());
  httpd.start(false);
  CHECK(fetch(httpd.plain(), "/").body == kPageText);
}
