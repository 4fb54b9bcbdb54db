// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/httpd_fixture.hpp"

#include "support/clients/http_connection.hpp"
#include "support/httpd/apxs.hpp"
#include "support/httpd/certificate.hpp"
#include "support/os/built.hpp"
#include "support/os/free_port.hpp"
#include "support/os/processes.hpp"
#include "support/os/text_file.hpp"
#include "support/test_outcome.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>

namespace rtmpt_proxy::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* kResuming = "AH00(489|163|292).*resuming normal operations"; // one per generation, any MPM

// Longer than it takes; a child that a test has stopped never does.
constexpr std::chrono::seconds kLeaveListening{5};

} // namespace

HttpdFixture::HttpdFixture(HttpdOptions options) : error_log_(dir_.path() / "logs/error.log") {
  fs::create_directory(root() / "htdocs");
  fs::create_directory(root() / "logs");
  write_file(document_root() / "index.html", kPageText);
  write_certificate(root());
  places_ = {root(), root() / "rtmpt-gateway", free_port(), free_port()};
  if (options.with_module)
    fs::copy_file(options.gateway.empty() ? built::gateway_file() : options.gateway, places_.gateway);
  configure(std::move(options));
}

HttpdFixture::~HttpdFixture() {
  std::vector<std::string> complaints;
  try {
    complaints = finish();
  } catch (const std::exception& error) {
    complaints = {error.what()};
  }
  for (const auto pid : gateway_pids())
    kill(pid, SIGKILL);
  for (const auto& complaint : complaints)
    FAIL_CHECK(complaint);
  if (current_test_failed() && process_) WARN("the error log ends:\n" << tail_of(root() / "logs/error.log", 30));
}

std::vector<std::string> HttpdFixture::finish() {
  if (process_ && process_->running()) stop();
  const bool gone = happens([this] { return gateway_pids().empty(); }, Deadline(std::chrono::seconds{5}));
  auto complaints = error_log_.complaints();
  if (!gone) complaints.emplace_back("the gateway runs on after httpd has ended");
  return complaints;
}

void HttpdFixture::configure(HttpdOptions options) {
  options_ = std::move(options);
  write_file(root() / "httpd.conf", httpd_config(options_, places_));
}

std::vector<std::string> HttpdFixture::command(std::vector<std::string> arguments) const {
  std::vector<std::string> all{httpd_program().string(), "-f", (root() / "httpd.conf").string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

CommandResult HttpdFixture::configtest() const {
  return run_command(command({"-t"}));
}

void HttpdFixture::launch() {
  const auto output = root() / "logs/output.log";
  std::vector<std::string> words = command({"-DFOREGROUND"});
  if (!options_.run_as.empty()) {
    const std::string& user = options_.run_as;
    run_command({"chown", "-R", user, root().string()});
    words.insert(words.begin(), {"setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"});
  }
  if (!options_.resolv_conf.empty()) {
    write_file(root() / "resolv.conf", options_.resolv_conf);
    const std::string script = "mount --bind " + (root() / "resolv.conf").string() + " /etc/resolv.conf && exec \"$@\"";
    words.insert(words.begin(), {"unshare", "--mount", "sh", "-c", script, "sh"});
  }
  process_.emplace(Command{words, output, output, root()});
}

void HttpdFixture::start(bool await_gateway) {
  try {
    launch();
    await_start(await_gateway);
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string(error.what()) + "\n" + tail_of(root() / "logs/output.log") +
                             tail_of(root() / "logs/error.log"));
  }
}

void HttpdFixture::await_start(bool await_gateway) {
  eventually("httpd answers", [this] {
    if (!process_->running()) throw std::runtime_error("httpd ended while it started");
    try {
      return fetch(plain(), "/").status > 0;
    } catch (const std::system_error&) { // it does not listen yet
      return false;
    }
  });
  if (await_gateway && options_.with_module) gateway_pid();
}

void HttpdFixture::reconfigure(const std::string& how) {
  const std::vector<pid_t> children = serving_children();
  const auto before = error_log_.matching(kResuming).size();
  const auto result = run_command(command({"-k", how}));
  if (result.exit_code != 0) throw std::runtime_error("httpd -k " + how + ": " + result.output);
  error_log_.wait_for(kResuming, before + 1);
  // A child of before takes clients, with the configuration of before, until it has read that it is to end.
  const auto is_done = [](pid_t child) { return listening_ports(child).empty(); };
  happens([&] { return std::all_of(children.begin(), children.end(), is_done); }, Deadline(kLeaveListening));
}

std::vector<pid_t> HttpdFixture::serving_children() const {
  std::vector<pid_t> children = children_of(parent_pid());
  std::erase_if(children, [](pid_t child) { return listening_ports(child).empty(); });
  return children;
}

void HttpdFixture::stop() {
  const auto result = run_command(command({"-k", "stop"}));
  if (result.exit_code != 0) throw std::runtime_error("httpd -k stop: " + result.output);
  process_->wait(Deadline(std::chrono::seconds{20}));
}

void HttpdFixture::begin_graceful_stop() {
  const auto result = run_command(command({"-k", "graceful-stop"}));
  if (result.exit_code != 0) throw std::runtime_error("httpd -k graceful-stop: " + result.output);
}

bool HttpdFixture::ends_by(Deadline deadline) {
  return happens([this] { return !process_->running(); }, deadline);
}

void HttpdFixture::kill_parent() {
  process_->signal(SIGKILL);
  process_->wait();
}

std::vector<pid_t> HttpdFixture::gateway_pids() const {
  return processes_of(places_.gateway);
}

pid_t HttpdFixture::gateway_pid(Deadline deadline) const {
  std::vector<pid_t> pids;
  eventually(
      "exactly one gateway runs",
      [&] {
        pids = gateway_pids();
        return pids.size() == 1;
      },
      deadline);
  return pids.front();
}

std::size_t HttpdFixture::access_count(const std::string& pattern, std::size_t least) const {
  return ErrorLog(root() / "logs/access.log").count(pattern, least);
}

} // namespace rtmpt_proxy::test
