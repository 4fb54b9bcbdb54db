// SPDX-License-Identifier: Apache-2.0
#include "module/recognition/first_look.hpp"

#include "module/core/connection_notes.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/link/connection_release.hpp"
#include "module/recognition/address_hosts.hpp"
#include "module/recognition/first_wait.hpp"
#include "module/recognition/hello_look.hpp"
#include "module/recognition/rtmp_hand_over.hpp"
#include "module/recognition/tls_hand_over.hpp"

#include <rtmpt_proxy/policy/routing/first_byte.hpp>

namespace rtmpt_proxy::apache {

namespace {

// The notes of a connection that may still turn out to begin with RTMP; null for every other.
ConnectionNotes* undecided(conn_rec* c) {
  if (c->master || !server_config(ap_server_conf).someone_accepts_rtmp) return nullptr;
  ConnectionNotes& notes = connection_notes(c);
  if (!notes.first_byte_known && !address_accepts_rtmp(c)) notes.first_byte_known = true;
  return notes.first_byte_known ? nullptr : &notes;
}

enum class Sight { nothing, rtmp, other };

// Looks without waiting, and takes nothing.
Sight look(conn_rec* c, ap_filter_t* filter) {
  apr_bucket_brigade* const brigade = apr_brigade_create(c->pool, c->bucket_alloc);
  const apr_status_t status = ap_get_brigade(filter, brigade, AP_MODE_SPECULATIVE, APR_NONBLOCK_READ, 1);
  char first = 0;
  apr_size_t size = 1;
  const bool flat = status == APR_SUCCESS && apr_brigade_flatten(brigade, &first, &size) == APR_SUCCESS;
  const bool is_empty = status == APR_SUCCESS && APR_BRIGADE_EMPTY(brigade);
  apr_brigade_destroy(brigade);
  if (APR_STATUS_IS_EAGAIN(status) || is_empty) return Sight::nothing;
  return flat && size == 1 && policy::begins_rtmp(first) ? Sight::rtmp : Sight::other; // an end is httpd's to see
}

// Waits in this thread for the first byte.
Sight await(conn_rec* c, ap_filter_t* filter) {
  const auto deadline = end_of_first_wait(c);
  while (await_readable(c, deadline))
    if (const Sight seen = look(c, filter); seen != Sight::nothing) return seen;
  return Sight::nothing;
}

// The first byte alone, in place of TLS: a client of RTMP without TLS at a port for TLS.
int look_for_rtmp_below_tls(conn_rec* c, ConnectionNotes& notes) {
  ap_filter_t* const filter = network_filter(c);
  Sight seen = look(c, filter);
  if (seen == Sight::nothing && can_park(c)) return park(c);
  if (seen == Sight::nothing) seen = await(c, filter);
  notes.looked_below_tls = true;
  if (seen != Sight::rtmp) return DECLINED;
  notes.first_byte_known = true;
  return hand_over_rtmp(c, filter);
}

// The same, and besides the hello of a TLS client whose handshake the gateway is to make.
int look_for_hello(conn_rec* c, ConnectionNotes& notes, bool accepts_rtmp) {
  BeginningSeen seen = look_at_beginning(c);
  if (seen.is == Beginning::not_yet && can_park(c)) return park(c);
  for (const auto deadline = end_of_first_wait(c); seen.is == Beginning::not_yet && await_readable(c, deadline);)
    seen = look_at_beginning(c);
  forget_beginning(c);
  notes.looked_below_tls = true;
  if (seen.is == Beginning::hello && !seen.hello.offers_protocols) return hand_over_tls(c, seen.hello, accepts_rtmp);
  if (seen.is != Beginning::rtmp || !accepts_rtmp) return DECLINED;
  notes.first_byte_known = true;
  return hand_over_rtmp(c, network_filter(c));
}

// Looked at once: once mod_ssl has read, the next byte can be any byte of a record.
int look_below_tls(conn_rec* c) {
  const ServerConfig& all = server_config(ap_server_conf);
  if (c->master || !(all.someone_accepts_rtmp || all.someone_hands_over_tls)) return DECLINED;
  ConnectionNotes& notes = connection_notes(c);
  if (notes.looked_below_tls) return DECLINED;
  const bool has_tls = ap_ssl_conn_is_ssl(c);
  const bool accepts_rtmp = has_tls && undecided(c);
  if (has_tls && address_hands_over_tls(c)) return look_for_hello(c, notes, accepts_rtmp);
  if (accepts_rtmp) return look_for_rtmp_below_tls(c, notes);
  notes.looked_below_tls = true;
  return DECLINED;
}

// The first byte as httpd would read it: behind TLS, where there is any.
int look_above_tls(conn_rec* c) {
  ConnectionNotes* const notes = undecided(c);
  if (!notes) return DECLINED;
  Sight seen = notes->offers_protocols ? Sight::other : look(c, c->input_filters);
  if (seen == Sight::nothing && can_park(c)) return park(c);
  if (seen == Sight::nothing) seen = await(c, c->input_filters);
  notes->first_byte_known = true;
  if (seen != Sight::rtmp) return DECLINED;
  return ap_ssl_conn_is_ssl(c) ? pump_rtmps(c) : hand_over_rtmp(c, c->input_filters);
}

// mod_ssl asks which protocol to speak, because the client names some.
int note_offer(conn_rec* c, request_rec* r, server_rec*, const apr_array_header_t*, apr_array_header_t*) {
  if (!r && !c->master && server_config(ap_server_conf).someone_accepts_rtmp)
    connection_notes(c).offers_protocols = true;
  return DECLINED;
}

// Most sites take no RTMP: there nothing of the above is done.
int note_hosts(apr_pool_t*, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  bool someone = false;
  for (server_rec* server = main_server; server; server = server->next)
    someone = someone || accepts_rtmp(server);
  server_config(main_server).someone_accepts_rtmp = someone;
  return OK;
}

} // namespace

void register_recognition_hooks(apr_pool_t*) {
  // No order, but after resolve_all, the first of all.
  ap_hook_post_config(guarded<note_hosts, OK>, nullptr, nullptr, APR_HOOK_MIDDLE);
  static const char* const tls[] = {"mod_ssl.c", nullptr};
  static const char* const http2[] = {"mod_http2.c", nullptr};
  // After PROXY headers have been read, and before the handshake of mod_ssl.
  ap_hook_process_connection(guarded<look_below_tls, DONE>, nullptr, tls, APR_HOOK_FIRST);
  // After the handshake, and before mod_http2 and httpd itself read the first request.
  ap_hook_process_connection(guarded<look_above_tls, DONE>, tls, http2, APR_HOOK_LAST);
  // No order: it proposes nothing.
  ap_hook_protocol_propose(guarded<note_offer, DECLINED>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
