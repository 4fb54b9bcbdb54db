#include "configured_members.hpp"

#include "proxy_workers.hpp"

#include <set>
#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::uint32_t kPlainWeight = 100; // loadfactor=1, as mod_proxy keeps it

// Virtual hosts inherit the main server's workers, which are told once: where they stand.
class MemberList {
 public:
  explicit MemberList(apr_pool_t* scratch) : scratch_(scratch) {}

  void add(const std::string& virtual_host, std::string_view balancer, proxy_worker& worker) {
    if (!is_ours(worker) || members.size() >= protocol::kMaxMembers || !known_.insert(worker.s).second) return;
    const policy::BackendUrlResult backend = backend_of(scratch_, worker);
    if (!backend.error.empty()) return; // no stream goes there
    protocol::Member member;
    member.virtual_host = virtual_host;
    member.balancer = balancer;
    member.backend = address_of(backend.url);
    member.url = policy::to_string(backend.url);
    member.condition = protocol::MemberCondition::unknown;
    member.weight = worker.s->lbfactor > 0 ? static_cast<std::uint32_t>(worker.s->lbfactor) : kPlainWeight;
    members.push_back(std::move(member));
  }

  std::vector<protocol::Member> members;

 private:
  apr_pool_t* scratch_;
  std::set<const void*> known_;
};

void add_all(MemberList& list, const std::string& virtual_host, const proxy_server_conf& proxy) {
  for (int i = 0; i < proxy.workers->nelts; ++i)
    list.add(virtual_host, {}, *element<proxy_worker>(proxy.workers, i));
  for (int i = 0; i < proxy.balancers->nelts; ++i) {
    const auto& balancer = *element<proxy_balancer>(proxy.balancers, i);
    std::string_view name = balancer.s->name;
    if (name.starts_with(BALANCER_PREFIX)) name.remove_prefix(std::string_view(BALANCER_PREFIX).size());
    for (int j = 0; j < balancer.workers->nelts; ++j)
      list.add(virtual_host, name, **element<proxy_worker*>(balancer.workers, j));
  }
}

} // namespace

std::vector<protocol::Member> configured_members(apr_pool_t* scratch, server_rec* main_server) {
  MemberList list(scratch);
  for (server_rec* server = main_server; server; server = server->next) {
    const proxy_server_conf* const proxy = proxy_config(server);
    const bool named = server != main_server && server->server_hostname;
    if (proxy) add_all(list, named ? server->server_hostname : "", *proxy);
  }
  return std::move(list.members);
}

} // namespace rtmpt_proxy::apache
