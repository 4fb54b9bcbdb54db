// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/graceful_stop.hpp"

#include "local/patience.hpp"
#include "module/core/hook_guard.hpp"
#include "module/keeper/gateway_lifeline.hpp"
#include "module/link/retained_ask_door.hpp"
#include "module/retirement/child_board.hpp"

#include <rtmpt_proxy/version.hpp>

#include <csignal>
#include <ctime>

#include <sys/wait.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

using std::chrono::milliseconds;

constexpr const char* kMpmsNotes = "ap_unixd_mpm_retained_data";
constexpr milliseconds kSignalLook{20};

bool is_parent(const RetainedGateways* retained) {
  return retained && retained->parent_pid == ::getpid();
}

milliseconds time_for_streams() {
  if (ap_graceful_shutdown_timeout > 0) return std::chrono::seconds(ap_graceful_shutdown_timeout);
  return local::patience::kStreamsAtGracefulStop;
}

// At its very end httpd does not use its own notes any more, but they are still in memory.
bool was_told_to_stop_at_once() {
  const auto* const mpm = static_cast<const ap_unixd_mpm_retained_data*>(ap_retained_data_get(kMpmsNotes));
  return mpm && mpm->is_ungraceful;
}

// While it lives, SIGTERM and SIGINT stay pending until they are taken here. At httpd's very end its own handlers do
// nothing any more.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~EndSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  // Waits for one of the signals. False when none has come within `time`.
  bool come_within(std::chrono::nanoseconds time) const {
    const timespec limit{0, static_cast<long>(time.count())};
    return ::sigtimedwait(&signals_, nullptr, &limit) > 0;
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

bool stops_gracefully_now() {
  const ap_unixd_mpm_retained_data* const mpm = ap_unixd_mpm_get_retained_data();
  return mpm && mpm->mpm_state == AP_MPMQ_STOPPING && mpm->shutdown_pending && !mpm->is_ungraceful;
}

// A gateway of an older version does not know this message and would end. One that can be told nothing is ended when
// the time for streams is over.
void tell(const GatewaySlot& slot) {
  if (slot.pid > 0 && project_version() == slot.version && !slot.lifeline_is_garbled)
    send_graceful_stop(slot.lifeline, time_for_streams());
}

void begin(RetainedGateways& retained) {
  close_ask_door(); // nobody accepts a question any more
  note_graceful_stop(now_milliseconds() + time_for_streams().count());
  if (graceful_stop_until() == 0) return; // no shared memory: streams end as httpd does
  tell(retained.current);
  for (const GatewaySlot& slot : retained.retiring)
    tell(slot);
}

// httpd has no hook for the beginning of a graceful stop. But its parent first asks the MPM this question, when it has
// told its children.
int notice(int question, int*, apr_status_t*) {
  if (question != AP_MPMQ_MAX_DAEMON_USED || graceful_stop_until() != 0 || !stops_gracefully_now()) return DECLINED;
  RetainedGateways* const retained = find_retained_gateways();
  if (is_parent(retained)) begin(*retained);
  return DECLINED;
}

} // namespace

bool await_last_stream(GatewaySlot& slot) {
  const std::int64_t until = graceful_stop_until();
  // True only at httpd's very end, after a graceful stop. Before that, httpd ends what it has started only when it was
  // told to stop at once.
  if (until == 0 || ap_state_query(AP_SQ_MAIN_STATE) != AP_SQ_MS_EXITING) return false;
  const EndSignals end_signals;
  if (was_told_to_stop_at_once()) return false;
  while (now_milliseconds() < until + local::patience::kEndAfterStreams.count()) {
    if (::waitpid(slot.pid, nullptr, WNOHANG) == slot.pid) return true;
    if (end_signals.come_within(kSignalLook)) return false;
  }
  return false;
}

void register_graceful_stop_hooks(apr_pool_t*) {
  // Before the MPM, which answers.
  ap_hook_mpm_query(guarded<notice, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
}

} // namespace rtmpt_proxy::apache
