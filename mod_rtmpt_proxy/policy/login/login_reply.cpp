// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/login/login_reply.hpp>

namespace rtmpt_proxy::policy {

LoginReply login_reply(const protocol::AskAnswer& answer, const std::optional<protocol::AdobeLogin>& login) {
  constexpr int kUnauthorized = 401;
  if (answer.status != kUnauthorized) return LoginReply::none;
  if (login && login->answers()) return LoginReply::failed;
  if (answer.realm.empty()) return LoginReply::none;
  return login ? LoginReply::challenge : LoginReply::wanted;
}

std::string words_for(LoginReply reply, const std::optional<protocol::AdobeLogin>& login, std::string_view realm,
                      std::string_view opaque) {
  switch (reply) {
  case LoginReply::none: break;
  case LoginReply::wanted: return protocol::adobe_wants_login();
  case LoginReply::challenge: return protocol::adobe_challenge(login ? login->user : std::string(), realm, opaque);
  case LoginReply::failed: return protocol::adobe_login_failed();
  }
  return {};
}

} // namespace rtmpt_proxy::policy
