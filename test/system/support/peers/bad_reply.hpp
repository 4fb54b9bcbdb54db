// SPDX-License-Identifier: Apache-2.0
// What an RTMPT server must not answer.
#pragma once

#include "support/peers/rtmpt_connection.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// Stands in every reason phrase, header and body of the bad replies: nobody but the gateway may ever read it.
inline constexpr const char* kBackendWords = "Words-Of-The-Backend-7391";

struct BadReply {
  std::string name;
  RtmptAnswer answer;
  std::string reason; // what the error line must say, as a regular expression
};

std::ostream& operator<<(std::ostream& out, const BadReply& reply);

// Bad as the answer to any request. An error line about the answer to an open has the same reason.
std::vector<BadReply> bad_replies();

// Good HTTP, but no session id that can be used.
std::vector<BadReply> bad_open_replies();

} // namespace rtmpt_proxy::test
