// SPDX-License-Identifier: Apache-2.0
// A private httpd with the module and its gateway.
#pragma once

#include "support/clients/byte_stream.hpp"
#include "support/httpd/error_log.hpp"
#include "support/httpd/httpd_config.hpp"
#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rtmpt_proxy::test {

inline constexpr const char* kPageText = "a page of the site\n"; // what GET / answers

// Owns everything: files, ports, processes. At its end httpd is stopped, the gateway must be gone, and every line of
// the error log that the test did not expect fails the test.
class HttpdFixture {
 public:
  // Prepares the files; start() starts. The gateway program is copied into root(), so that its processes are known by
  // the name of their program. Throws when a file cannot be written.
  explicit HttpdFixture(HttpdOptions options);
  ~HttpdFixture();
  HttpdFixture(const HttpdFixture&) = delete;
  HttpdFixture& operator=(const HttpdFixture&) = delete;

  // Returns when GET / is answered, and, with `await_gateway`, a gateway runs. Throws with the error log's text.
  void start(bool await_gateway = true);

  // Runs httpd and returns at once: for an httpd that does not answer yet.
  void launch();

  // `httpd -k graceful` and `-k restart`; return when the new generation is configured.
  void graceful() { reconfigure("graceful"); }
  void restart() { reconfigure("restart"); }

  // `httpd -k stop`, and waits until the parent has ended.
  void stop();

  // `httpd -k graceful-stop`; returns when httpd has been told.
  void begin_graceful_stop();
  // Whether the parent has ended by `deadline`.
  bool ends_by(Deadline deadline);

  // kill -9 of httpd's parent; the children that stay behind are ended with the fixture.
  void kill_parent();

  // `httpd -t` with this configuration.
  CommandResult configtest() const;

  // The configuration that the next start, graceful or restart uses.
  void configure(HttpdOptions options);

  pid_t parent_pid() const { return process_->pid(); }
  std::vector<pid_t> gateway_pids() const;

  // The one gateway; throws TimedOut when there is not exactly one for a while.
  pid_t gateway_pid(Deadline deadline = Deadline{}) const;

  // The current size of httpd's own access log, in lines: requests that httpd answered itself. With `least`: once there
  // are so many, or kPatience is over, for httpd writes a line behind its answer.
  std::size_t access_count(const std::string& pattern = "", std::size_t least = 0) const;

  Endpoint plain() const { return {"127.0.0.1", places_.port}; }
  Endpoint plain_v6() const { return {"::1", places_.port}; }
  Endpoint tls() const { return {"127.0.0.1", places_.tls_port, true, 0}; }

  ErrorLog& error_log() { return error_log_; }
  const std::filesystem::path& root() const { return dir_.path(); }
  const std::filesystem::path& gateway() const { return places_.gateway; }
  std::filesystem::path document_root() const { return root() / "htdocs"; }

 private:
  void reconfigure(const std::string& how);
  std::vector<pid_t> serving_children() const; // those that take clients
  void await_start(bool await_gateway);
  std::vector<std::string> command(std::vector<std::string> arguments) const;
  std::vector<std::string> finish();

  TempDir dir_;
  HttpdPlaces places_;
  HttpdOptions options_;
  ErrorLog error_log_;
  std::optional<ChildProcess> process_;
};

} // namespace rtmpt_proxy::test
