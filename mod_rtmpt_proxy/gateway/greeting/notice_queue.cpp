// SPDX-License-Identifier: Apache-2.0
#include "gateway/greeting/notice_queue.hpp"

#include "gateway/greeting/ask.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

using std::chrono::steady_clock;

namespace {

constexpr int kTold = 200;

} // namespace

void NoticeQueue::tell(protocol::SessionName session, protocol::VhostKey vhost, std::string text) {
  wait_with({std::move(session), std::move(vhost), std::move(text)});
  go_on();
}

void NoticeQueue::wait_with(Notice notice) {
  const std::optional<Notice> lost = lines_.add(std::move(notice));
  if (!lost) return;
  if (const auto left_out = lost_lines_.admit(steady_clock::now()))
    log_.warn("RTMPT497: session {}: httpd is not told that its stream has ended: {} such notices wait already, most of"
              " them of its virtual host{}",
              lost->session.text(), NoticeLines::kMostWaiting, policy::words_for_left_out(*left_out));
}

// Begins with the notices that may be tried now, and waits for the one that may be tried next.
void NoticeQueue::go_on() {
  while (std::optional<Notice> next = lines_.take(steady_clock::now()))
    start(*std::move(next));
  const TimePoint next_time = lines_.next_time();
  if (next_time == TimePoint::max()) return;
  pause_.expires_at(next_time);
  pause_.async_wait([this](const boost::system::error_code& error) {
    if (!error) go_on();
  });
}

void NoticeQueue::start(Notice notice) {
  const auto ask = std::make_shared<Ask>(
      loop_, notice.text, [] { return true; },
      [this, vhost = notice.vhost](const protocol::AskAnswer& answer) { on_answer(vhost, answer.status); });
  under_way_.push_back(std::move(notice));
  ask->start(asks_.door());
}

void NoticeQueue::on_answer(const protocol::VhostKey& vhost, int status) {
  const auto found =
      std::find_if(under_way_.begin(), under_way_.end(), [&vhost](const Notice& one) { return one.vhost == vhost; });
  Notice notice = std::move(*found);
  under_way_.erase(found);
  lines_.finish(vhost);
  if (status != kTold && notice.attempts < kPauses.size()) {
    notice.not_before = steady_clock::now() + kPauses[notice.attempts++];
    wait_with(std::move(notice));
  } else if (status != kTold) {
    if (const auto left_out = given_up_lines_.admit(steady_clock::now()))
      log_.warn("RTMPT496: session {}: httpd could not be told that its stream has ended: {} after {} attempts{}",
                notice.session.text(), status == 0 ? "no answer" : "status " + std::to_string(status),
                notice.attempts + 1, policy::words_for_left_out(*left_out));
  }
  go_on();
}

} // namespace rtmpt_proxy::gateway
