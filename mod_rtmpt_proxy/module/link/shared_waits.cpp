// SPDX-License-Identifier: Apache-2.0
#include "module/link/shared_waits.hpp"

#include "module/core/hook_guard.hpp"
#include "module/core/message_ids.hpp"
#include "module/core/pool.hpp"

#include <cerrno>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kPoolKey = "rtmpt_proxy_shared_waits";

struct SharedMemory {
  policy::GatewayPulse pulses[kMostPulses];
  policy::RefusalTally refusals;
};

// Removes the parent's mapping; children that still run keep theirs.
apr_status_t close_shared(void* data) {
  auto* const shared = static_cast<SharedWaits*>(data);
  if (shared->pulses) ::munmap(shared->pulses, sizeof(SharedMemory)); // it begins with them
  if (shared->lock_file >= 0) ::close(shared->lock_file);
  *shared = SharedWaits{};
  return APR_SUCCESS;
}

// Null, with errno set, when the system gives no memory.
SharedMemory* map_memory(int file) {
  if (::ftruncate(file, sizeof(SharedMemory)) != 0) return nullptr;
  void* const memory = ::mmap(nullptr, sizeof(SharedMemory), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return nullptr;
  return new (memory) SharedMemory;
}

int make_shared_waits(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return OK;
  auto* const shared = make_in_pool<SharedWaits>(pconf);
  shared->lock_file = ::memfd_create("rtmpt_proxy_waits", MFD_CLOEXEC);
  if (SharedMemory* const memory = shared->lock_file >= 0 ? map_memory(shared->lock_file) : nullptr) {
    shared->pulses = memory->pulses;
    shared->refusals = &memory->refusals;
  }
  if (!shared->pulses)
    ap_log_error(APLOG_MARK, APLOG_WARNING, errno, main_server,
                 "%s: no shared memory: each child of httpd finds out for itself that rtmpt-gateway does not answer",
                 ids::kNoSharedWaits);
  apr_pool_userdata_setn(shared, kPoolKey, nullptr, pconf);
  apr_pool_cleanup_register(pconf, shared, close_shared, apr_pool_cleanup_null);
  return OK;
}

} // namespace

std::size_t living_children() {
  int slots = 0;
  if (ap_mpm_query(AP_MPMQ_MAX_DAEMON_USED, &slots) != APR_SUCCESS) return 1;
  std::size_t living = 0;
  for (int slot = 0; slot < slots; ++slot) {
    const process_score* const child = ap_get_scoreboard_process(slot);
    if (child && child->pid != 0 && !child->quiescing) ++living;
  }
  return living;
}

SharedWaits shared_waits(server_rec* main_server) {
  void* shared = nullptr;
  apr_pool_userdata_get(&shared, kPoolKey, main_server->process->pconf);
  return shared ? *static_cast<SharedWaits*>(shared) : SharedWaits{};
}

void forget_silence(server_rec* main_server) {
  if (const SharedWaits shared = shared_waits(main_server); shared.pulses)
    shared.pulses[0].answered(std::chrono::steady_clock::now());
}

void register_waiting_hooks(apr_pool_t*) {
  // No order: neither this hook nor those of other modules need each other.
  ap_hook_post_config(guarded<make_shared_waits, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
