// SPDX-License-Identifier: Apache-2.0
#include "module/ways/connection_facts.hpp"

#include "module/asks/relay_input.hpp"
#include "module/core/connection_notes.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/mpm_facts.hpp"
#include "module/restore/restored_request.hpp"
#include "module/restore/rpaf_proxy_protocol.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

// Filters that pass bytes on unchanged and keep none: httpd's own end filters, mod_reqtimeout, mod_logio, and ours.
constexpr std::array<std::string_view, 5> kTransparentFilters{"core_in", "core", "reqtimeout", "log_input_output",
                                                              kRelayInputFilter};
// mod_ssl's, with the names in small letters as httpd keeps them.
constexpr std::array<std::string_view, 2> kTlsFilters{"ssl/tls filter", "ssl/tls coalescing filter"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, const ap_filter_t* filter) {
  return std::find(names.begin(), names.end(), filter->frec->name) != names.end();
}

// Whether all filters are known. An unknown filter may change the bytes, and then the gateway would read something else
// than httpd does.
bool only_known(request_rec* r, const ap_filter_t* filter, bool tls) {
  for (; filter; filter = filter->next) {
    if (filter->frec->ftype < AP_FTYPE_CONNECTION || is_one_of(kTransparentFilters, filter)) continue;
    if (tls && is_one_of(kTlsFilters, filter)) continue;
    ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, r, "%s: not handed over: the connection has the filter %s",
                  ids::kConnectionHasFilters, filter->frec->name);
    return false;
  }
  return true;
}

policy::Transport transport_of(request_rec* r) {
  conn_rec* const c = r->connection;
  const bool tls = ap_ssl_conn_is_ssl(c);
  if (!only_known(r, c->input_filters, tls) || !only_known(r, c->output_filters, tls))
    return policy::Transport::filtered;
  if (!tls) return policy::Transport::plain;
  return find_relay(c) ? policy::Transport::relayed : policy::Transport::tls;
}

// Whether the request has the client address of its connection, as httpd knows it without any header of the request.
bool is_of_its_connection(const request_rec* r) {
  const protocol::ProxiedConnection* const announced = announced_connection(r->connection);
  const std::string_view client(r->useragent_ip);
  return announced ? client == protocol::to_text(announced->source.address).view() : client == r->connection->client_ip;
}

} // namespace

bool passed_an_intermediary(const request_rec* r) {
  return apr_table_get(r->headers_in, "Via") || apr_table_get(r->headers_in, "X-Forwarded-For") ||
         apr_table_get(r->headers_in, "Forwarded") || peer_is_known_proxy(r) ||
         !is_of_its_connection(r); // mod_remoteip took a header away
}

policy::ConnectionFacts connection_facts(request_rec* r, bool hand_over_allowed) {
  policy::ConnectionFacts facts;
  facts.hand_over_allowed = hand_over_allowed;
  facts.http_1_1 = r->proto_num == HTTP_VERSION(1, 1) && !r->connection->master;
  facts.intermediary_in_sight = passed_an_intermediary(r);
  if (!facts.http_1_1 || !hand_over_allowed) return facts;
  facts.transport = transport_of(r);
  facts.can_be_suspended = facts.transport == policy::Transport::tls && r->connection->cs && mpm_is_asynchronous();
  return facts;
}

std::string tls_variable(conn_rec* c, const char* name) {
  const char* const value = ap_ssl_var_lookup(c->pool, c->base_server, c, nullptr, name);
  return value ? value : "";
}

protocol::TlsFacts tls_facts(conn_rec* c) {
  return {tls_variable(c, "SSL_PROTOCOL"), tls_variable(c, "SSL_CIPHER")};
}

} // namespace rtmpt_proxy::apache
