// SPDX-License-Identifier: Apache-2.0
#include "module/asks/tls_verdict.hpp"

#include "module/core/configuration_lines.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kOpenPath = "/open/1";

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [word](std::string_view one) {
    return one.size() == word.size() && ap_cstr_casecmpn(one.data(), word.data(), one.size()) == 0;
  });
}

// Whether the line keeps out clients without a certificate. Nobody can say here what an SSLRequire asks for.
bool guards(const ConfigurationLine& line, apr_pool_t* pool) {
  if (line.is("SSLRequire")) return true;
  const char* arguments = line.arguments();
  return is_one_of(ap_getword_conf(pool, &arguments), {"require", "on", "2"});
}

policy::SiteLine as_site_line(const ap_directive_t& section, apr_pool_t* pool) {
  policy::SiteLine line{section.directive, {}};
  for (const char* arguments = section.args ? section.args : ""; *arguments;)
    line.words.emplace_back(ap_getword_conf(pool, &arguments));
  return line;
}

void add_section(TlsRules& rules, const ConfigurationLine& line, apr_pool_t* pool) {
  const ap_directive_t& section = *line.sections.back();
  const std::string_view name(section.directive);
  if (is_one_of(name, {"<Location", "<LocationMatch"}))
    rules.guarded_locations.push_back(as_site_line(section, pool));
  else if (!is_one_of(name, {"<Directory", "<DirectoryMatch", "<Files", "<FilesMatch"})) // an ask has no file
    rules.has_guarded_conditions = true;
}

// Lines looked for once, for all servers.
class RuleLines {
 public:
  explicit RuleLines(apr_pool_t* pool) : pool_(pool) {
    for (const ConfigurationLine& line : guards_.all())
      if (!line.is_of_whole_server() && guards(line, pool)) in_sections_.push_back(&line);
  }

  TlsRules of(const server_rec* server) const {
    TlsRules rules;
    rules.is_for_tls = is_on(engines_.in_force(server));
    rules.strict_names = is_on(strict_names_.in_force(server));
    const ConfigurationLine* const guard = guards_.in_force(server);
    rules.wants_certificate = guard && guards(*guard, pool_);
    for (const ConfigurationLine* const line : in_sections_)
      if (counts_for(*line, server)) add_section(rules, *line, pool_);
    return rules;
  }

 private:
  static bool is_on(const ConfigurationLine* line) { return line && ap_cstr_casecmp(line->arguments(), "on") == 0; }

  apr_pool_t* pool_;
  LinesByServer engines_{"SSLEngine"};
  LinesByServer strict_names_{"SSLStrictSNIVHostCheck"};
  LinesByServer guards_{"SSLVerifyClient", "SSLRequire"};
  std::vector<const ConfigurationLine*> in_sections_;
};

int note_rules(apr_pool_t* pool, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  const RuleLines lines(pool);
  for (server_rec* server = main_server; server; server = server->next)
    server_config(server).tls_rules = lines.of(server);
  return OK;
}

bool holds_for(const policy::SiteLine& section, const char* path, apr_pool_t* pool) {
  return policy::location_holds_for(section, path, [pool, path](const std::string& text, bool in_any_case) {
    const ap_regex_t* const pattern =
        ap_pregcomp(pool, text.c_str(), AP_REG_EXTENDED | (in_any_case ? AP_REG_ICASE : 0));
    return !pattern || ap_regexec(pattern, path, 0, nullptr, 0) == 0;
  });
}

bool is_guarded(request_rec* r, const TlsRules& rules, const char* path) {
  return rules.has_guarded_conditions ||
         std::any_of(rules.guarded_locations.begin(), rules.guarded_locations.end(),
                     [&](const auto& section) { return holds_for(section, path, r->pool); });
}

TlsVerdict lacks_certificate() {
  return {HTTP_FORBIDDEN, "a certificate of the client is wanted here, and clients of RTMP are asked for none"};
}

bool has_name(const apr_array_header_t* names, const char* name, bool with_wildcards) {
  for (int i = 0; names && i < names->nelts; ++i) {
    const char* const one = reinterpret_cast<const char* const*>(names->elts)[i];
    if (!one) continue;
    if (with_wildcards ? ap_strcasecmp_match(name, one) == 0 : ap_cstr_casecmp(name, one) == 0) return true;
  }
  return false;
}

struct NamedServer {
  const char* name;
  server_rec* found = nullptr;
};

int look_for_name(void* data, conn_rec*, server_rec* server) {
  auto& wanted = *static_cast<NamedServer*>(data);
  const bool is_it = (server->server_hostname && ap_cstr_casecmp(wanted.name, server->server_hostname) == 0) ||
                     has_name(server->names, wanted.name, false) || has_name(server->wild_names, wanted.name, true);
  if (is_it) wanted.found = server;
  return is_it ? 1 : 0;
}

} // namespace

const server_rec* server_of_tls_name(conn_rec* c, const std::string& name) {
  if (name.empty()) return c->base_server;
  NamedServer wanted{name.c_str()};
  ap_vhost_iterate_given_conn(c, look_for_name, &wanted);
  return wanted.found ? wanted.found : c->base_server;
}

TlsVerdict tls_verdict(request_rec* r) {
  const TlsRules& rules = server_config(r->server).tls_rules;
  if (rules.wants_certificate || is_guarded(r, rules, r->uri) || is_guarded(r, rules, kOpenPath))
    return lacks_certificate();
  const protocol::AskPreamble& ask = *find_ask(r->connection);
  // Without TLS at a server for TLS, a client has named no server either.
  if (ask.over_tls ? ask.tls_server_name.empty() : rules.is_for_tls) {
    if (rules.strict_names || server_config(r->connection->base_server).tls_rules.strict_names)
      return {HTTP_FORBIDDEN, "the client names no server by TLS, and SSLStrictSNIVHostCheck is On"};
    return {};
  }
  if (!ask.over_tls) return {};
  if (server_of_tls_name(r->connection, ask.tls_server_name) != r->server)
    return {HTTP_MISDIRECTED_REQUEST, "the client's TLS and its tcUrl name different virtual hosts"};
  return {};
}

TlsVerdict tls_verdict_of_session(request_rec* r) {
  return is_guarded(r, server_config(r->server).tls_rules, r->uri) ? lacks_certificate() : TlsVerdict{};
}

void register_tls_rule_hooks(apr_pool_t*) {
  // No order, but after resolve_all, the first of all, has given each virtual host its own configuration.
  ap_hook_post_config(guarded<note_rules, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
