// SPDX-License-Identifier: Apache-2.0
#include "module/directives/token_keys_directive.hpp"

#include "local/private_file.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"

#include <rtmpt_proxy/protocol/text/wipe.hpp>

namespace rtmpt_proxy::apache {

namespace {

const char* key_file_complaint(cmd_parms* cmd, const char* file, const std::string& what) {
  return apr_psprintf(cmd->pool, "%s: RTMPTTokenKeys '%.200s': the file %s", ids::kTokenKeysUnusable, file,
                      what.c_str());
}

} // namespace

const char* set_token_keys(cmd_parms* cmd, void*, const char* name) {
  const char* const path = *name ? ap_server_root_relative(cmd->pool, name) : nullptr;
  if (!path) return key_file_complaint(cmd, name, "has no path");
  local::PrivateText read = local::read_private_file(path, policy::kMaxTokenKeyFileBytes);
  policy::TokenKeysResult result;
  if (read.error.empty()) result = policy::parse_token_keys(read.text);
  protocol::wipe(read.text);
  if (read.of_permission && is_tried_by_another_user()) {
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, cmd->server, "%s", key_file_complaint(cmd, path, read.error));
    result.keys.clear();
  } else if (!read.error.empty()) {
    return key_file_complaint(cmd, path, read.error);
  } else if (!result.error.empty()) {
    return key_file_complaint(cmd, path, "cannot be understood: " + result.error);
  }
  server_config(cmd->server).settings.token_keys = std::move(result.keys);
  return nullptr;
}

} // namespace rtmpt_proxy::apache
