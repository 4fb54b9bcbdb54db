// SPDX-License-Identifier: Apache-2.0
#include "module/directives/session_log_directive.hpp"

#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"

#include <rtmpt_proxy/policy/logs/session_log_format.hpp>

namespace rtmpt_proxy::apache {

namespace {

// What is wrong with the format; empty when it is good. A format without a value is refused, because all lines would be
// equal: most likely a nickname is mistyped.
std::string error_of_format(std::string_view format) {
  const bool is_nickname = format == "common" || format == "combined";
  if (!is_nickname && format.find('%') == std::string_view::npos)
    return "\"" + std::string(format.substr(0, 100)) +
           "\" is no format of a session log: expected common, combined or %-tokens";
  const policy::SessionLogFormatResult parsed = policy::parse_session_log_format(format);
  return parsed.errors.empty() ? std::string() : parsed.errors.front();
}

} // namespace

const char* set_session_log(cmd_parms* cmd, void*, const char* destination, const char* format) {
  policy::SessionLogSettingResult result = policy::parse_session_log_destination(destination);
  if (!result.error.empty())
    return apr_psprintf(cmd->pool, "%s: %s: %s", ids::kBadSessionLog, cmd->cmd->name, result.error.c_str());
  if (!result.setting.on && format)
    return apr_psprintf(cmd->pool, "%s: %s %s '%.100s': expected nothing after %s", ids::kFormatAfterOff,
                        cmd->cmd->name, destination, format, destination);
  result.setting.format = format ? format : policy::kDefaultSessionLogFormat;
  const std::string error = error_of_format(result.setting.format);
  if (!error.empty())
    return apr_psprintf(cmd->pool, "%s: %s: %s%s", ids::kBadSessionLogFormat, cmd->cmd->name, error.c_str(),
                        *destination == '|' ? "; a program with arguments stands in quotation marks, as in"
                                              " \"|program with arguments\""
                                            : "");
  server_config(cmd->server).settings.session_log = std::move(result.setting);
  return nullptr;
}

} // namespace rtmpt_proxy::apache
