#include "session_log_directive.hpp"

#include "message_ids.hpp"
#include "server_config.hpp"

#include <rtmpt_proxy/policy/session_log_format.hpp>

namespace rtmpt_proxy::apache {

const char* set_session_log(cmd_parms* cmd, void*, const char* destination, const char* format) {
  policy::SessionLogSettingResult result = policy::parse_session_log_destination(destination);
  if (!result.error.empty())
    return apr_psprintf(cmd->pool, "%s: %s: %s", ids::kBadSessionLog, cmd->cmd->name, result.error.c_str());
  if (!result.setting.on && format)
    return apr_psprintf(cmd->pool, "%s: %s %s '%.100s': expected nothing after %s", ids::kFormatAfterOff,
                        cmd->cmd->name, destination, format, destination);
  result.setting.format = format ? format : policy::kDefaultSessionLogFormat;
  const policy::SessionLogFormatResult parsed = policy::parse_session_log_format(result.setting.format);
  if (!parsed.errors.empty())
    return apr_psprintf(cmd->pool, "%s: %s: %s", ids::kBadSessionLogFormat, cmd->cmd->name,
                        parsed.errors.front().c_str());
  server_config(cmd->server).settings.session_log = std::move(result.setting);
  return nullptr;
}

} // namespace rtmpt_proxy::apache
