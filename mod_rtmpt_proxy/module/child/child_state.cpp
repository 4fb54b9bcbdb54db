// SPDX-License-Identifier: Apache-2.0
#include "module/child/child_state.hpp"

#include "module/child/child_signal.hpp"
#include "module/child/retirement_signal.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/mpm_facts.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"
#include "module/link/retained_ask_door.hpp"
#include "module/link/retained_control.hpp"

#include <cerrno>

#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

// Called while the child's memory is still there, because pumped connections tell httpd of their end.
apr_status_t stop_pump(void* data) {
  forget_termination();
  static_cast<ChildState*>(data)->pump.reset();
  return APR_SUCCESS;
}

bool has_streams(server_rec* server) {
  for (; server; server = server->next)
    if (has_pass(server)) return true;
  return false;
}

void start_pump(apr_pool_t* pchild, server_rec* main_server, ChildState& child) {
  if (!mpm_is_asynchronous()) return;
  if (!has_streams(main_server)) return;
  child.pump = TlsPump::start(pchild);
  if (child.pump)
    apr_pool_pre_cleanup_register(pchild, &child, stop_pump);
  else
    ap_log_error(APLOG_MARK, APLOG_ERR, errno, main_server,
                 "%s: no thread or no epoll for TLS connections: their requests are forwarded one by one",
                 ids::kPumpNotStarted);
}

void child_init(apr_pool_t* pchild, server_rec* main_server) {
  RetainedGateways* const retained = find_retained_gateways();
  std::vector<int> doors;
  const GatewayBoard* board = nullptr;
  if (retained) {
    // With -X the parent is its own child and must keep everything.
    if (retained->parent_pid != ::getpid()) {
      close_parents_ends(*retained);
      close_parents_control();
      close_parents_ask_door();
      restore_child_signal();
    }
    doors = children_doors(*retained);
    board = retained->board_view;
  }
  // In the pool of the process, and never destroyed: when a child ends at once, threads may still use it while httpd
  // clears the child's pools.
  static_assert(alignof(ChildState) <= 8, "apr_palloc aligns to 8 bytes");
  auto* const child = new (apr_palloc(main_server->process->pool, sizeof(ChildState)))
      ChildState(doors, board, threads_per_child(), shared_waits(main_server));
  for (server_rec* server = main_server; server; server = server->next)
    server_config(server).child = child;
  child->stream_places.start();
  start_pump(pchild, main_server, *child);
}

// The child takes no more connections. httpd calls it in the child's main thread or its listener thread.
void stopping(apr_pool_t*, int graceful) {
  ChildState* const child = server_config(ap_server_conf).child;
  if (!child) return;
  if (!graceful) return child->kept_streams.end(); // its pool is about to be destroyed, and the pump with it
  report_termination(child->pump ? child->pump->termination_descriptor() : -1);
  if (!child->pump) return;
  child->pump->retire(std::make_unique<Retirement>(ChildBoard::find(), retired_children_rules(ap_server_conf),
                                                   ap_server_conf, &child->kept_streams.beside_pump()));
}

} // namespace

std::string ChildState::start_failure() const {
  if (!board_) return "it was not started: no virtual host had a backend when httpd was configured";
  if (board_->state.load(std::memory_order_acquire) != static_cast<std::uint32_t>(GatewayCondition::failed)) return {};
  return board_->failure;
}

void register_child_hooks(apr_pool_t*) {
  // No order: neither these hooks nor those of other modules need each other.
  ap_hook_child_init(guarded<child_init>, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_child_stopping(guarded<stopping>, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace rtmpt_proxy::apache
