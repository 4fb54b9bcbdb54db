// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/log_writer.hpp"

#include "local/signals_blocked.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace {

static_assert(LogWriter::kMaxWriteBytes <= PIPE_BUF);

// How often to check whether a pipe was read.
constexpr int kLongestPauseMs = 50;

// Writes `text` and returns how many bytes were written. Fewer than all when the descriptor takes no more.
std::size_t write_as_much_as_goes(int descriptor, std::string_view text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  return written;
}

// How many unread bytes a pipe may hold before the writer waits. Unset when `descriptor` is no pipe.
std::optional<std::size_t> share_of_pipe(int descriptor) {
  struct stat file {};
  if (::fstat(descriptor, &file) != 0 || !S_ISFIFO(file.st_mode)) return std::nullopt;
  const int size = ::fcntl(descriptor, F_GETPIPE_SZ);
  if (size <= 0) return std::nullopt;
  return static_cast<std::size_t>(size) / LogWriter::kPipeShare;
}

std::size_t unread_bytes(int descriptor) {
  int count = 0;
  return ::ioctl(descriptor, FIONREAD, &count) == 0 ? static_cast<std::size_t>(std::max(count, 0)) : 0;
}

// Waits until the pipe has room for `bytes` within the gateway's share, or until its reader is gone. A text longer than
// the share waits for an empty pipe.
void await_share_of_pipe(int descriptor, std::size_t bytes) {
  const std::optional<std::size_t> share = share_of_pipe(descriptor);
  if (!share) return;
  int pause_ms = 1;
  for (std::size_t unread = 0; (unread = unread_bytes(descriptor)) > 0 && unread + bytes > *share;) {
    pollfd reader{descriptor, 0, 0};
    if (::poll(&reader, 1, pause_ms) > 0) return; // the reader is gone: the write will fail
    pause_ms = std::min(2 * pause_ms, kLongestPauseMs);
  }
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

struct LogWriter::State {
  ~State() { close(); }

  // The constructor sets these.
  int descriptor = STDERR_FILENO;
  TellLoss tell_loss;
  std::shared_ptr<std::atomic<std::uint64_t>> lost_lines;

  std::mutex mutex; // guards the members below
  std::condition_variable change;
  std::deque<std::string> lines;
  std::size_t waiting_bytes = 0;
  std::uint64_t lost_in_row = 0; // lost lines that have not been reported yet
  std::chrono::steady_clock::time_point next_loss_line = std::chrono::steady_clock::time_point::min();
  bool has_thread = false;
  bool is_writing = false;
  bool is_last = false; // no more lines come

  std::shared_ptr<State> before; // the writer before this one, until its lines are written

  // This can block too: a file on a file server is written back.
  void close() {
    if (descriptor > STDERR_FILENO) ::close(descriptor);
    descriptor = -1;
  }

  bool flush(std::chrono::milliseconds within) {
    std::unique_lock lock(mutex);
    return change.wait_for(lock, within, [this] { return lines.empty() && !is_writing; });
  }

  void lose(std::uint64_t count) {
    lost_in_row += count;
    *lost_lines += count;
  }

  void add(std::string line) {
    waiting_bytes += line.size();
    lines.push_back(std::move(line));
    for (; waiting_bytes > kMaxWaitingBytes; lines.pop_front()) {
      waiting_bytes -= lines.front().size();
      lose(1);
    }
    change.notify_all();
  }

  // Takes the oldest lines, as many as fit into one write.
  std::string take_some() {
    std::string text;
    do {
      text += lines.front();
      waiting_bytes -= lines.front().size();
      lines.pop_front();
    } while (!lines.empty() && text.size() + lines.front().size() <= kMaxWriteBytes);
    return text;
  }

  // How many lost lines to report now.
  std::uint64_t take_loss() {
    const auto now = std::chrono::steady_clock::now();
    if (lost_in_row == 0 || now < next_loss_line) return 0;
    next_loss_line = now + kCalm;
    return std::exchange(lost_in_row, 0);
  }

  // Writes the waiting lines until there are none. `lock` holds `mutex` and is released during each write.
  void write_waiting(std::unique_lock<std::mutex>& lock) {
    is_writing = true;
    while (!lines.empty()) {
      const std::string text = take_some();
      const std::uint64_t lost = take_loss();
      lock.unlock();
      const std::string told = lost > 0 ? tell_loss(lost) : std::string();
      await_share_of_pipe(descriptor, told.size() + text.size());
      const bool is_told = write_as_much_as_goes(descriptor, told) == told.size();
      const std::size_t written = write_as_much_as_goes(descriptor, text);
      lock.lock();
      if (!is_told) lost_in_row += lost; // counted already
      lose(lines_in(std::string_view(text).substr(written)));
    }
    is_writing = false;
    change.notify_all();
  }
};

LogWriter::LogWriter(int descriptor, TellLoss tell_loss, std::shared_ptr<std::atomic<std::uint64_t>> lost_lines,
                     const LogWriter* before)
    : state_(std::make_shared<State>()) {
  state_->descriptor = descriptor;
  state_->tell_loss = std::move(tell_loss);
  state_->lost_lines = std::move(lost_lines);
  if (before) state_->before = before->state_;
}

LogWriter::~LogWriter() {
  const std::lock_guard lock(state_->mutex);
  state_->is_last = true;
  if (state_->descriptor > STDERR_FILENO) start_thread(); // to close it
  state_->change.notify_all();
}

bool LogWriter::flush(std::chrono::milliseconds within) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->lines.empty()) start_thread(); // when it could not be started before
  }
  return state_->flush(within);
}

void LogWriter::write(std::string line) {
  const std::lock_guard lock(state_->mutex);
  state_->add(std::move(line));
  start_thread();
}

// Called with the state's mutex locked. When no thread can be started, the next line tries again.
void LogWriter::start_thread() {
  if (std::exchange(state_->has_thread, true)) return;
  try {
    const local::SignalsBlocked blocked;
    std::thread([kept = state_] { work(kept); }).detach();
  } catch (const std::system_error&) {
    state_->has_thread = false;
  }
}

void LogWriter::work(const std::shared_ptr<State>& state) {
  if (const auto before = std::exchange(state->before, nullptr)) before->flush(kLastLines);
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->change.wait(lock, [&state] { return !state->lines.empty() || state->is_last; });
    if (state->lines.empty()) break;
    state->write_waiting(lock);
  }
  lock.unlock();
  state->close();
}

} // namespace rtmpt_proxy::gateway
