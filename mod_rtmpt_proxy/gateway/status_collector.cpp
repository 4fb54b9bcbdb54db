#include "status_collector.hpp"

#include "gateway_loops.hpp"
#include "live_session.hpp"

#include <rtmpt_proxy/version.hpp>

#include <boost/asio/post.hpp>

#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;

namespace {

// Asks each loop for a Part and brings the parts to the asker's loop, one after the other. `taken` is called there with
// each of them, and `done` after the last one; both are let go of there.
template <class Part>
class Inquiry : public std::enable_shared_from_this<Inquiry<Part>> {
 public:
  using Ask = std::function<Part(Gateway&)>;

  Inquiry(Gateway& asker, Ask ask, std::function<void(Part)> taken, std::function<void()> done)
      : asker_(asker), ask_(std::move(ask)), taken_(std::move(taken)), done_(std::move(done)) {}

  void begin() {
    GatewayLoops& loops = asker_.loops();
    missing_ = loops.count();
    for (std::uint32_t index = 0; index < loops.count(); ++index)
      asio::post(loops.at(index).loop(), [self = this->shared_from_this(), &loop = loops.at(index)]() mutable {
        Part part = self->ask_(loop);
        bring(std::move(self), std::move(part));
      });
  }

 private:
  // The loop that was asked keeps nothing of the inquiry.
  static void bring(std::shared_ptr<Inquiry> self, Part part) {
    asio::io_context& home = self->asker_.loop();
    asio::post(home, [self = std::move(self), part = std::move(part)]() mutable { self->take(std::move(part)); });
  }

  void take(Part part) {
    taken_(std::move(part));
    if (--missing_ > 0) return;
    taken_ = nullptr;
    std::exchange(done_, nullptr)();
  }

  Gateway& asker_;
  const Ask ask_;
  std::function<void(Part)> taken_;
  std::function<void()> done_;
  std::uint32_t missing_ = 0;
};

template <class Part>
void inquire(Gateway& asker, std::function<Part(Gateway&)> ask, std::function<void(Part)> taken,
             std::function<void()> done) {
  std::make_shared<Inquiry<Part>>(asker, std::move(ask), std::move(taken), std::move(done))->begin();
}

struct LoopReport {
  TrafficTotals traffic;
  std::vector<SessionReport> sessions;
};

LoopReport report_of(Gateway& loop) {
  LoopReport report;
  report.traffic = loop.traffic();
  report.sessions.reserve(loop.sessions().size());
  const auto now = std::chrono::steady_clock::now();
  loop.sessions().for_each([&](const LiveSession& session) {
    report.sessions.push_back(session.report(now));
    report.traffic.add_live(report.sessions.back());
  });
  return report;
}

std::string text_of(const StatusReport& report, protocol::StatusForm form) {
  switch (form) {
  case protocol::StatusForm::json: return status_json(report);
  case protocol::StatusForm::metrics: return status_metrics(report);
  case protocol::StatusForm::summary: return status_summary(report);
  }
  return {};
}

MemberReport report_of(Gateway& asker, protocol::Member member) {
  const SessionCounts& counts = asker.counts();
  MemberReport report{std::move(member), 0, false, 0};
  report.sessions = counts.sessions_at(report.member.backend);
  report.drained = counts.is_drained(report.member.backend);
  report.failures = counts.failures_at(report.member.backend);
  return report;
}

StatusReport outline(Gateway& asker, protocol::AskStatus& query) {
  StatusReport report;
  report.program_version = project_version();
  report.pid = static_cast<std::uint32_t>(::getpid());
  report.time = std::chrono::system_clock::now();
  report.started = asker.started();
  report.event_loops = asker.loops().count();
  report.descriptors_used = asker.descriptors().used();
  report.descriptors_limit = asker.descriptors().limit();
  report.retiring = asker.retiring();
  report.lost_log_lines = asker.session_logs().lost_lines();
  report.server_name = std::move(query.server_name);
  report.control_allowed = query.control_allowed;
  for (protocol::Member& member : query.members)
    report.members.push_back(report_of(asker, std::move(member)));
  return report;
}

} // namespace

void tell_status(Gateway& asker, protocol::AskStatus query, std::function<void(std::string)> done) {
  auto report = std::make_shared<StatusReport>(outline(asker, query));
  inquire<LoopReport>(
      asker, [](Gateway& loop) { return report_of(loop); },
      [report](LoopReport part) {
        report->traffic.add(part.traffic);
        std::move(part.sessions.begin(), part.sessions.end(), std::back_inserter(report->sessions));
      },
      [report, form = query.form, done = std::move(done)] { done(text_of(*report, form)); });
}

void end_session(Gateway& asker, std::string name, std::function<void(bool)> done) {
  auto found = std::make_shared<bool>(false);
  const auto end_here = [name = std::move(name)](Gateway& loop) {
    std::shared_ptr<LiveSession> session;
    loop.sessions().for_each([&](LiveSession& one) {
      if (one.watch().name() == name) session = one.shared_from_this();
    });
    if (session) session->end_by_administrator();
    return session != nullptr;
  };
  inquire<bool>(
      asker, end_here, [found](bool here) { *found = *found || here; },
      [found, done = std::move(done)] { done(*found); });
}

} // namespace rtmpt_proxy::gateway
