// SPDX-License-Identifier: Apache-2.0
#include "control/live_view.hpp"

#include "control/status_asker.hpp"

#include <boost/json/parse.hpp>

#include <csignal>
#include <optional>

namespace rtmpt_proxy::control {

namespace json = boost::json;

using local::Clock;
using local::Deadline;

namespace {

class LiveView {
 public:
  explicit LiveView(const Order& order) : order_(order), sort_(order.live->sort) {}

  // Returns the signal that ended it, or 0.
  int run() {
    Terminal terminal;
    while (!is_over_) {
      if (Clock::now() >= next_look_) look();
      const TerminalEvents events = terminal.wait(asker_.descriptor(), next_look_);
      if (events.end_signal != 0) return events.end_signal;
      for (const char key : events.keys)
        take_key(key);
      if (events.is_ready) take_answer();
      is_over_ = is_over_ || events.is_gone;
      const bool is_changed = events.is_ready || events.is_resized || !events.keys.empty();
      if (!is_over_ && is_changed && state_ && !terminal.show(live_page(*state_, sort_, terminal.size(), problem_)))
        is_over_ = true;
    }
    return 0;
  }

  const Outcome& outcome() const { return outcome_; }

 private:
  void look() {
    asker_.ask(order_);
    next_look_ = Clock::now() + order_.live->interval;
  }

  void take_key(char key) {
    if (key == 'q' || key == 'Q') is_over_ = true;
    for (const std::string& name : sort_names())
      if (key == name.front()) sort_ = find_sort(name);
  }

  void take_answer() {
    const std::optional<ControlAnswer> answer = asker_.take();
    if (!answer) return;
    Outcome outcome = outcome_of(order_, *answer);
    problem_ = outcome.error;
    if (outcome.status == ExitStatus::done) {
      state_ = json::parse(answer->state).as_object();
    } else if (!state_) {
      outcome_ = std::move(outcome);
      is_over_ = true;
    }
  }

  const Order& order_;
  Sort sort_;
  StatusAsker asker_;
  Deadline next_look_{}; // at once
  std::optional<json::object> state_;
  std::string problem_; // why `state_` is not of now
  Outcome outcome_;
  bool is_over_ = false;
};

} // namespace

Outcome watch(const Order& order) {
  LiveView view(order);
  if (const int signal = view.run()) std::raise(signal);
  return view.outcome();
}

} // namespace rtmpt_proxy::control
