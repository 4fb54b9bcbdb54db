// SPDX-License-Identifier: Apache-2.0
#include "module/core/status_members.hpp"

#include "module/core/named_backends.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

#include <set>
#include <string>

namespace rtmpt_proxy::apache {

namespace {

using protocol::Member;
using protocol::MemberCondition;

MemberCondition condition_of(const proxy_worker& worker) {
  const unsigned status = worker.s->status;
  if (status & PROXY_WORKER_STOPPED) return MemberCondition::stopped;
  if (status & PROXY_WORKER_DISABLED) return MemberCondition::disabled;
  if (status & PROXY_WORKER_HC_FAIL) return MemberCondition::unhealthy;
  if (status & PROXY_WORKER_IN_ERROR) return MemberCondition::error;
  if (status & PROXY_WORKER_DRAIN) return MemberCondition::draining;
  if (status & (PROXY_WORKER_HOT_STANDBY | PROXY_WORKER_HOT_SPARE)) return MemberCondition::standby;
  return MemberCondition::ok;
}

// As mod_proxy's retry= has it. A failed health check ends otherwise.
bool is_tried_again(const proxy_worker& worker) {
  return apr_time_now() > worker.s->error_time + worker.s->retry;
}

// Cuts the end off a text that is too long; people read it.
std::string shown(const std::string& text) {
  return text.substr(0, protocol::kMaxMemberTextBytes);
}

// A virtual host inherits the main server's workers. Such workers share their state, by which the same worker is
// recognised.
class Collection {
 public:
  explicit Collection(apr_pool_t* pool, bool forgives = false) : pool_(pool), forgives_(forgives) {}

  void add(const server_rec* server, const char* balancer, proxy_worker& worker) {
    if (members_.size() == protocol::kMaxMembers || !seen_.insert(worker.s).second) return;
    const policy::BackendUrlResult backend = backend_of(pool_, worker);
    if (!backend.error.empty()) return;
    Member member;
    member.server_name = shown(server->is_virtual && server->server_hostname ? server->server_hostname : "");
    member.balancer = shown(balancer);
    member.backend = address_of(backend.url);
    member.url = shown(policy::to_string(backend.url));
    member.condition = condition_of(worker);
    if (forgives_ && member.condition == MemberCondition::error && is_tried_again(worker))
      member.condition = MemberCondition::ok;
    member.weight = static_cast<std::uint32_t>(worker.s->lbfactor);
    members_.push_back(std::move(member));
  }

  // A hub that virtual hosts share is one of them all.
  void add(const server_rec* server, const policy::HubName& hub) {
    Member member;
    member.backend = policy::hub_address(hub, server_config(server).hop_name);
    if (members_.size() == protocol::kMaxMembers || !hubs_.insert(member.backend).second) return;
    const bool is_own = hub.name.empty() && server->is_virtual && server->server_hostname;
    member.server_name = shown(is_own ? server->server_hostname : "");
    member.url = policy::to_string(hub);
    member.condition = MemberCondition::ok;
    members_.push_back(std::move(member));
  }

  std::vector<Member> take() { return std::move(members_); }

 private:
  apr_pool_t* pool_;
  const bool forgives_; // a member in error that would be tried again
  std::set<const proxy_worker_shared*> seen_;
  std::set<protocol::BackendAddress> hubs_;
  std::vector<Member> members_;
};

// "media" of "balancer://media".
const char* name_of(const proxy_balancer& balancer) {
  constexpr std::string_view kPrefix = BALANCER_PREFIX;
  const char* const name = balancer.s->name;
  return std::string_view(name).starts_with(kPrefix) ? name + kPrefix.size() : name;
}

void add_balancer(Collection& collection, const server_rec* server, const proxy_balancer& balancer) {
  for (int i = 0; i < balancer.workers->nelts; ++i)
    collection.add(server, name_of(balancer), **element<proxy_worker*>(balancer.workers, i));
}

// Takes the lock: another thread may be adding a member of balancer-manager.
void add_balancer_now(Collection& collection, server_rec* server, proxy_server_conf* proxy, proxy_balancer& balancer) {
  if (PROXY_THREAD_LOCK(&balancer) != APR_SUCCESS) return;
  ap_proxy_sync_balancer(&balancer, server, proxy);
  add_balancer(collection, server, balancer);
  PROXY_THREAD_UNLOCK(&balancer);
}

// Calls `add` for each balancer.
template <class Add>
std::vector<Member> collect(apr_pool_t* pool, server_rec* main_server, bool forgives, Add add) {
  Collection collection(pool, forgives);
  for (server_rec* server = main_server; server; server = server->next) {
    for (const policy::HubName& hub : named_hubs(server))
      collection.add(server, hub);
    proxy_server_conf* const proxy = proxy_config(server);
    if (!proxy) continue;
    for (int i = 0; i < proxy->balancers->nelts; ++i)
      add(collection, server, proxy, *element<proxy_balancer>(proxy->balancers, i));
    for (int i = 0; i < proxy->workers->nelts; ++i)
      collection.add(server, "", *element<proxy_worker>(proxy->workers, i));
  }
  return collection.take();
}

} // namespace

std::vector<Member> configured_members(request_rec* r, bool forgives) {
  return collect(r->pool, ap_server_conf, forgives, add_balancer_now);
}

std::vector<Member> members_of_host(request_rec* r) {
  Collection collection(r->pool, true);
  for (const policy::HubName& hub : named_hubs(r->server))
    collection.add(r->server, hub);
  proxy_server_conf* const proxy = proxy_config(r->server);
  if (!proxy) return collection.take();
  for (const std::string& target : stream_targets(r->pool, r->server)) {
    if (is_backend_url(target)) {
      proxy_worker* const worker = ap_proxy_get_worker(r->pool, nullptr, proxy, target.c_str());
      if (worker) collection.add(r->server, "", *worker);
    } else if (proxy_balancer* const balancer = ap_proxy_get_balancer(r->pool, proxy, target.c_str(), 0)) {
      add_balancer_now(collection, r->server, proxy, *balancer);
    }
  }
  return collection.take();
}

std::vector<Member> members_as_written(apr_pool_t* scratch, server_rec* main_server) {
  const auto add = [](Collection& collection, const server_rec* server, const proxy_server_conf*,
                      const proxy_balancer& balancer) { add_balancer(collection, server, balancer); };
  std::vector<Member> members = collect(scratch, main_server, false, add);
  for (Member& member : members)
    member.condition = MemberCondition::unknown;
  return members;
}

} // namespace rtmpt_proxy::apache
