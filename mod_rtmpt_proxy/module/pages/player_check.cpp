// SPDX-License-Identifier: Apache-2.0
#include "module/pages/player_check.hpp"

#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/pages/player_place.hpp"
#include "player_page/player_assets.hpp"

#include <optional>

namespace rtmpt_proxy::apache {

namespace {

bool offers_websockets(const server_rec* server) {
  const std::optional<policy::WatchSetting>& watch = server_config(server).settings.watch;
  return watch && watch->websocket;
}

// The page of the main server is that of every virtual host.
bool plays_somewhere(const ConfigurationLine& line, const server_rec* main_server) {
  const bool is_of_one_host = line.section("<VirtualHost") != nullptr;
  for (const server_rec* server = main_server; server; server = server->next)
    if ((!is_of_one_host || stands_in(line, server)) && offers_websockets(server)) return true;
  return false;
}

void check_line(const ConfigurationLine& line, server_rec* main_server) {
  if (!find_player_asset("mpegts")) {
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: SetHandler rtmpt-player shows nothing: this module was built without the player: expected one"
                 " that was built with RTMPT_PLAYER=ON",
                 ids::kPlayerMissing, place_of(line).c_str());
    return;
  }
  if (plays_somewhere(line, main_server)) return;
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
               "%s: %s: SetHandler rtmpt-player plays nothing: the streams there cannot be watched by WebSocket:"
               " expected RTMPTWatch ws in the virtual host",
               ids::kPlayerWithoutWatch, place_of(line).c_str());
}

} // namespace

// Only in `httpd -t`: at each reload the same lines would fill the error log.
int check_players(server_rec* main_server) {
  if (!is_configtest()) return OK;
  for (const ConfigurationLine& line : find_lines({"SetHandler"}))
    if (line.has_word(kPlayerHandler)) check_line(line, main_server);
  return OK;
}

} // namespace rtmpt_proxy::apache
