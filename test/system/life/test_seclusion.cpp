// SPDX-License-Identifier: Apache-2.0
// The gateway runs as httpd's user, and so do CGI programs and PHP: they must not get at it.
#include "support/clients/http_connection.hpp"
#include "support/os/built.hpp"
#include "support/os/processes.hpp"
#include "support/os/text_file.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

namespace {

constexpr const char* kHttpdsUser = "www-data";
constexpr const char* kOtherUser = "games"; // Debian has it everywhere

uid_t id_of(const std::string& user) {
  const passwd* const entry = ::getpwnam(user.c_str());
  if (!entry) throw std::runtime_error("there is no user " + user);
  return entry->pw_uid;
}

// What a program of `user` can take of the process, by the names that intruder.cpp gives.
std::set<std::string> taken_by(const std::string& user, pid_t pid, const fs::path& folder) {
  const fs::path program = folder / "intruder"; // where every user can run it
  if (!fs::exists(program)) fs::copy_file(built::intruder(), program);
  const CommandResult result = run_command(
      {"setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", program.string(), std::to_string(pid)});
  if (result.exit_code != 0) throw std::runtime_error("the intruder failed: " + result.output);
  std::set<std::string> taken;
  std::istringstream lines(result.output);
  std::size_t tries = 0;
  for (std::string line; std::getline(lines, line); ++tries)
    if (line.ends_with(" taken")) taken.insert(line.substr(0, line.rfind(' ')));
  if (tries < 25) throw std::runtime_error("the intruder did not try all: " + result.output);
  return taken;
}

std::string status_field(pid_t pid, const std::string& name) {
  std::istringstream text(read_file("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(text, line);)
    if (line.starts_with(name + ":"))
      return line.substr(std::min(line.size(), line.find_first_not_of(" \t", name.size() + 1)));
  return "no " + name;
}

std::string limit_of(pid_t pid, const std::string& name) {
  std::istringstream text(read_file("/proc/" + std::to_string(pid) + "/limits"));
  for (std::string line; std::getline(text, line);)
    if (line.starts_with(name)) return line.substr(26, line.find_last_not_of(' ') - 25);
  return "no " + name;
}

// Each "NAME=value" in the environment of the process.
std::set<std::string> variables_of(pid_t pid) {
  std::set<std::string> variables;
  std::istringstream text(read_file("/proc/" + std::to_string(pid) + "/environ"));
  for (std::string variable; std::getline(text, variable, '\0');)
    variables.insert(variable);
  return variables;
}

// For as long as it lives this process, and the httpd that it starts, have a variable.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

void check_stream(TunnelSite& site) {
  auto session = site.session(handed_over());
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
}

bool yama_is_lax() {
  const fs::path scope = "/proc/sys/kernel/yama/ptrace_scope";
  return !fs::exists(scope) || read_file(scope).starts_with('0');
}

// The permissions of each mapping of the gateway's board in the process.
std::vector<std::string> board_mappings(pid_t pid) {
  std::vector<std::string> found;
  std::istringstream text(read_file("/proc/" + std::to_string(pid) + "/maps"));
  for (std::string line; std::getline(text, line);)
    if (line.find("rtmpt-gateway-board") != std::string::npos) found.push_back(line.substr(line.find(' ') + 1, 4));
  std::sort(found.begin(), found.end());
  return found;
}

} // namespace

TEST_CASE("The intruder of these tests takes what is not protected") {
  const TempDir folder;
  const ChildProcess victim({{"setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "sleep", "100"}});
  eventually("the victim runs as httpd's user", [&] {
    return user_of(victim.pid()) == id_of(kHttpdsUser) && status_field(victim.pid(), "Name") == "sleep";
  });
  const auto taken = taken_by(kHttpdsUser, victim.pid(), folder.path());
  for (const char* const name : {"environ", "maps", "auxv", "list of fd", "link exe", "kcmp", "prlimit", "signal"})
    CHECK(taken.count(name) == 1);
  if (yama_is_lax())
    for (const char* const name : {"mem", "ptrace seize", "ptrace attach", "process_vm_readv", "pidfd_getfd"})
      CHECK(taken.count(name) == 1);
}

TEST_CASE("A program of httpd's user can neither read the gateway nor take it over, but can signal it") {
  const int mode = GENERATE(0711, 0755); // as installed; as a developer builds it
  CAPTURE(mode);
  const Variable secret("RTMPT_TEST_SECRET", "of httpd's environment");
  const Variable language("LANG", "C");
  const Variable zone("TZ", "UTC");
  const Variable openssl("OPENSSL_CONF", "/etc/ssl/openssl.cnf");
  HttpdOptions options;
  const ScriptedBackend backend;
  options.site = "RTMPTProxyPass " + backend.url() + "\n";
  HttpdFixture httpd(options);
  fs::permissions(httpd.gateway(), static_cast<fs::perms>(mode));
  httpd.start();
  const pid_t pid = httpd.gateway_pid();
  CHECK(user_of(pid) == id_of(kHttpdsUser));
  CHECK(taken_by(kHttpdsUser, pid, httpd.root()) == std::set<std::string>{"signal"});
  CHECK(variables_of(pid) == std::set<std::string>{"LANG=C", "TZ=UTC", "OPENSSL_CONF=/etc/ssl/openssl.cnf"});
  for (const char* const set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    CHECK(status_field(pid, set) == "0000000000000000");
  CHECK(status_field(pid, "NoNewPrivs") == "1");
  CHECK(status_field(pid, "Groups").find_first_of("123456789") != std::string::npos); // as httpd's own children
  CHECK(limit_of(pid, "Max core file size").starts_with("0 "));
}

TEST_CASE("The options of a sanitizer reach the gateway, and no other variable of httpd's does") {
  const std::string name = GENERATE("ASAN_OPTIONS", "LSAN_OPTIONS", "MSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS");
  CAPTURE(name);
  const Variable options(name.c_str(), "print_summary=1");
  const Variable like_them("ASAN_SYMBOLIZER_PATH", "/usr/bin/false");
  const Variable secret("RTMPT_TEST_SECRET", "of httpd's environment");
  const Variable language("LANG", "C");
  const Variable zone("TZ", "UTC");
  TunnelSite site;
  CHECK(variables_of(site.httpd().gateway_pid()) ==
        std::set<std::string>{name + "=print_summary=1", "LANG=C", "TZ=UTC"});
  check_stream(site);
}

TEST_CASE("The gateway cannot be read in the moment between its exec and its first act") {
  // A program without a first act stands for it: what holds for it from its exec on holds for the gateway.
  HttpdOptions options;
  const ScriptedBackend backend;
  options.site = "RTMPTProxyPass " + backend.url() + "\n";
  HttpdFixture httpd(options);
  write_file(httpd.gateway(), ""); // replaced by what follows
  fs::copy_file(built::waiting_program(), httpd.gateway(), fs::copy_options::overwrite_existing);
  fs::permissions(httpd.gateway(), fs::perms(0755));
  httpd.error_log().expect("RTMPT081");
  httpd.launch();
  pid_t pid = 0;
  eventually("the program runs", [&] {
    const auto pids = httpd.gateway_pids();
    if (!pids.empty()) pid = pids.front();
    return pid != 0 && user_of(pid) == id_of(kHttpdsUser);
  });
  CHECK(taken_by(kHttpdsUser, pid, httpd.root()) == std::set<std::string>{"signal"});
  CHECK(status_field(pid, "CapPrm") == "0000000000000000");
  httpd.error_log().wait_for("resuming normal operations"); // before that it cannot be stopped
}

TEST_CASE("With a user of its own the gateway cannot even be signalled by httpd's user, and streams go") {
  HttpdOptions options;
  options.global = std::string("RTMPTGatewayUser ") + kOtherUser + "\n";
  TunnelSite site(options);
  const pid_t pid = site.httpd().gateway_pid();
  CHECK(user_of(pid) == id_of(kOtherUser));
  CHECK(group_of(pid) == ::getpwnam(kOtherUser)->pw_gid);
  CHECK(status_field(pid, "Groups").find_first_of("0123456789") == std::string::npos);
  CHECK(taken_by(kHttpdsUser, pid, site.httpd().root()).empty());
  CHECK(taken_by(kOtherUser, pid, site.httpd().root()) == std::set<std::string>{"signal"});
  check_stream(site);
}

TEST_CASE("Another RTMPTGatewayUser takes effect with a graceful, and running streams go on") {
  TunnelSite site;
  const pid_t before = site.httpd().gateway_pid();
  auto session = site.session(handed_over());
  HttpdOptions options;
  options.site = "RTMPTProxyPass " + site.backend().url() + "\n";
  options.global = "RTMPTGatewayUser #" + std::to_string(id_of(kOtherUser)) + "\n";
  site.httpd().configure(options);
  site.httpd().graceful();
  CHECK_NOTHROW(carry_both_ways(session, 20'000, 1));
  std::set<uid_t> users;
  for (const pid_t pid : site.httpd().gateway_pids())
    users.insert(user_of(pid));
  CHECK(users == std::set<uid_t>{id_of(kHttpdsUser), id_of(kOtherUser)});
  CHECK(user_of(before) == id_of(kHttpdsUser));
  site.httpd().graceful(); // with nothing changed the same ones go on
  CHECK(site.httpd().gateway_pids().size() == 2);
}

TEST_CASE("RTMPTGatewayUser is checked when the configuration is") {
  HttpdOptions options;
  options.site = "RTMPTProxyPass rtmp://127.0.0.1:1\n";
  HttpdFixture httpd(options);
  const auto complaint = [&](const std::string& line) {
    options.global = line + "\n";
    httpd.configure(options);
    const CommandResult result = httpd.configtest();
    return std::to_string(result.exit_code) + " " + result.output;
  };
  CHECK(complaint("RTMPTGatewayUser nobody-of-this-name")
            .find("RTMPT152: RTMPTGatewayUser 'nobody-of-this-name': expected the name of a user") !=
        std::string::npos);
  CHECK(complaint("RTMPTGatewayUser #12x").find("RTMPT152: RTMPTGatewayUser '#12x': expected") != std::string::npos);
  CHECK(complaint("RTMPTGatewayUser root")
            .find("RTMPT152: RTMPTGatewayUser 'root': expected a user without privileges, but it is root's") !=
        std::string::npos);
  CHECK(complaint("RTMPTGatewayUser #0").find("RTMPT152") != std::string::npos);
  CHECK(complaint("<VirtualHost *:1>\nRTMPTGatewayUser games\n</VirtualHost>").starts_with("1 "));
  CHECK(complaint("RTMPTGatewayUser games").starts_with("0 "));
  // It is this user who has to be able to execute the program.
  REQUIRE(run_command({"chown", kHttpdsUser, httpd.gateway().string()}).exit_code == 0);
  fs::permissions(httpd.gateway(), fs::perms::owner_all);
  CHECK(complaint("").starts_with("0 "));
  CHECK(complaint("RTMPTGatewayUser games").find("expected a file that the user 'games' may execute") !=
        std::string::npos);
}

TEST_CASE("CoreDumpDirectory opens the gateway to debuggers, as it does httpd's children") {
  HttpdOptions options;
  options.global = "CoreDumpDirectory @ROOT@\n";
  TunnelSite site(options);
  const pid_t pid = site.httpd().gateway_pid();
  eventually("its files are its user's",
             [&] { return taken_by(kHttpdsUser, pid, site.httpd().root()).count("environ") == 1; });
  const auto taken = taken_by(kHttpdsUser, pid, site.httpd().root());
  for (const char* const name : {"maps", "list of fd", "link exe"})
    CHECK(taken.count(name) == 1);
  if (yama_is_lax()) CHECK(taken.count("ptrace seize") == 1);
  CHECK(limit_of(pid, "Max core file size") == limit_of(::getpid(), "Max core file size"));
  CHECK(status_field(pid, "NoNewPrivs") == "1");
  CHECK(fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd") == site.httpd().root());
  check_stream(site);
}

TEST_CASE("An httpd that root has not started runs the gateway as itself, and says that it cannot do otherwise") {
  HttpdOptions options;
  options.run_as = kHttpdsUser;
  options.global = std::string("RTMPTGatewayUser ") + kOtherUser + "\n";
  TunnelSite site(options);
  const pid_t pid = site.httpd().gateway_pid();
  site.httpd().error_log().expect("rtmpt_proxy:warn.*RTMPT153: RTMPTGatewayUser has no effect");
  CHECK(site.httpd().error_log().count("RTMPT153", 1) == 1);
  CHECK(user_of(pid) == id_of(kHttpdsUser));
  const auto taken = taken_by(kHttpdsUser, pid, site.httpd().root());
  for (const char* const name :
       {"environ", "mem", "maps", "list of fd", "ptrace seize", "process_vm_readv", "pidfd_getfd"})
    CHECK(taken.count(name) == 0);
  check_stream(site);
}

TEST_CASE("httpd's children can read what the parent says of the gateway, and nobody but the parent can write it") {
  const std::string mpm = GENERATE("event", "prefork");
  CAPTURE(mpm);
  HttpdOptions options;
  options.mpm = mpm;
  TunnelSite site(options);
  const auto children = children_of(site.httpd().parent_pid());
  std::size_t seen = 0;
  for (const pid_t child : children) {
    if (child == site.httpd().gateway_pid()) continue;
    ++seen;
    CHECK(board_mappings(child) == std::vector<std::string>{"r--s"});
  }
  CHECK(seen >= 1);
  CHECK(board_mappings(site.httpd().parent_pid()) == std::vector<std::string>{"r--s", "rw-s"});
  CHECK(board_mappings(site.httpd().gateway_pid()).empty());
}
