// SPDX-License-Identifier: Apache-2.0
// Writes lines to a descriptor in a thread of its own, so that nobody who logs waits for the descriptor.
#pragma once

#include "local/patience.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rtmpt_proxy::gateway {

// Every write can block: the program at the other end of a pipe does not read, a disk hangs, a file server does not
// answer. So lines wait in memory, in their order, for a thread that writes them. At most kMaxWaitingBytes wait. When
// there are more, the oldest lines are lost and counted, and the next written line says how many. A line that cannot be
// written (the disk is full, the reader is gone) is lost and counted too; it is not tried again.
class LogWriter {
 public:
  static constexpr std::size_t kMaxWaitingBytes = 256u << 10;
  // The most bytes of whole lines in one write, unless one line is longer. A pipe keeps this many bytes together, which
  // matters because other processes write into the same pipe.
  static constexpr std::size_t kMaxWriteBytes = 4096;
  // httpd writes into the same pipe, and its threads wait when the pipe is full. So the writer fills at most one part
  // in kPipeShare of a pipe that is not read, and leaves the rest to httpd's own lines.
  static constexpr std::size_t kPipeShare = 4;
  // The shortest time between two lines about lost lines.
  static constexpr std::chrono::seconds kCalm{1};

  // Makes the line that reports `lost` lost lines. Called by one thread at a time.
  using TellLoss = std::function<std::string(std::uint64_t lost)>;

  // The thread closes `descriptor` when it is not needed any more, unless it is a standard one. Lost lines are added to
  // `lost_lines`. The thread starts with the first line. `before` is the writer that this one replaces: its lines are
  // written first, if that is possible within kLastLines.
  LogWriter(int descriptor, TellLoss tell_loss, std::shared_ptr<std::atomic<std::uint64_t>> lost_lines,
            const LogWriter* before = nullptr);

  // Does not wait. The thread goes on alone until it has written the remaining lines or the process ends, and closes
  // the descriptor.
  ~LogWriter();

  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // May be called by any thread at any time. `line` is a whole line with its line end.
  void write(std::string line);

  // Waits until all lines are written, no longer than `within`. False when they are not.
  bool flush(std::chrono::milliseconds within);

  static constexpr std::chrono::milliseconds kLastLines = local::patience::kLogReader;

 private:
  struct State;
  void start_thread();
  static void work(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_; // shared with the thread
};

} // namespace rtmpt_proxy::gateway
