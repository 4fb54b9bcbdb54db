#include "module/core/status_members.hpp"

#include "module/core/proxy_workers.hpp"

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

// Cuts the end off a text that is too long; people read it.
std::string shown(const std::string& text) {
  return text.substr(0, protocol::kMaxMemberTextBytes);
}

// A virtual host inherits the main server's workers. Such workers share their state, by which the same worker is
// recognised.
class Collection {
 public:
  explicit Collection(apr_pool_t* pool) : pool_(pool) {}

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
    member.weight = static_cast<std::uint32_t>(worker.s->lbfactor);
    members_.push_back(std::move(member));
  }

  std::vector<Member> take() { return std::move(members_); }

 private:
  apr_pool_t* pool_;
  std::set<const proxy_worker_shared*> seen_;
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
std::vector<Member> collect(apr_pool_t* pool, server_rec* main_server, Add add) {
  Collection collection(pool);
  for (server_rec* server = main_server; server; server = server->next) {
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

std::vector<Member> configured_members(request_rec* r) {
  return collect(r->pool, ap_server_conf, add_balancer_now);
}

std::vector<Member> members_as_written(apr_pool_t* scratch, server_rec* main_server) {
  const auto add = [](Collection& collection, const server_rec* server, const proxy_server_conf*,
                      const proxy_balancer& balancer) { add_balancer(collection, server, balancer); };
  std::vector<Member> members = collect(scratch, main_server, add);
  for (Member& member : members)
    member.condition = MemberCondition::unknown;
  return members;
}

} // namespace rtmpt_proxy::apache
