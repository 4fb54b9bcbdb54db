// SPDX-License-Identifier: Apache-2.0
#include "module/child/kept_streams.hpp"

#include "module/child/child_state.hpp"
#include "module/child/retirement_signal.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/mpm_facts.hpp"
#include "module/core/server_config.hpp"

namespace rtmpt_proxy::apache {

namespace {

// httpd's question about its state names no request and no connection, so the thread must remember.
thread_local bool serves_stream = false;

// The answer of the MPM itself.
bool child_is_stopping() {
  const ap_unixd_mpm_retained_data* const mpm = ap_unixd_mpm_get_retained_data();
  return mpm && mpm->mpm_state == AP_MPMQ_STOPPING;
}

bool streams_go_on() {
  ChildState* const child = server_config(ap_server_conf).child;
  if (!child || termination_came()) return false;
  return child->pump ? child->kept_streams.may_go_on_beside_pump()
                     : child->kept_streams.may_go_on(child->stream_places);
}

// httpd asks before it says keep-alive, and again before it waits for the next request.
int answer_for_streams(int question, int* result, apr_status_t* status) {
  if (question != AP_MPMQ_MPM_STATE || !serves_stream || !child_is_stopping() || !streams_go_on()) return DECLINED;
  *result = AP_MPMQ_RUNNING;
  *status = APR_SUCCESS;
  return OK;
}

void begin_connection(request_rec*, conn_rec*) {
  serves_stream = false; // until the next request turns out to be one of a stream
}

} // namespace

bool KeptStreams::may_go_on(const StreamPlaces& places) {
  if (over_) return false;
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  const Deadline now = Clock::now();
  if (!lock || now < next_look_) return true;
  next_look_ = now + kLookAtOthers;
  if (!retirement_)
    retirement_ =
        std::make_unique<Retirement>(ChildBoard::find(), retired_children_rules(ap_server_conf), ap_server_conf);
  if (retirement_->must_end(places.own())) over_ = true;
  return !over_;
}

void keep_while_stream_lives(request_rec* r) {
  if (mpm_is_asynchronous() || r->connection->master) return;
  serves_stream = true;
}

void keep_no_longer() {
  serves_stream = false;
}

bool must_let_go() {
  return child_is_stopping() && !streams_go_on();
}

void register_kept_stream_hooks(apr_pool_t*) {
  // Before the MPM, which answers.
  ap_hook_mpm_query(guarded<answer_for_streams, DECLINED>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  // After the wait for the request; see keep_alive.cpp.
  ap_hook_pre_read_request(guarded<begin_connection>, nullptr, nullptr, APR_HOOK_LAST);
}

} // namespace rtmpt_proxy::apache
