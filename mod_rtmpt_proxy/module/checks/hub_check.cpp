// SPDX-License-Identifier: Apache-2.0
// Finds hubs to which nobody may publish from elsewhere, or everybody, hubs that are two where one may be meant, and
// settings that a hub has no use for. Says what is given up where streams are fetched once for all viewers (cache=on).
#include "module/asks/stream_rules.hpp"
#include "module/balancer/cached_workers.hpp"
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/named_backends.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

// What keeps publishers from elsewhere away; null: nothing does.
const char* what_is_missing(const server_rec* server) {
  if (server_config(server).settings.authorize == false)
    return "RTMPTAuthorize is Off, so no rule is looked at: expected RTMPTAuthorize On, and";
  return authorizes_streams(server) && has_publish_rule(server) ? nullptr : "no rule says who may: expected";
}

void check_publishers(server_rec* main_server) {
  for (const server_rec* server = main_server; server; server = server->next) {
    const std::vector<policy::HubName> hubs = named_hubs(server);
    const char* const missing = hubs.empty() ? nullptr : what_is_missing(server);
    if (!missing) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: only clients on this machine may publish to %s: %s a rule for PUBLISH, such as <Location"
                 " \"/live\"> <Limit PUBLISH> AuthType Basic, AuthName \"Studio\", AuthBasicProvider file, AuthUserFile"
                 " /etc/apache2/streamers, Require valid-user </Limit> </Location>, each in a line of its own",
                 ids::kNobodyMayPublish, place_of(server).c_str(), policy::to_string(hubs.front()).c_str(), missing);
  }
}

// Whether the line alone lets everybody in.
bool is_for_everybody(const ConfigurationLine& line) {
  return line.has_word("all") && line.has_word("granted") && !line.has_word("not") && !line.section("<RequireAll") &&
         !line.section("<RequireNone") && !line.section("<If") && !line.section("<ElseIf") && !line.section("<Else");
}

// A rule that names PUBLISH was meant so. Without a <Limit> it is the page's, and another one may be about streams.
const ConfigurationLine* rule_for_everybody(const std::vector<ConfigurationLine>& rules) {
  const auto named = std::find_if(rules.begin(), rules.end(), [](const ConfigurationLine& line) {
    return line.section("<Limit") && is_for_everybody(line);
  });
  if (named != rules.end()) return &*named;
  const bool is_open = !rules.empty() && std::all_of(rules.begin(), rules.end(), is_for_everybody);
  return is_open ? &rules.front() : nullptr;
}

// The line with the sections around it, as they stand: "<Location "/live"> <Limit PUBLISH> Require all granted".
std::string words_with_sections(const ConfigurationLine& line) {
  std::string words;
  for (const ap_directive_t* const section : line.sections)
    if (std::string_view(section->directive) != "<VirtualHost")
      words += std::string(section->directive) + " " + (section->args ? section->args : "") + " ";
  return words.append(line.name()).append(" ").append(line.arguments());
}

void check_open_hubs(server_rec* main_server) {
  for (const server_rec* server = main_server; server; server = server->next) {
    const std::vector<policy::HubName> hubs = named_hubs(server);
    if (hubs.empty() || !authorizes_streams(server)) continue;
    const std::vector<ConfigurationLine> rules = find_publish_rules(server);
    const ConfigurationLine* const rule = rule_for_everybody(rules);
    if (!rule) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: %.300s lets everybody publish to %s of %s, and strangers will, for viewers of their own:"
                 " expected Require valid-user with AuthType Basic, AuthName \"Studio\", AuthBasicProvider file and"
                 " AuthUserFile /etc/apache2/streamers there, Require stream-token, or Require ip with the encoders'"
                 " networks",
                 ids::kEverybodyMayPublish, place_of(*rule).c_str(), words_with_sections(*rule).c_str(),
                 policy::to_string(hubs.front()).c_str(), place_of(server).c_str());
  }
}

bool has_own_hub(const server_rec* server) {
  const std::vector<policy::HubName> hubs = named_hubs(server);
  return std::any_of(hubs.begin(), hubs.end(), [](const policy::HubName& hub) { return hub.name.empty(); });
}

std::string_view name_of(const server_rec* server) {
  return server->server_hostname ? server->server_hostname : "";
}

// A site at port 80 and 443 is two virtual hosts.
void check_namesakes(server_rec* main_server) {
  std::vector<const server_rec*> told;
  for (const server_rec* server = main_server; server; server = server->next) {
    if (!has_own_hub(server)) continue;
    const auto is_namesake = [server](const server_rec* other) { return name_of(other) == name_of(server); };
    const auto before = std::find_if(told.begin(), told.end(), is_namesake);
    if (before == told.end()) {
      told.push_back(server);
      continue;
    }
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s and %s have the same name, and each has a hub of its own: what is published at one cannot be"
                 " played at the other: expected RTMPTProxyPass hub:name in both where they are to share a hub",
                 ids::kHubsApart, place_of(*before).c_str(), place_of(server).c_str());
  }
}

void check_forward_client(server_rec* main_server) {
  const LinesByServer lines{"RTMPTForwardClient"};
  for (const server_rec* server = main_server; server; server = server->next) {
    const auto own = lines.of(server);
    if (own.empty() || !leads_to_hubs_alone(server)) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: RTMPTForwardClient %s has no effect: the streams of %s go to a hub, which knows its clients:"
                 " expected no such line",
                 ids::kHubIsTold, place_of(*own.front()).c_str(), own.front()->arguments(), place_of(server).c_str());
  }
}

bool can_be_watched(const server_rec* server) {
  return !named_hubs(server).empty() || !cached_targets(server).empty();
}

// Other streams of media servers are no business of the gateway's: it has nothing to show.
void check_watching(server_rec* main_server) {
  for (const server_rec* server = main_server; server; server = server->next) {
    const std::optional<policy::WatchSetting>& watch = server_config(server).settings.watch;
    if (!watch || !(watch->flv || watch->websocket) || !has_pass(server) || can_be_watched(server)) continue;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                 "%s: %s: RTMPTWatch has no effect: the streams go to media servers, and only those of a hub or of"
                 " servers with cache=on can be watched: expected RTMPTProxyPass hub: or cache=on",
                 ids::kWatchesNoHub, place_of(server).c_str());
  }
}

// Null: none of its lines switches the list on.
const ConfigurationLine* list_line(const std::vector<ConfigurationLine>& lines, const server_rec* server) {
  const auto found = std::find_if(lines.begin(), lines.end(), [server](const ConfigurationLine& line) {
    return line.has_word("on") && stands_in(line, server);
  });
  return found == lines.end() ? nullptr : &*found;
}

// A <Limit> for those who play that says nothing about a GET; null: there is none.
const ConfigurationLine* limit_of_play_alone(const std::vector<ConfigurationLine>& limits, const server_rec* server) {
  const auto found = std::find_if(limits.begin(), limits.end(), [server](const ConfigurationLine& limit) {
    return limit.has_word("PLAY") && !limit.has_word("GET") && counts_for(limit, server);
  });
  return found == limits.end() ? nullptr : &*found;
}

// Who must not play may read the names all the same, and may have been meant not to.
void check_list_rules(server_rec* main_server, const server_rec* server, const ConfigurationLine& list,
                      const std::vector<ConfigurationLine>& limits) {
  const ConfigurationLine* const limit = limit_of_play_alone(limits, server);
  if (!limit) return;
  ap_log_error(
      APLOG_MARK, APLOG_NOTICE, 0, main_server,
      "%s: %s: RTMPTStreamList On tells the names of streams also to those whom <Limit %s at %s refuses to play"
      " them: expected GET beside PLAY there where the names are no more for everybody than the streams",
      ids::kListIsOpen, place_of(list).c_str(), limit->arguments(), place_of(*limit).c_str());
}

void check_lists(server_rec* main_server) {
  const std::vector<ConfigurationLine> lines = find_lines({"RTMPTStreamList"});
  const std::vector<ConfigurationLine> limits = find_lines({"<Limit"});
  for (const server_rec* server = main_server; server; server = server->next) {
    const ConfigurationLine* const line = list_line(lines, server);
    if (!line || !has_pass(server)) continue;
    if (named_hubs(server).empty())
      ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                   "%s: %s: RTMPTStreamList On has no effect: the streams of %s go to media servers, and those of a hub"
                   " alone are listed: expected RTMPTProxyPass hub:",
                   ids::kListsNoHub, place_of(*line).c_str(), place_of(server).c_str());
    else if (server_config(server).settings.hide_stream_name.value_or(false))
      ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                   "%s: %s: RTMPTStreamList On lists nothing that is published at %s, where RTMPTHideStreamName is On:"
                   " expected one of the two",
                   ids::kListsHiddenNames, place_of(*line).c_str(), place_of(server).c_str());
    else
      check_list_rules(main_server, server, *line, limits);
  }
}

const char* why_nobody_is_asked(const server_rec* server) {
  if (!authorizes_streams(server)) return "httpd is asked about no stream there";
  return has_play_rule(server) ? nullptr : "no Require line there is about PLAY";
}

// A notice: who has no such rules at the media server gives up nothing.
void check_caches(server_rec* main_server) {
  for (const server_rec* server = main_server; server; server = server->next) {
    const std::vector<std::string> targets = cached_targets(server);
    const char* const why = targets.empty() ? nullptr : why_nobody_is_asked(server);
    if (!why) continue;
    ap_log_error(
        APLOG_MARK, APLOG_NOTICE, 0, main_server,
        "%s: %s: with cache=on %s sees one viewer of each stream, without the query of any: its own rules about"
        " who may play (on_play, tokens in a query) let everybody in or nobody, and %s: expected a rule of"
        " httpd where not everybody may play, such as <Location \"/live\"> <Limit PLAY> Require ip 192.0.2.0/24"
        " </Limit> </Location>, each in a line of its own",
        ids::kCacheGivesUp, place_of(server).c_str(), targets.front().c_str(), why);
  }
}

} // namespace

// Warns only in `httpd -t`. At each reload the same lines would fill the error log.
int check_hubs(server_rec* main_server) {
  if (!is_configtest()) return OK;
  check_publishers(main_server);
  check_open_hubs(main_server);
  check_namesakes(main_server);
  check_forward_client(main_server);
  check_watching(main_server);
  check_lists(main_server);
  check_caches(main_server);
  return OK;
}

} // namespace rtmpt_proxy::apache
