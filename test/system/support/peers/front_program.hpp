// SPDX-License-Identifier: Apache-2.0
// nginx or HAProxy in front of httpd, and the lines around those that the documents give administrators.
#pragma once

#include "support/os/child_process.hpp"
#include "support/os/temp_dir.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// What nginx's configuration begins with, up to the lines of its http or stream block. `@ROOT@` stands for the
// program's folder.
std::string nginx_http_top();
std::string nginx_stream_top();
// A defaults section of HAProxy.
std::string haproxy_top();

// `text` with `from` replaced, which must be in it: a documented line that a test no longer fits must be noticed.
// Throws std::runtime_error otherwise.
std::string replace_known(const std::string& text, const std::string& from, const std::string& to);

// One process, from start() to the end of the object, with a folder of its own.
class FrontProgram {
 public:
  enum class Kind { nginx, haproxy };

  // Runs it with this configuration, in which `@ROOT@` becomes its folder. Returns when it accepts connections at all
  // `ports` of 127.0.0.1; throws TimedOut with its log's text.
  void start(Kind kind, const std::string& config, const std::vector<std::uint16_t>& ports);

 private:
  TempDir dir_;
  std::optional<ChildProcess> process_;
};

} // namespace rtmpt_proxy::test
