// SPDX-License-Identifier: Apache-2.0
#include "module/directives/control_directive.hpp"

#include "local/control_socket.hpp"
#include "local/local_address.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"

#include <charconv>
#include <string>
#include <string_view>

#include <grp.h>
#include <pwd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr mode_t kNobodyElse = 0770; // only the owner and the group may have rights

bool read_user(std::string_view name, ControlOrder& order) {
  const passwd* const user = ::getpwnam(std::string(name).c_str());
  if (user) order.user = user->pw_uid;
  return user != nullptr;
}

bool read_group(std::string_view name, ControlOrder& order) {
  const ::group* const group = ::getgrnam(std::string(name).c_str());
  if (group) order.group = group->gr_gid;
  return group != nullptr;
}

bool read_mode(std::string_view text, ControlOrder& order) {
  mode_t mode = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, mode, 8);
  if (error != std::errc() || rest != end || (mode & ~kNobodyElse) != 0 ||
      (mode & local::kOwnerAlone) != local::kOwnerAlone)
    return false;
  order.mode = mode;
  return true;
}

struct Key {
  std::string_view name; // with its equals sign
  bool (*read)(std::string_view value, ControlOrder& order);
  const char* expected;
};

constexpr Key kKeys[] = {
    {"user=", read_user, "the name of a user, not a number"},
    {"group=", read_group, "the name of a group, not a number"},
    {"mode=", read_mode, "an octal mode from 0600 to 0770 that gives others nothing"},
};

const char* complaint(cmd_parms* cmd, const char* word, const char* expected) {
  return apr_psprintf(cmd->pool, "%s: RTMPTControlSocket '%s': expected %s", ids::kBadControlSocket, word, expected);
}

const char* read_option(cmd_parms* cmd, const char* word, ControlOrder& order) {
  const std::string_view text(word);
  for (const Key& key : kKeys) {
    if (!text.starts_with(key.name)) continue;
    return key.read(text.substr(key.name.size()), order) ? nullptr : complaint(cmd, word, key.expected);
  }
  return complaint(cmd, word, "user=NAME, group=NAME or mode=OCTAL");
}

// Whether the word looks like On or Off instead of a path.
bool is_switch(const char* word) {
  return ap_cstr_casecmp(word, "on") == 0 || ap_cstr_casecmp(word, "no") == 0 || ap_cstr_casecmp(word, "none") == 0;
}

} // namespace

const char* set_control_socket(cmd_parms* cmd, void*, int count, char* const words[]) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return misplaced;
  if (count < 1 || !*words[0]) return complaint(cmd, "", "the path of a socket, or off");
  ControlOrder order;
  const bool off = ap_cstr_casecmp(words[0], "off") == 0;
  if (off && count > 1) return complaint(cmd, words[1], "nothing after off");
  if (is_switch(words[0])) return complaint(cmd, words[0], "the path of a socket, or off");
  if (!off) {
    const char* const path = ap_runtime_dir_relative(cmd->pool, words[0]);
    if (!path || std::string_view(path).size() > local::kMaxPathBytes)
      return complaint(cmd, words[0], "the path of a socket, at most 107 bytes long");
    order.path = path;
  }
  for (int i = 1; i < count; ++i)
    if (const char* const wrong = read_option(cmd, words[i], order)) return wrong;
  server_config(cmd->server).control_socket = std::move(order);
  return nullptr;
}

} // namespace rtmpt_proxy::apache
