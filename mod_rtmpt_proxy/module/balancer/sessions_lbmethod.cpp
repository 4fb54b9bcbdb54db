// SPDX-License-Identifier: Apache-2.0
#include "module/balancer/sessions_lbmethod.hpp"

#include "local/patience.hpp"
#include "module/balancer/fail_over.hpp"
#include "module/child/child_state.hpp"
#include "module/core/hook_guard.hpp"
#include "module/core/proxy_workers.hpp"
#include "module/core/server_config.hpp"

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

using std::chrono::milliseconds;
using Members = std::vector<proxy_worker*>;

constexpr char kMethodName[] = "rtmptsessions"; // mod_proxy keeps 15 characters

// The members that mod_proxy offers while it walks through a balancer.
struct Collection {
  const RequestClaim& claim;
  bool failed_too; // also collect members that have failed for this request
  Members members;
};

// mod_proxy calls it for each usable member, then for spares in place of others. It goes on to standbys and further
// lbsets only while no member is "best". So the first member is called best, and only members of one tier are
// collected.
int collect(proxy_worker* current, proxy_worker* best, void* baton) {
  auto& collection = *static_cast<Collection*>(baton);
  if (!is_ours(*current) || (!collection.failed_too && has_failed(collection.claim, *current))) return 0;
  collection.members.push_back(current);
  return best ? 0 : 1;
}

Members usable_members(proxy_balancer* balancer, request_rec* r, const RequestClaim& claim) {
  Members members;
  for (const bool failed_too : {false, true}) {
    Collection collection{claim, failed_too, {}};
    ap_proxy_balancer_get_best_worker(balancer, r, guarded<collect, 0>, &collection);
    members = std::move(collection.members);
    if (!members.empty() || claim.failed.empty()) break;
  }
  if (members.size() > protocol::kMaxCandidates) members.resize(protocol::kMaxCandidates);
  return members;
}

struct Candidates {
  Members members;           // the members that the gateway can count, in the order of the question
  protocol::Choose question; // about them
};

// Leaves out members without a valid URL, which were added at run time. They are tried only when there is no other.
Candidates candidates(apr_pool_t* pool, const Members& members) {
  Candidates result;
  for (proxy_worker* const member : members) {
    const policy::BackendUrlResult backend = backend_of(pool, *member);
    if (!backend.error.empty()) continue;
    result.members.push_back(member);
    result.question.candidates.push_back(
        {address_of(backend.url), static_cast<std::uint32_t>(std::max(member->s->lbfactor, 1))});
  }
  return result;
}

// mod_proxy holds the balancer's lock during this call. So when one thread has waited in vain, the next ones do not
// wait.
ChannelStatus ask(ChildState& child, RequestClaim& claim, const protocol::Choose& choose, std::uint32_t& index) {
  if (Clock::now() < child.choices_rest_until.load()) return ChannelStatus::timed_out;
  Terms terms;
  terms.answer_within = local::patience::kChoice;
  terms.may_probe = false;
  terms.loop = claim.loop;
  Conversation conversation = child.client.exchange(0, choose, std::move(terms), std::move(claim.channel));
  // A silent gateway is not asked anyway until it answers. A gateway that is only slow gets a rest.
  if (conversation.status == ChannelStatus::timed_out && !child.client.is_silent(0))
    child.choices_rest_until.store(Clock::now() + local::patience::kRestAfterSilence);
  if (conversation.status != ChannelStatus::ok) return conversation.status;
  const auto* const chosen = std::get_if<protocol::Chosen>(&conversation.answer);
  if (!chosen || chosen->index >= choose.candidates.size()) return ChannelStatus::misplaced;
  index = chosen->index;
  claim.channel = std::move(conversation.channel); // the gateway keeps the place for its next admission
  return ChannelStatus::ok;
}

proxy_worker* choose_by_sessions(request_rec* r, RequestClaim& claim, const Candidates& among) {
  if (claim.choice_failed) return among.members.front();
  std::uint32_t index = 0;
  const ChannelStatus status = ask(*server_config(r->server).child, claim, among.question, index);
  const auto count = static_cast<unsigned long>(among.members.size());
  if (status != ChannelStatus::ok) {
    claim.choice_failed = true;
    if (const auto left_out = server_config(r->server).child->choice_lines.admit(Clock::now()))
      ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                    "%s: rtmpt-gateway, which counts the sessions, %s: the first of %lu usable members is taken%s",
                    ids::kMemberNotChosen, std::string(to_string(status)).c_str(), count,
                    policy::words_for_left_out(*left_out).c_str());
    return among.members.front();
  }
  ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r, "%s: rtmpt-gateway chooses %s of %lu usable members", ids::kMemberChosen,
                ap_proxy_worker_name(r->pool, among.members[index]), count);
  return among.members[index];
}

int is_less_busy(proxy_worker* current, proxy_worker* best, void*) {
  const auto load = [](const proxy_worker* worker, const proxy_worker* other) {
    return static_cast<std::uint64_t>(worker->s->busy) * static_cast<std::uint64_t>(std::max(other->s->lbfactor, 1));
  };
  return !best || load(current, best) < load(best, current) ? 1 : 0;
}

proxy_worker* find_member(proxy_balancer* balancer, request_rec* r) {
  RequestClaim* const claim = find_claim(r);
  // A request that is no stream has no session, so its member is chosen by the requests under way.
  if (!claim) return ap_proxy_balancer_get_best_worker(balancer, r, guarded<is_less_busy, 0>, nullptr);
  const Members members = usable_members(balancer, r, *claim);
  const Candidates among = candidates(r->pool, members);
  if (among.members.empty()) return members.empty() ? nullptr : members.front();
  // With one member there is nothing to choose; the admission counts its session.
  return among.members.size() == 1 ? among.members.front() : choose_by_sessions(r, *claim, among);
}

// Nothing to reset or to age, because only live sessions are counted.
apr_status_t nothing_to_do(proxy_balancer*, server_rec*) {
  return APR_SUCCESS;
}

const proxy_balancer_method kMethod = {kMethodName,
                                       guarded<find_member, static_cast<proxy_worker*>(nullptr)>,
                                       nullptr,
                                       guarded<nothing_to_do, APR_SUCCESS>,
                                       guarded<nothing_to_do, APR_SUCCESS>,
                                       nullptr};

} // namespace

void register_sessions_lbmethod(apr_pool_t* pool) {
  ap_register_provider(pool, PROXY_LBMETHOD, kMethodName, "0", &kMethod);
}

} // namespace rtmpt_proxy::apache
