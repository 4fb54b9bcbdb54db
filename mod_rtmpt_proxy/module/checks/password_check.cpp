// SPDX-License-Identifier: Apache-2.0
// Finds virtual hosts that want passwords of streams where whoever listens on the network can read them.
#include "module/asks/stream_rules.hpp"
#include "module/checks/configuration_checks.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"
#include "module/tls/tls_lines.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

using Lines = std::vector<ConfigurationLine>;

bool has_type(const ConfigurationLine& line, const char* type, apr_pool_t* pool) {
  const char* arguments = line.arguments();
  return ap_cstr_casecmp(ap_getword_conf(pool, &arguments), type) == 0;
}

// Whether questions about streams come to the line: it stands in a <Location> that is no page of the site, and in no
// <Limit> of other methods.
bool is_about_streams(const ConfigurationLine& line) {
  constexpr std::array<const char*, 4> kOfPages{"SetHandler", "ProxyPass", "Alias", "ScriptAlias"};
  const ap_directive_t* const plain = line.section("<Location");
  const ap_directive_t* const location = plain ? plain : line.section("<LocationMatch");
  if (!location) return false;
  for (const ap_directive_t* one = location->first_child; one; one = one->next)
    if (std::any_of(kOfPages.begin(), kOfPages.end(),
                    [one](const char* name) { return ap_cstr_casecmp(one->directive, name) == 0; }))
      return false;
  const ap_directive_t* const limit = line.section("<Limit");
  if (!limit) return true;
  const ConfigurationLine methods{limit, {}};
  return methods.has_word("OPEN") || methods.has_word("PUBLISH") || methods.has_word("PLAY");
}

// The first line of that type for this virtual host; null: there is none.
const ConfigurationLine* first_of(const Lines& lines, const char* type, const server_rec* server, apr_pool_t* pool) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const ConfigurationLine& line) {
    return counts_for(line, server) && has_type(line, type, pool);
  });
  return found == lines.end() ? nullptr : &*found;
}

void say_readable(server_rec* main_server, const server_rec* server, const ConfigurationLine& line) {
  ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, main_server,
               "%s: %s: AuthType %.100s wants a password for streams of %s, which has no TLS: passwords cross the"
               " network readable: expected SSLEngine On and URLs with rtmps:// or rtmpts://, unless TLS ends in front"
               " of httpd",
               ids::kReadablePassword, place_of(line).c_str(), line.arguments(), place_of(server).c_str());
}

void say_guessable(server_rec* main_server, const server_rec* server, const ConfigurationLine& line) {
  ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, main_server,
               "%s: %s: AuthType %.100s, with RTMPTAdobeLogin On, wants a password for streams of %s, which has no"
               " TLS: who listens can try passwords against a login, and one behind a stream's name (?user=&pass=)"
               " crosses the network readable: expected SSLEngine On and URLs with rtmps:// or rtmpts://, long"
               " passwords, or TLS that ends in front of httpd",
               ids::kReadablePassword, place_of(line).c_str(), line.arguments(), place_of(server).c_str());
}

} // namespace

// Only in `httpd -t`, and once for each virtual host. At each reload the same lines would fill the error log.
int check_passwords(apr_pool_t* pool, server_rec* main_server) {
  if (!is_configtest()) return OK;
  Lines lines = find_lines({"AuthType"});
  std::erase_if(lines, [](const ConfigurationLine& line) { return !is_about_streams(line); });
  if (lines.empty()) return OK;
  const TlsLineReader tls;
  for (const server_rec* server = main_server; server; server = server->next) {
    if (!has_pass(server) || !tls.is_without_tls(server)) continue;
    if (!authorizes_streams(server) && !accepts_rtmp(server)) continue; // nobody is asked about streams
    if (const ConfigurationLine* const basic = first_of(lines, "Basic", server, pool)) {
      say_readable(main_server, server, *basic);
    } else if (server_config(server).settings.adobe_login.value_or(false)) {
      if (const ConfigurationLine* const digest = first_of(lines, "Digest", server, pool))
        say_guessable(main_server, server, *digest);
    }
  }
  return OK;
}

} // namespace rtmpt_proxy::apache
