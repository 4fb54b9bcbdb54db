// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/publication.hpp"

#include <exception>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;

namespace {

// Without memory the viewers miss the end, and go when nothing has come for long. The next step is still made.
template <typename Step>
void try_to(const Step& step) {
  try {
    step();
  } catch (const std::exception&) { // no memory
  }
}

} // namespace

Publication::Publication(std::shared_ptr<HubLoop> hub, PublicationStart start)
    : hub_(std::move(hub)), start_(std::move(start)) {
  hub_->services().timer.enter(*this);
}

Publication::~Publication() {
  if (hub_->is_closed()) return;
  hub_->services().timer.leave(*this);
  try_to([this] {
    if (const auto last = start_.maker.cut()) spread(last);
  });
  try_to([this] { hub_->unpublish(start_.stream, start_.id); });
}

bool Publication::take(const protocol::MediaMessage& message) {
  const auto now = steady_clock::now();
  const bool gathered = start_.maker.is_gathering();
  const auto finished = start_.maker.take(message, now);
  if (finished) spread(finished);
  if (start_.maker.is_gathering() && (!gathered || finished))
    hub_->services().timer.call_by(*this, now + start_.maker.gather());
  return is_current_;
}

// May come early, for a segment that was finished before its time: then the next one is shorter.
void Publication::on_deadline() {
  if (const auto gathered = start_.maker.cut()) spread(gathered);
}

void Publication::spread(const protocol::SharedSegment& segment) {
  is_current_ = is_current_ && start_.stream->add(start_.id, segment, start_.maker.time_line(), loops_);
  if (is_current_) hub_->spread(start_.stream, segment, loops_);
}

} // namespace rtmpt_proxy::gateway
