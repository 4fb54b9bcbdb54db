// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/gateway_user.hpp"

#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include <pwd.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

// "#33" is a number, as in httpd's User.
const passwd* find_user(std::string_view name) {
  // NOLINTBEGIN(concurrency-mt-unsafe): httpd reads its configuration in one thread
  if (!name.starts_with('#')) return ::getpwnam(std::string(name).c_str());
  uid_t number = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + 1, end, number);
  return error == std::errc() && rest == end ? ::getpwuid(number) : nullptr;
  // NOLINTEND(concurrency-mt-unsafe)
}

} // namespace

const char* set_gateway_user(cmd_parms* cmd, void*, const char* name) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return misplaced;
  const passwd* const user = find_user(name);
  if (!user)
    return apr_psprintf(cmd->pool,
                        "%s: RTMPTGatewayUser '%s': expected the name of a user of this system, or # and a"
                        " user's number",
                        ids::kBadGatewayUser, name);
  if (user->pw_uid == 0 || user->pw_gid == 0)
    return apr_psprintf(cmd->pool, "%s: RTMPTGatewayUser '%s': expected a user without privileges, but %s root's",
                        ids::kBadGatewayUser, name, user->pw_uid == 0 ? "it is" : "its group is");
  server_config(cmd->server).gateway_user = GatewayUser{user->pw_uid, user->pw_gid, false};
  return nullptr;
}

GatewayUser gateway_user(const server_rec* main_server) {
  if (::geteuid() != 0) return {::geteuid(), ::getegid(), true};
  return server_config(main_server)
      .gateway_user.value_or(GatewayUser{ap_unixd_config.user_id, ap_unixd_config.group_id, true});
}

void warn_of_unused_gateway_user(server_rec* main_server) {
  const std::optional<GatewayUser>& wanted = server_config(main_server).gateway_user;
  if (::geteuid() == 0 || !wanted || wanted->user == ::geteuid()) return;
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
               "%s: RTMPTGatewayUser has no effect: httpd was started by user %u, and only root can start rtmpt-gateway"
               " as another",
               ids::kGatewayUserUnused, static_cast<unsigned>(::geteuid()));
}

} // namespace rtmpt_proxy::apache
