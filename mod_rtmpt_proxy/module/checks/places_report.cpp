// SPDX-License-Identifier: Apache-2.0
#include "module/checks/places_report.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/mpm_facts.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/retirement/retirement.hpp"
#include "module/retirement/stream_places.hpp"

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

void tell_async(const policy::StreamRoom& room, std::size_t server_limit, std::size_t retired) {
  const std::size_t live = std::max<std::size_t>(1, std::min(room.children, server_limit - retired));
  policy::StreamRoom room_beside = room;
  room_beside.children = live;
  ap_log_error(APLOG_MARK, APLOG_NOTICE | APLOG_NOERRNO, 0, nullptr,
               "%s: streams over TLS: ServerLimit %" APR_SIZE_T_FMT " leaves %" APR_SIZE_T_FMT
               " places beside the %" APR_SIZE_T_FMT " children of MaxRequestWorkers; %" APR_SIZE_T_FMT
               " retired children may keep streams, and the others %" APR_SIZE_T_FMT " streams%s",
               ids::kPlacesToldByConfigtest, server_limit, server_limit - std::min(server_limit, room.children),
               room.children, retired, policy::most_streams(room_beside),
               live < room.children ? ". Retired children take places of MaxRequestWorkers: raise ServerLimit" : "");
}

void tell_sync(const policy::StreamRoom& room) {
  ap_log_error(APLOG_MARK, APLOG_NOTICE | APLOG_NOERRNO, 0, nullptr,
               "%s: streams over TLS: each keeps a thread or process, and %" APR_SIZE_T_FMT
               " may; with MPM event they keep none",
               ids::kPlacesToldByConfigtest, policy::most_streams(room));
}

// Called by `httpd -t` only.
void tell_places(apr_pool_t*, server_rec* main_server) {
  const std::size_t server_limit = mpm_number(AP_MPMQ_HARD_LIMIT_DAEMONS);
  if (!carries_streams(main_server) || server_limit == 0) return;
  const policy::StreamRoom room = room_of_mpm();
  if (room.each_keeps_thread) return tell_sync(room);
  tell_async(room, server_limit, retired_children_rules(main_server).most);
}

} // namespace

void register_places_report_hooks(apr_pool_t*) {
  // No order: it only looks.
  ap_hook_test_config(guarded<tell_places>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
