#include "log_writer.hpp"

#include "signals_blocked.hpp"

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace {

// What became of a line, and of the one before it about lost ones.
struct Outcome {
  std::uint64_t untold = 0; // lost lines that the latter was to tell of, and did not
  bool is_written = false;
};

// False when the line is lost. A part of it may have been written.
bool write_whole(int descriptor, std::string_view line) {
  while (!line.empty()) {
    const ssize_t count = ::write(descriptor, line.data(), line.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    line.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool is_regular_file(int descriptor) {
  struct stat file {};
  return ::fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode);
}

} // namespace

struct LogWriter::State {
  ~State() {
    if (descriptor > STDERR_FILENO) ::close(descriptor);
  }

  // The constructor sets these.
  int descriptor = STDERR_FILENO;
  bool is_file = false;
  TellLoss tell_loss;
  std::shared_ptr<std::atomic<std::uint64_t>> lost_lines;

  std::mutex mutex; // guards what follows
  std::condition_variable change;
  std::deque<std::string> lines;
  std::size_t waiting_bytes = 0;
  std::uint64_t lost_in_row = 0; // that no line has told of yet
  std::chrono::steady_clock::time_point next_loss_line = std::chrono::steady_clock::time_point::min();
  bool has_thread = false;
  bool is_writing = false;
  bool is_last = false; // nothing more comes

  std::shared_ptr<State> before; // until its lines are written

  bool flush(std::chrono::milliseconds within) {
    std::unique_lock lock(mutex);
    return change.wait_for(lock, within, [this] { return lines.empty() && !is_writing; });
  }

  void lose(std::uint64_t count) {
    lost_in_row += count;
    *lost_lines += count;
  }

  // Writes the line, behind one about so many lost ones if there are any. Needs no lock.
  Outcome put(const std::string& line, std::uint64_t lost) const {
    const bool is_told = lost == 0 || write_whole(descriptor, tell_loss(lost));
    return {is_told ? 0 : lost, write_whole(descriptor, line)};
  }

  void note(const Outcome& outcome) {
    lost_in_row += outcome.untold; // counted already
    if (!outcome.is_written) lose(1);
  }

  // How many lost lines are to be told of now.
  std::uint64_t take_loss() {
    const auto now = std::chrono::steady_clock::now();
    if (lost_in_row == 0 || now < next_loss_line) return 0;
    next_loss_line = now + kCalm;
    return std::exchange(lost_in_row, 0);
  }
};

LogWriter::LogWriter(int descriptor, TellLoss tell_loss, std::shared_ptr<std::atomic<std::uint64_t>> lost_lines,
                     const LogWriter* before)
    : state_(std::make_shared<State>()) {
  state_->descriptor = descriptor;
  state_->is_file = is_regular_file(descriptor);
  state_->tell_loss = std::move(tell_loss);
  state_->lost_lines = std::move(lost_lines);
  if (before) state_->before = before->state_;
}

LogWriter::~LogWriter() {
  const std::lock_guard lock(state_->mutex);
  state_->is_last = true;
  state_->change.notify_all();
}

bool LogWriter::flush(std::chrono::milliseconds within) {
  return state_->flush(within);
}

void LogWriter::write(std::string line) {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  if (state.is_file) return state.note(state.put(line, state.take_loss()));
  state.waiting_bytes += line.size();
  state.lines.push_back(std::move(line));
  for (; state.waiting_bytes > kMaxWaitingBytes; state.lines.pop_front()) {
    state.waiting_bytes -= state.lines.front().size();
    state.lose(1);
  }
  state.change.notify_all();
  if (state.has_thread) return;
  state.has_thread = true;
  try {
    const SignalsBlocked blocked;
    std::thread([kept = state_] { work(kept); }).detach();
  } catch (const std::system_error&) { // no thread to be had: the next line tries again
    state.has_thread = false;
  }
}

void LogWriter::work(const std::shared_ptr<State>& state) {
  if (const auto before = std::exchange(state->before, nullptr)) before->flush(kLastLines);
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->change.wait(lock, [&state] { return !state->lines.empty() || state->is_last; });
    if (state->lines.empty()) return;
    const std::string line = std::move(state->lines.front());
    state->lines.pop_front();
    state->waiting_bytes -= line.size();
    const std::uint64_t lost = state->take_loss();
    state->is_writing = true;
    lock.unlock();
    const Outcome outcome = state->put(line, lost);
    lock.lock();
    state->is_writing = false;
    state->note(outcome);
    if (state->lines.empty()) state->change.notify_all();
  }
}

} // namespace rtmpt_proxy::gateway
