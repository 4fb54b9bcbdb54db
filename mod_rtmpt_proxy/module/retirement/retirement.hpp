// SPDX-License-Identifier: Apache-2.0
// Decides when a retired child that lives on for its streams must end them.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/core/local_names.hpp"
#include "module/retirement/child_board.hpp"

#include <atomic>
#include <cstddef>

namespace rtmpt_proxy::apache {

// How often a retired child checks the others: often enough for a page that waits for a place.
inline constexpr std::chrono::milliseconds kLookAtOthers{100};

// What threads of httpd carry to its end beside the pump. Any thread.
struct StreamsOfThreads {
  std::atomic<std::size_t> count{0};
  std::atomic<bool> must_end{false}; // set once for all
};

// Used by one thread: the pump's.
class Retirement {
 public:
  // `server` is used for the log. `beside`: what this child carries besides the streams that must_end() is told; null:
  // nothing.
  Retirement(ChildBoard board, const policy::RetiredChildrenRules& rules, server_rec* server,
             StreamsOfThreads* beside = nullptr)
      : board_(board), rules_(rules), server_(server), beside_(beside) {}

  // Notes how many streams this child carries now. True when they must end, which is logged.
  bool must_end(std::size_t streams);

 private:
  bool judge(std::size_t streams);
  void note(std::size_t streams);
  void warn(policy::RetiredVerdict verdict, std::size_t streams, std::size_t children) const;

  ChildBoard board_;
  policy::RetiredChildrenRules rules_;
  server_rec* server_;
  StreamsOfThreads* beside_;
  ChildEntry* entry_ = nullptr;
  Deadline lacks_place_since_ = Deadline::max();
};

// The rules that follow from RTMPTRetiredChildren and the MPM's settings.
policy::RetiredChildrenRules retired_children_rules(const server_rec* main_server);

} // namespace rtmpt_proxy::apache
