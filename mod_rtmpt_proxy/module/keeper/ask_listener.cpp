// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/ask_listener.hpp"

#include "module/asks/stream_rules.hpp"
#include "module/core/configuration_lines.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/mpm_facts.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/run_mode.hpp"
#include "module/core/server_config.hpp"
#include "module/core/server_place.hpp"
#include "module/keeper/gateway_user.hpp"
#include "module/link/retained_ask_door.hpp"

#include <algorithm>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::size_t kShareOfAsks = 4;
// No protocol that httpd knows: so it sets no accept filter on the listener, and its own connections to wake children
// go elsewhere.
constexpr const char* kAskProtocol = "rtmpt-ask";

// The reason why the gateway needs the listener for this virtual host, for "has ..."; null: it does not.
const char* reason_for_listener(const server_rec* server) {
  if (const char* const directive = needs_ask_listener(server)) return directive;
  if (!has_pass(server) || !authorizes_streams(server)) return nullptr;
  return server_config(server).settings.authorize ? "RTMPTAuthorize On" : "rules about PUBLISH and PLAY";
}

const server_rec* first_that_needs_it(const server_rec* main_server) {
  for (const server_rec* server = main_server; server; server = server->next)
    if (reason_for_listener(server)) return server;
  return nullptr;
}

// httpd opens each of its listeners several times then, which a local socket does not bear: httpd would not start, and
// say no more than "could not duplicate listeners".
int check_buckets(server_rec* main_server, const server_rec* needing) {
  const std::vector<ConfigurationLine> lines = find_lines({"ListenCoresBucketsRatio"});
  if (lines.empty() || std::atoi(lines.back().arguments()) <= 0) return OK;
  ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, main_server,
               "%s: %s: ListenCoresBucketsRatio, and %s has %s: httpd cannot have both: expected"
               " ListenCoresBucketsRatio 0, or no such line",
               ids::kBucketsAndRtmp, place_of(lines.back()).c_str(), place_of(needing).c_str(),
               reason_for_listener(needing));
  return HTTP_INTERNAL_SERVER_ERROR;
}

// A graceful restart keeps the number of times that httpd opens each listener, whatever the configuration says.
bool keeps_buckets() {
  const ap_unixd_mpm_retained_data* const mpm = ap_unixd_mpm_get_retained_data();
  return mpm && mpm->was_graceful && mpm->num_buckets > 1;
}

int report_buckets(server_rec* main_server, const server_rec* needing) {
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
               "%s: %s has %s, but no client can speak RTMP, and httpd keeps all TLS: this httpd was started with"
               " ListenCoresBucketsRatio, and keeps it at a graceful restart: it needs stop and start",
               ids::kBucketsAndRtmp, place_of(needing).c_str(), reason_for_listener(needing));
  return OK;
}

// Takes our record out of httpd's list before its memory goes: the next configuration walks the old list.
apr_status_t withdraw(void* data) {
  auto* const own = static_cast<ap_listen_rec*>(data);
  for (ap_listen_rec** place = &ap_listeners; *place; place = &(*place)->next) {
    if (*place != own) continue;
    *place = own->next;
    break;
  }
  if (own->active) apr_socket_close(own->sd);
  own->active = 0;
  return APR_SUCCESS;
}

// Adds the listener behind all others. It is open already, so httpd neither binds nor configures it.
apr_status_t add_listener(apr_pool_t* pool, int listener) {
  apr_os_sock_t copy = ::fcntl(listener, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return APR_FROM_OS_ERROR(errno);
  auto* const own = static_cast<ap_listen_rec*>(apr_pcalloc(pool, sizeof(ap_listen_rec)));
  own->protocol = kAskProtocol;
  apr_os_sock_info_t info{};
  info.os_sock = &copy;
  info.family = APR_UNIX;
  info.type = SOCK_STREAM;
  apr_status_t status = apr_os_sock_make(&own->sd, &info, pool);
  // httpd compares the addresses of its listeners, so there must be one.
  if (status == APR_SUCCESS) status = apr_sockaddr_info_get(&own->bind_addr, "/rtmpt-ask", APR_UNIX, 0, 0, pool);
  if (status != APR_SUCCESS) {
    if (own->sd)
      apr_socket_close(own->sd); // which owns the descriptor
    else
      ::close(copy);
    return status;
  }
  own->active = 1;
  ap_listen_rec** place = &ap_listeners;
  while (*place)
    place = &(*place)->next;
  *place = own;
  apr_pool_cleanup_register(pool, own, guarded<withdraw, APR_EGENERAL>, apr_pool_cleanup_null);
  return APR_SUCCESS;
}

// An httpd that already runs goes on without the listener: clients of RTMP are refused then, and no TLS is handed over.
int report(server_rec* main_server, const char* why) {
  ap_log_error(APLOG_MARK, is_reload() ? APLOG_ERR : APLOG_STARTUP | APLOG_ERR, 0, main_server,
               "%s: no client can speak RTMP: httpd's private listener cannot be made: %s", ids::kNoAskListener, why);
  return is_reload() ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

// Before the MPM opens and counts its listeners: it never looks at one that comes later.
int settle_listener(apr_pool_t* configuration_pool, apr_pool_t*, apr_pool_t* scratch, server_rec* main_server) {
  const server_rec* const needing = first_that_needs_it(main_server);
  if (needing)
    if (const int refused = check_buckets(main_server, needing); refused != OK) return refused;
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG ||
      ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_NORMAL)
    return OK;
  if (!needing || !ap_listeners) { // without any Listen httpd does not start, and says so
    close_ask_door();
    return OK;
  }
  if (keeps_buckets()) {
    close_ask_door();
    return report_buckets(main_server, needing);
  }
  const std::string failure = make_ask_door(scratch, gateway_user(main_server));
  if (!failure.empty()) return report(main_server, failure.c_str());
  if (const apr_status_t status = add_listener(configuration_pool, ask_listener()); status != APR_SUCCESS) {
    close_ask_door();
    char words[128];
    return report(main_server, apr_strerror(status, words, sizeof words));
  }
  return OK;
}

} // namespace

std::uint32_t most_asks() {
  const std::size_t most = mpm_number(AP_MPMQ_MAX_DAEMONS) * threads_per_child() / kShareOfAsks;
  return static_cast<std::uint32_t>(std::max<std::size_t>(1, most));
}

void register_ask_listener_hooks(apr_pool_t*) {
  // Last: every check of the configuration comes first, and the MPMs settle their numbers.
  ap_hook_check_config(guarded<settle_listener, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_LAST);
}

} // namespace rtmpt_proxy::apache
