// SPDX-License-Identifier: Apache-2.0
// What a client is told whose connect httpd has refused, where clients log in by Adobe's authmod.
#pragma once

#include <rtmpt_proxy/protocol/messages/ask_answer.hpp>
#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class LoginReply : std::uint8_t {
  none,      // the login has nothing to do with it
  wanted,    // log in
  challenge, // prove that you know the password
  failed,    // that was no proof
};

// `login` is what the client said, `answer` httpd's. httpd names a realm only where a client may log in and no proof
// came to it: so with a realm a client that had answered a challenge had answered one that was not good any more.
LoginReply login_reply(const protocol::AskAnswer& answer, const std::optional<protocol::AdobeLogin>& login);

// Whether the client goes on with a further connection, so that this one is no refusal that counts.
constexpr bool is_step(LoginReply reply) {
  return reply == LoginReply::wanted || reply == LoginReply::challenge;
}

// The words for it; empty for none. `opaque`: the challenge that is told by a challenge.
std::string words_for(LoginReply reply, const std::optional<protocol::AdobeLogin>& login, std::string_view realm,
                      std::string_view opaque);

} // namespace rtmpt_proxy::policy
