// SPDX-License-Identifier: Apache-2.0
// A chain of proxies in front of httpd, of which the last is a real nginx and those before it are a header: for
// encoders at any address. FrontProxy has the documented lines.
#pragma once

#include "support/clients/byte_stream.hpp"
#include "support/peers/front_program.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// One process; runs from construction to the end of the object.
class FrontNginx {
 public:
  // One port for each of `forwarded_for`, which is what X-Forwarded-For is set to there, nginx's variables allowed;
  // each port is open on 127.0.0.1 and ::1 and leads to `httpd`. Returns when all accept. Throws with
  // the error log's text.
  FrontNginx(const Endpoint& httpd, const std::vector<std::string>& forwarded_for);

  // Of the value at `index`.
  std::uint16_t port(std::size_t index) const { return ports_.at(index); }

 private:
  std::vector<std::uint16_t> ports_;
  FrontProgram program_;
};

} // namespace rtmpt_proxy::test
