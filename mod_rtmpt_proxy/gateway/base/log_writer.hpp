// Writes lines to a descriptor, so that nobody who logs waits for it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rtmpt_proxy::gateway {

// Every write can take long: the program at the other end of a pipe does not read, a disk hangs, a file server does not
// answer. So lines wait in memory, in their order, for a thread that writes them, whatever the descriptor leads to.
// kMaxWaitingBytes may wait. When there are more, the oldest are lost and counted, and the next line that is written
// tells how many. A line that cannot be written (the disk is full, the reader is gone) is lost and counted too: it is
// not tried again.
class LogWriter {
 public:
  static constexpr std::size_t kMaxWaitingBytes = 256u << 10;
  // So many bytes of whole lines go into one write at most, unless one line alone is longer. A pipe keeps so many
  // together, and other processes write into the same one.
  static constexpr std::size_t kMaxWriteBytes = 4096;
  // httpd writes into the same pipe, and its threads wait when it is full. The writer fills no more than this part of a
  // pipe that is not read, one quarter, and so leaves httpd the room for its own lines.
  static constexpr std::size_t kPipeShare = 4;
  // Between two lines about lost ones, if lines are lost and written by turns.
  static constexpr std::chrono::seconds kCalm{1};

  // A whole line that tells of so many lost lines. Called on one thread at a time.
  using TellLoss = std::function<std::string(std::uint64_t lost)>;

  // `descriptor` is closed, by the thread, once it is not needed any more, unless it is a standard one. Lost lines are
  // added to `lost_lines`. The thread begins with the first line. When there was a writer `before`, which is about to
  // go, its lines are written first, if they can be within kLastLines.
  LogWriter(int descriptor, TellLoss tell_loss, std::shared_ptr<std::atomic<std::uint64_t>> lost_lines,
            const LogWriter* before = nullptr);

  // Waits for nothing. Lines that are not written yet, the thread and the descriptor are left to themselves, until the
  // descriptor takes the lines or the process ends.
  ~LogWriter();

  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Any thread, at any time. `line` is whole, with its line end.
  void write(std::string line);

  // Waits until all lines are written, no longer than `within`. False when they are not.
  bool flush(std::chrono::milliseconds within);

  static constexpr std::chrono::milliseconds kLastLines{1000};

 private:
  struct State;
  void start_thread();
  static void work(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_; // the thread's too
};

} // namespace rtmpt_proxy::gateway
