// SPDX-License-Identifier: Apache-2.0
#include "gateway/facts/session_log.hpp"

#include "local/error_text.hpp"

#include <cerrno>
#include <ctime>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace {

// Losses with written lines between them count as one; it is over when no line was lost for this long.
constexpr std::chrono::seconds kCalm{1};

// How far the clocks here were ahead of UTC at `time`.
std::chrono::seconds utc_offset(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return std::chrono::seconds(local.tm_gmtoff);
}

bool has_content(const local::Descriptor& descriptor) {
  struct stat file {};
  return ::fstat(descriptor.get(), &file) == 0 && file.st_size > 0;
}

} // namespace

SessionLog::SessionLog(std::string name, SessionLogSurroundings& surroundings)
    : name_(std::move(name)), surroundings_(surroundings), syslog_(surroundings.syslog_path) {}

void SessionLog::use(const protocol::SessionLogTarget& target, local::Descriptor descriptor) {
  // A "file" may also be a terminal or a pipe. httpd opened it for this log alone, so this changes nobody else's
  // writes.
  if (descriptor) local::make_non_blocking(descriptor.get());
  policy::SessionLogFormatResult parsed = policy::parse_session_log_format(target.format);
  if (!parsed.errors.empty()) {
    surroundings_.log.error("RTMPT340: session log {}: {}: its lines have the format combined", name_,
                            parsed.errors.front());
    parsed = policy::parse_session_log_format("combined");
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  target_ = target;
  format_ = std::move(parsed.format);
  descriptor_ = std::move(descriptor);
  line_is_open_ = line_is_open_ && has_content(descriptor_); // it may be the same file again
  in_use_ = true;
  for (const std::string& line : std::exchange(waiting_, {}))
    log_line(line);
}

void SessionLog::write(const policy::SessionLogRecord& record) {
  const std::lock_guard<std::mutex> lock(mutex_);
  log_line(format_.render(record, utc_offset(record.start)));
}

void SessionLog::log_line(const std::string& line) {
  const std::string why = put(line);
  if (why.empty())
    note_success();
  else
    note_loss(why);
}

std::string SessionLog::put(const std::string& line) {
  if (!in_use_) return "httpd has not opened it";
  return target_.kind == protocol::SessionLogKind::syslog ? put_into_syslog(line) : put_into_descriptor(line);
}

std::string SessionLog::put_into_descriptor(const std::string& line) {
  // The rest of an unfinished line must not become the beginning of this one.
  const std::string text = (line_is_open_ ? "\n" : "") + line + "\n";
  ssize_t count = 0;
  do
    count = ::write(descriptor_.get(), text.data(), text.size());
  while (count < 0 && errno == EINTR);
  if (count == static_cast<ssize_t>(text.size())) {
    line_is_open_ = false;
    return {};
  }
  if (count > 0) {
    line_is_open_ = true;
    return "it took a part of a line only";
  }
  if (errno == EPIPE && target_.kind == protocol::SessionLogKind::pipe && waiting_.size() < kMostWaiting) {
    waiting_.push_back(line);
    return {};
  }
  return errno == EAGAIN ? "what reads it does not keep up" : local::error_text(errno);
}

std::string SessionLog::put_into_syslog(const std::string& line) {
  const int error = syslog_.send(syslog_message(target_.facility, target_.tag, std::chrono::system_clock::now(), line));
  if (error == 0) return {};
  return (error == EAGAIN ? "the syslog daemon does not keep up" : local::error_text(error)) + " (" +
         surroundings_.syslog_path + ")";
}

void SessionLog::note_loss(const std::string& why) {
  ++surroundings_.lost_lines;
  last_loss_ = Clock::now();
  if (lost_in_row_++ == 0) surroundings_.log.error("RTMPT341: session log {} loses lines: {}", name_, why);
}

void SessionLog::note_success() {
  if (lost_in_row_ == 0 || Clock::now() - last_loss_ < kCalm) return;
  surroundings_.log.warn("RTMPT342: session log {} takes lines again; lost were {}", name_,
                         std::exchange(lost_in_row_, 0));
}

} // namespace rtmpt_proxy::gateway
