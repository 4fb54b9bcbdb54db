// SPDX-License-Identifier: Apache-2.0
// What the tests of session logs share: files in memory, and the gateway's side with what it says.
#pragma once

#include "gateway/base/gateway_log.hpp"
#include "gateway/facts/session_logs.hpp"
#include "test/support/deadline.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rtmpt_proxy::test {

using namespace gateway;
using protocol::SessionLogKind;
using protocol::SessionLogTarget;

inline constexpr std::uint8_t kLocal1 = 17;

inline std::string all_of(int descriptor) {
  struct stat file {};
  ::fstat(descriptor, &file);
  std::string text(static_cast<std::size_t>(file.st_size), '\0');
  const ssize_t count = ::pread(descriptor, text.data(), text.size(), 0);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

inline std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// A file in memory, opened as httpd opens a log.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("log", MFD_CLOEXEC)) { ::fcntl(descriptor_.get(), F_SETFL, O_APPEND); }
  std::string text() const { return all_of(descriptor_.get()); }
  local::Descriptor writer() const {
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor_.get());
    return local::Descriptor(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  }

 private:
  local::Descriptor descriptor_;
};

// The gateway's side of a test: logs, and what it says about them.
struct Rig {
  explicit Rig(const std::string& syslog_path = "/nonexistent/log") : logs(error_log.logger(), syslog_path) {
    std::signal(SIGPIPE, SIG_IGN); // as the program does
    error_log.use(error_file.writer().release());
  }
  std::size_t said(const std::string& id) {
    error_log.flush(kPatience); // it is written on a thread of its own
    return count_of(error_file.text(), id);
  }

  MemoryFile error_file;
  GatewayLog error_log;
  SessionLogs logs;
};

inline SessionLogTarget target(const std::string& name, SessionLogKind kind, const std::string& format = "%v") {
  return {name, kind, format, kind == SessionLogKind::syslog ? "rtmpt" : "", kLocal1};
}

inline void use(Rig& rig, const SessionLogTarget& target, local::Descriptor descriptor) {
  std::vector<local::Descriptor> descriptors;
  if (descriptor) descriptors.push_back(std::move(descriptor));
  rig.logs.use({target}, std::move(descriptors));
}

inline policy::SessionLogRecord record(const std::string& server_name) {
  policy::SessionLogRecord record;
  record.server_name = server_name;
  record.start = std::chrono::system_clock::now();
  return record;
}

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "session-logs-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

} // namespace rtmpt_proxy::test
