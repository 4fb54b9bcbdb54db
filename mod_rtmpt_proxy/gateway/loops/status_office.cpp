// SPDX-License-Identifier: Apache-2.0
#include "gateway/loops/status_office.hpp"

#include "gateway/loops/gateway.hpp"
#include "gateway/sessions/stream.hpp"

#include <rtmpt_proxy/version.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;

namespace {

// How often to check whether an asker is gone or a report is too old.
constexpr std::chrono::milliseconds kLook{250};

bool has_gone(const std::weak_ptr<StatusReading>& reader) {
  return reader.expired();
}

MemberReport report_of(Loop& loop, protocol::Member member) {
  const SessionCounts& counts = loop.counts();
  MemberReport report{std::move(member), 0, false, 0, false, false};
  report.sessions = counts.sessions_at(report.member.backend);
  report.drained = counts.is_drained(report.member.backend);
  report.failures = counts.failures_at(report.member.backend);
  const auto now = std::chrono::steady_clock::now();
  report.just_failed = counts.has_just_failed(report.member.backend, now);
  report.failed_lately = counts.has_just_failed(report.member.backend, now, SessionCounts::kFailureIsSeen);
  return report;
}

StatusView view_of(Loop& loop, protocol::AskStatus& question) {
  StatusView view{question.form, std::move(question.server_name), question.control_allowed, {}};
  view.members.reserve(question.members.size());
  for (protocol::Member& member : question.members)
    view.members.push_back(report_of(loop, std::move(member)));
  return view;
}

std::vector<TlsServerReport> reports_of(const std::vector<TlsServerFacts>& servers) {
  std::vector<TlsServerReport> reports;
  reports.reserve(servers.size());
  for (const TlsServerFacts& server : servers) {
    TlsServerReport& report = reports.emplace_back();
    report.server_name = server.server_name;
    report.failure = server.failure;
    for (const TlsCertificateFacts& certificate : server.certificates)
      report.certificates.push_back({certificate.fingerprint, certificate.expires});
  }
  return reports;
}

std::vector<BanReport> reports_of(const std::vector<policy::Ban>& bans, std::chrono::steady_clock::time_point now) {
  std::vector<BanReport> reports;
  reports.reserve(bans.size());
  for (const policy::Ban& ban : bans)
    reports.push_back({ban.number, ban.subject.server_name, ban.subject.shown_address, ban.subject.shown_stream,
                       std::chrono::ceil<std::chrono::seconds>(ban.until - now), ban.refusals});
  return reports;
}

std::vector<PullReport> reports_of(const std::vector<PullFacts>& pulls) {
  std::vector<PullReport> reports;
  reports.reserve(pulls.size());
  for (const PullFacts& pull : pulls)
    reports.push_back({pull.server_name, pull.backend, pull.stream, std::string(to_string(pull.state)), pull.viewers});
  return reports;
}

std::shared_ptr<StatusReport> outline(Gateway& gateway) {
  Loop& loop = gateway.first();
  auto report = std::make_shared<StatusReport>();
  report->program_version = project_version();
  report->pid = static_cast<std::uint32_t>(::getpid());
  report->time = std::chrono::system_clock::now();
  report->started = loop.started();
  report->event_loops = gateway.count();
  report->descriptors_used = loop.descriptors().used();
  report->descriptors_limit = loop.descriptors().limit();
  report->lost_log_lines = loop.session_logs().lost_lines();
  report->lost_error_log_lines = loop.gateway_log().lost_lines();
  report->tls_servers = reports_of(loop.tls_servers().facts());
  report->pulls = reports_of(loop.pulls().facts());
  const auto now = std::chrono::steady_clock::now();
  report->bans = reports_of(loop.bans().bans(now), now);
  return report;
}

} // namespace

StatusOffice::StatusOffice(Gateway& gateway) : gateway_(gateway) {}

void StatusOffice::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& error) { // no memory for a report: the streams go on
      give_up(error.what());
    }
  }
}

std::shared_ptr<StatusReading> StatusOffice::ask(Loop& home, protocol::AskStatus question, StatusReading::Take take) {
  auto reading = std::make_shared<StatusReading>(*this, home, std::move(question), std::move(take));
  asio::post(context_, [this, weak = std::weak_ptr<StatusReading>(reading)]() mutable {
    waiting_.push_back(std::move(weak));
    collect();
  });
  return reading;
}

void StatusOffice::go_on(std::weak_ptr<StatusReading> reading) {
  asio::post(context_, [this, weak = std::move(reading)] {
    if (const auto reader = weak.lock()) tell_next(*reader);
  });
}

void StatusOffice::collect() {
  std::erase_if(waiting_, has_gone);
  if (collecting_ || waiting_.empty()) return;
  make_room();
  if (told_.size() >= kMostReports) return look_again();
  collecting_ = outline(gateway_);
  readers_ = std::exchange(waiting_, {});
  const bool with_sessions = std::any_of(readers_.begin(), readers_.end(), [](const auto& weak) {
    const auto reader = weak.lock();
    return reader && reader->question_.form == protocol::StatusForm::json;
  });
  ++collection_;
  loops_missing_ = gateway_.count();
  for (std::uint32_t index = 0; index < gateway_.count(); ++index)
    ask_loop(gateway_.at(index), with_sessions);
}

void StatusOffice::ask_loop(Loop& loop, bool with_sessions) {
  asio::post(loop.io(), [this, &loop, with_sessions, collection = collection_] {
    auto part = std::make_shared<Part>();
    part->traffic = loop.traffic();
    part->retiring = loop.is_retiring();
    const auto look = [part, with_sessions](const Stream& session, bool is_leaving) {
      SessionReport report = session.report(std::chrono::steady_clock::now());
      if (is_leaving) return part->traffic.add_passed(report.record);
      part->traffic.add_live(report);
      if (with_sessions) part->sessions.push_back(std::move(report));
    };
    loop.rounds().begin(look, [this, part, collection](bool is_last) {
      part->is_last = is_last;
      asio::post(context_, [this, told = std::exchange(*part, {}), collection]() mutable {
        if (collection == collection_ && collecting_) take(std::move(told));
      });
    });
  });
}

void StatusOffice::take(Part part) {
  collecting_->traffic.add(part.traffic);
  collecting_->retiring = collecting_->retiring || part.retiring;
  std::move(part.sessions.begin(), part.sessions.end(), std::back_inserter(collecting_->sessions));
  if (part.is_last && --loops_missing_ == 0) publish();
}

void StatusOffice::publish() {
  told_.push_back({std::exchange(collecting_, nullptr), std::exchange(readers_, {}), Clock::now()});
  const Readers readers = told_.back().readers;
  const std::shared_ptr<const StatusReport> report = told_.back().report;
  for (const auto& weak : readers) {
    const auto reader = weak.lock();
    if (!reader) continue;
    reader->report_ = report;
    reader->pieces_.emplace(*report, view_of(gateway_.first(), reader->question_));
    tell_next(*reader);
  }
  collect();
  look_again();
}

void StatusOffice::tell_next(StatusReading& reading) {
  const auto report = reading.report_.lock();
  if (!report || !reading.pieces_) return reading.answer({});
  protocol::StatusPiece piece = reading.pieces_->next(*report);
  if (piece.last) finished(reading);
  reading.answer(std::move(piece));
}

void StatusOffice::finished(const StatusReading& reading) {
  for (Told& told : told_)
    std::erase_if(told.readers, [&reading](const auto& reader) { return reader.lock().get() == &reading; });
  std::erase_if(told_, [](const Told& told) { return told.readers.empty(); });
}

// Drops reports that nobody reads any more, or that have been read for too long.
void StatusOffice::make_room() {
  const auto now = Clock::now();
  for (Told& told : told_)
    std::erase_if(told.readers, has_gone);
  std::erase_if(told_, [now](const Told& told) { return told.readers.empty() || now - told.time > kLongestReading; });
  if (told_.size() >= kMostReports && !waiting_.empty() && now - told_.front().time > kFairReading)
    told_.erase(told_.begin());
}

void StatusOffice::look_again() {
  if (told_.empty()) return;
  timer_.expires_after(kLook);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    make_room();
    collect();
    look_again();
  });
}

void StatusOffice::give_up(std::string_view why) {
  gateway_.first().log().error("RTMPT373: the state is not told to {} who asked: {}", readers_.size() + waiting_.size(),
                               why);
  collecting_.reset();
  told_.clear();
  for (Readers* const readers : {&readers_, &waiting_})
    for (const auto& weak : std::exchange(*readers, {}))
      if (const auto reader = weak.lock()) reader->answer({});
}

} // namespace rtmpt_proxy::gateway
