// SPDX-License-Identifier: Apache-2.0
// An id that is taken goes into a request's path as it is, and comes back the same however its answer ends.
#include "require.hpp"

#include <rtmpt_proxy/protocol/rtmpt/open_reply.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto [id, error] = parse_open_reply(body);
  require(id.empty() == (error != OpenReplyError::none), "an id is there or an error");
  if (error != OpenReplyError::none) return 0;
  require(id.data() == body.data() && id.size() <= kMaxBackendSessionIdBytes, "an id is the front of its body");
  require(body.find_first_not_of(" \r\n", id.size()) == std::string::npos, "nothing but an end follows an id");
  for (const char c : id)
    require(c > ' ' && c < '\x7f' && std::string("/?#%<>\"\\").find(c) == std::string::npos, "a path can carry an id");
  for (const char* const end : {"", "\n", "\r\n", " \n"})
    require(parse_open_reply(std::string(id) + end).session_id == id, "an id does not depend on its end");
  return 0;
}
