#include "waiting_places.hpp"

#include "hook_guard.hpp"
#include "message_ids.hpp"
#include "pool.hpp"

#include <rtmpt_proxy/policy/open_gate.hpp>

#include <cerrno>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr const char* kPoolKey = "rtmpt_proxy_shared_waits";
constexpr std::size_t kFewThreads = 4; // a quarter of fewer is none
constexpr std::size_t kMostLockBytes = 1024;
constexpr std::size_t kPulsesBytes = sizeof(policy::GatewayPulse) * kMostPulses;

// Children that are not about to end. Their number is a guess by the time it is used; nothing depends on it exactly.
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

bool set_lock(int file, short type, std::size_t byte) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte);
  lock.l_len = 1;
  return ::fcntl(file, F_SETLK, &lock) == 0;
}

// The parent lets go of its own; children that live on keep theirs.
apr_status_t close_shared(void* data) {
  auto* const shared = static_cast<SharedWaits*>(data);
  if (shared->pulses) ::munmap(shared->pulses, kPulsesBytes);
  if (shared->lock_file >= 0) ::close(shared->lock_file);
  *shared = SharedWaits{};
  return APR_SUCCESS;
}

// Null with errno set when there is none to be had.
policy::GatewayPulse* map_pulses(int file) {
  if (::ftruncate(file, kPulsesBytes) != 0) return nullptr;
  void* const memory = ::mmap(nullptr, kPulsesBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return nullptr;
  return new (memory) policy::GatewayPulse[kMostPulses];
}

int make_shared_waits(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*, server_rec* main_server) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return OK;
  auto* const shared = make_in_pool<SharedWaits>(pconf);
  shared->lock_file = ::memfd_create("rtmpt_proxy_waits", MFD_CLOEXEC);
  if (shared->lock_file >= 0) shared->pulses = map_pulses(shared->lock_file);
  if (!shared->pulses)
    ap_log_error(APLOG_MARK, APLOG_WARNING, errno, main_server,
                 "%s: no shared memory: each child of httpd finds out for itself that rtmpt-gateway does not answer",
                 ids::kNoSharedWaits);
  apr_pool_userdata_setn(shared, kPoolKey, nullptr, pconf);
  apr_pool_cleanup_register(pconf, shared, close_shared, apr_pool_cleanup_null);
  return OK;
}

} // namespace

SharedWaits shared_waits(server_rec* main_server) {
  void* shared = nullptr;
  apr_pool_userdata_get(&shared, kPoolKey, main_server->process->pconf);
  return shared ? *static_cast<SharedWaits*>(shared) : SharedWaits{};
}

void forget_silence(server_rec* main_server) {
  if (const SharedWaits shared = shared_waits(main_server); shared.pulses)
    shared.pulses[0].answered(std::chrono::steady_clock::now());
}

class WaitingPlaces::Place {
 public:
  Place(WaitingPlaces& places, int byte) : places_(places), byte_(byte) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    places_.unlock_byte(byte_);
    places_.taken_.fetch_sub(1);
  }

 private:
  WaitingPlaces& places_;
  const int byte_;
};

WaitingPlaces::WaitingPlaces(std::size_t threads, int lock_file)
    : limit_(policy::long_waits(threads)),
      counts_all_children_(threads < kFewThreads && lock_file >= 0),
      threads_(threads),
      lock_file_(lock_file) {}

std::shared_ptr<void> WaitingPlaces::take() {
  if (taken_.fetch_add(1) >= limit_) {
    taken_.fetch_sub(1);
    return nullptr;
  }
  const int byte = counts_all_children_ ? lock_byte() : -1;
  if (counts_all_children_ && byte < 0) {
    taken_.fetch_sub(1);
    return nullptr;
  }
  return std::make_shared<Place>(*this, byte);
}

// A lock belongs to the process, of which one thread at a time comes here.
int WaitingPlaces::lock_byte() const {
  const std::size_t places = std::min(policy::long_waits(living_children() * threads_), kMostLockBytes);
  for (std::size_t byte = 0; byte < places; ++byte)
    if (set_lock(lock_file_, F_WRLCK, byte)) return static_cast<int>(byte);
  return -1;
}

void WaitingPlaces::unlock_byte(int byte) const {
  if (byte >= 0) set_lock(lock_file_, F_UNLCK, static_cast<std::size_t>(byte));
}

void register_waiting_hooks(apr_pool_t*) {
  // No order: it needs nothing of other modules, nor they of it.
  ap_hook_post_config(guarded<make_shared_waits, HTTP_INTERNAL_SERVER_ERROR>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
