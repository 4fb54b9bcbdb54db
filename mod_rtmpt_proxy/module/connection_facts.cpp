#include "connection_facts.hpp"

#include "message_ids.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// Filters that pass bytes through unchanged and keep none back: httpd's own ends, mod_reqtimeout and mod_logio.
constexpr std::array<std::string_view, 4> kTransparentFilters{"core_in", "core", "reqtimeout", "log_input_output"};

bool is_transparent(const ap_filter_t* filter) {
  return std::find(kTransparentFilters.begin(), kTransparentFilters.end(), filter->frec->name) !=
         kTransparentFilters.end();
}

// A filter nobody knows may change the bytes: the gateway would then read something else than httpd does.
bool only_transparent(request_rec* r, const ap_filter_t* filter) {
  for (; filter; filter = filter->next) {
    if (filter->frec->ftype < AP_FTYPE_CONNECTION || is_transparent(filter)) continue;
    ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, r, "%s: not handed over: the connection has the filter %s",
                  ids::kConnectionHasFilters, filter->frec->name);
    return false;
  }
  return true;
}

bool is_plain_socket(request_rec* r) {
  conn_rec* const c = r->connection;
  return !c->master && !ap_ssl_conn_is_ssl(c) && only_transparent(r, c->input_filters) &&
         only_transparent(r, c->output_filters);
}

bool passed_an_intermediary(const request_rec* r) {
  return apr_table_get(r->headers_in, "Via") || apr_table_get(r->headers_in, "X-Forwarded-For") ||
         apr_table_get(r->headers_in, "Forwarded") ||
         std::string_view(r->useragent_ip) != r->connection->client_ip; // mod_remoteip took a header away
}

} // namespace

policy::ConnectionFacts connection_facts(request_rec* r, bool hand_over_allowed) {
  policy::ConnectionFacts facts;
  facts.hand_over_allowed = hand_over_allowed;
  facts.http_1_1 = r->proto_num == HTTP_VERSION(1, 1) && !r->connection->master;
  facts.intermediary_in_sight = passed_an_intermediary(r);
  facts.plain_socket = facts.http_1_1 && hand_over_allowed && is_plain_socket(r);
  return facts;
}

} // namespace rtmpt_proxy::apache
