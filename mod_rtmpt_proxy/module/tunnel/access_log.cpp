// SPDX-License-Identifier: Apache-2.0
#include "module/tunnel/access_log.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/server_config.hpp"
#include "module/ways/request_claim.hpp"

#include <rtmpt_proxy/policy/logs/access_log_words.hpp>

#include <string>

namespace rtmpt_proxy::apache {

namespace {

constexpr char kUnknown[] = "-";

// Escapes the text as httpd escapes a request line. A client's text can contain zero bytes, at which a C string would
// end.
const char* escaped(apr_pool_t* pool, std::string_view text) {
  if (text.empty()) return kUnknown;
  std::string result;
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    const char* const piece = apr_pstrmemdup(pool, text.data() + begin, end - begin);
    result += ap_escape_logitem(pool, piece);
    if (end == text.size()) break;
    result += "\\x00";
    begin = end + 1;
  }
  return apr_pstrmemdup(pool, result.data(), result.size());
}

const char* kind_of(protocol::StreamKind kind) {
  switch (kind) {
  case protocol::StreamKind::publish: return "publish";
  case protocol::StreamKind::play: return "play";
  case protocol::StreamKind::none: break;
  }
  return kUnknown;
}

const char* way_word(const std::optional<policy::Way>& way) {
  if (!way) return kUnknown;
  return *way == policy::Way::handed_over ? "handed-over" : "forwarded";
}

// mod_log_config calls it for each token of each line, with the word in its braces.
const char* value_of(request_rec* r, char* name) {
  while (r->prev) // "%>" asks for the error document's
    r = r->prev;
  const RequestClaim* const claim = find_claim(r);
  const auto word = policy::find_access_log_word(name ? name : "");
  if (!claim || !word) return kUnknown;
  switch (*word) {
  case policy::AccessLogWord::session: return escaped(r->pool, claim->facts.session_name.text());
  case policy::AccessLogWord::backend: return escaped(r->pool, claim->facts.backend_name);
  case policy::AccessLogWord::app: return escaped(r->pool, claim->facts.app);
  case policy::AccessLogWord::stream: return escaped(r->pool, claim->facts.stream_name);
  case policy::AccessLogWord::kind: return kind_of(claim->facts.kind);
  case policy::AccessLogWord::way: return way_word(claim->way);
  }
  return kUnknown;
}

// Registers the tokens. mod_log_config forgets them whenever the configuration is read again.
int offer_tokens(apr_pool_t* pool, apr_pool_t*, apr_pool_t*) {
  auto* const register_handler = APR_RETRIEVE_OPTIONAL_FN(ap_register_log_handler);
  // The table keeps the name itself, not a copy.
  char* const tag = apr_pstrmemdup(pool, policy::kAccessLogTag.data(), policy::kAccessLogTag.size());
  // 1: the value is that of the client's request, not that of an error document.
  if (register_handler) register_handler(pool, tag, guarded<value_of, static_cast<const char*>(kUnknown)>, 1);
  return OK;
}

bool holds_format(const ap_directive_t& line) {
  for (const char* const name : {"LogFormat", "CustomLog", "GlobalLog"})
    if (ap_cstr_casecmp(line.directive, name) == 0) return true;
  return false;
}

// Calls `visit` for each word in a log format. Searches the configuration itself, because only mod_log_config reads
// formats, and a token learns the word in its braces only when a line is written.
template <class Visit>
void for_each_format(const ap_directive_t* line, Visit visit) {
  for (; line; line = line->next) {
    if (line->args && holds_format(*line)) visit(*line, policy::find_access_log_words(line->args));
    for_each_format(line->first_child, visit);
  }
}

int check_words(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  int result = OK;
  for_each_format(ap_conftree, [&](const ap_directive_t& line, const policy::AccessLogUse& use) {
    for (const std::string& name : use.unknown) {
      ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server, "%s: %s:%d: %s: '%%{%.100s}%s': expected %s in the braces",
                   ids::kBadLogWord, line.filename, line.line_num, line.directive, name.c_str(),
                   std::string(policy::kAccessLogTag).c_str(), std::string(policy::kAccessLogWords).c_str());
      result = HTTP_INTERNAL_SERVER_ERROR;
    }
  });
  return result;
}

int note_use(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  bool wants_facts = false;
  for_each_format(ap_conftree, [&](const ap_directive_t&, const policy::AccessLogUse& use) {
    wants_facts = wants_facts || use.wants_facts;
  });
  for (server_rec* server = main_server; server; server = server->next)
    server_config(server).log_wants_facts = wants_facts;
  return OK;
}

} // namespace

void register_access_log_hooks(apr_pool_t*) {
  // mod_log_config makes its table of tokens before.
  static const char* const after[] = {"mod_log_config.c", nullptr};
  ap_hook_pre_config(guarded<offer_tokens, OK>, after, nullptr, APR_HOOK_MIDDLE);
  // `httpd -t` runs it too. No order: it changes nothing.
  ap_hook_check_config(guarded<check_words, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
  // After resolve_all, which is the first of all, has given each virtual host its own configuration.
  ap_hook_post_config(guarded<note_use, OK>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
