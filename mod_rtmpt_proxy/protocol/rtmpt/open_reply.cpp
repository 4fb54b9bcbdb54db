// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/open_reply.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kTrimmed = " \r\n";
constexpr std::string_view kIdCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                           "-._~=+:@,;!$*'()";

OpenReplyError check_id(std::string_view id) {
  if (id.empty()) return OpenReplyError::empty;
  if (id.size() > kMaxBackendSessionIdBytes) return OpenReplyError::too_long;
  if (id.find_first_not_of(kIdCharacters) != std::string_view::npos) return OpenReplyError::odd_character;
  return id == "." || id == ".." ? OpenReplyError::odd_character : OpenReplyError::none;
}

} // namespace

std::string_view to_string(OpenReplyError error) {
  switch (error) {
  case OpenReplyError::none: return "the session id is good";
  case OpenReplyError::empty: return "the session id is empty";
  case OpenReplyError::too_long: return "the session id is over 128 characters";
  case OpenReplyError::odd_character:
    return "the session id has a character other than A-Z a-z 0-9 and -._~=+:@,;!$*'(), or means another path";
  }
  return "the session id has an unknown error";
}

OpenReplyResult parse_open_reply(std::string_view body) {
  if (body.size() > kMaxOpenReplyBytes) return {{}, OpenReplyError::too_long};
  const std::string_view id = body.substr(0, body.find_last_not_of(kTrimmed) + 1); // npos + 1 is 0: nothing is left
  const OpenReplyError error = check_id(id);
  return {error == OpenReplyError::none ? id : std::string_view{}, error};
}

} // namespace rtmpt_proxy::protocol
