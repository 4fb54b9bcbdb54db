// SPDX-License-Identifier: Apache-2.0
// rtmptctl as administrators run it.
#pragma once

#include "support/httpd/httpd_fixture.hpp"
#include "support/os/child_process.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// One line of a table, by the heads of its columns.
using ControlRow = std::map<std::string, std::string>;

class Rtmptctl {
 public:
  explicit Rtmptctl(std::filesystem::path socket) : socket_(std::move(socket)) {}

  // For the default socket of that httpd.
  explicit Rtmptctl(const HttpdFixture& httpd) : Rtmptctl(httpd.root() / "logs/rtmpt-control.sock") {}

  const std::filesystem::path& socket() const { return socket_; }

  // Runs it with these words behind `-s SOCKET`. `as` is put before: the words of setpriv(1), say.
  CommandResult run(const std::vector<std::string>& words, const std::vector<std::string>& as = {}) const;

  // The lines under the heads. Throws std::runtime_error unless it ends with 0 and every line has as many words as the
  // first.
  std::vector<ControlRow> rows(const std::string& view) const;

  // The value of a line of `status`. Throws when there is none.
  std::string state(const std::string& name) const;

 private:
  std::filesystem::path socket_;
};

} // namespace rtmpt_proxy::test
