// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/pull_look.hpp"

#include "local/patience.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace rtmpt_proxy::gateway {

PullLook::PullLook(std::shared_ptr<HubLoop> hub, Pulls& pulls, const PullTarget& target, const std::string& client,
                   Done done)
    : hub_(std::move(hub)), pulls_(pulls), key_(target.key), done_(std::make_shared<Done>(std::move(done))) {
  hub_->services().timer.enter(*this);
  const StreamView view = hub_->join(target.key.first, target.key.second, *this);
  if (!pulls.want(hub_, target, client))
    answer(LookResult::full);
  else if (view.is_published)
    answer(LookResult::live);
  hub_->services().timer.call_by(*this, std::chrono::steady_clock::now() + target.admission.connect_timeout +
                                            local::patience::kFirstMedia);
}

PullLook::~PullLook() {
  hub_->leave(*this);
  if (!hub_->is_closed()) hub_->services().timer.leave(*this);
}

void PullLook::take_segment(const protocol::SharedSegment&) {
  answer(LookResult::live);
}

void PullLook::source_failed(SourceFault fault) {
  answer(fault == SourceFault::missing ? LookResult::missing : LookResult::unreachable);
}

// A server that has not said a word is no witness that there is no such stream.
void PullLook::on_deadline() {
  answer(pulls_.is_unreached(key_) ? LookResult::unreachable : LookResult::missing);
}

// Posted, because the answer may destroy what is being called. The look may be gone by then.
void PullLook::answer(LookResult result) {
  if (std::exchange(is_answered_, true)) return;
  boost::asio::post(hub_->services().io, [weak = std::weak_ptr<Done>(done_), kept = hub_, result] {
    if (const auto done = weak.lock()) (*done)(result);
  });
}

} // namespace rtmpt_proxy::gateway
