// Tells the gateway's state, on a thread of its own, so that no loop that carries streams does it.
#pragma once

#include "gateway/loops/status_reading.hpp"
#include "gateway/status/status_report.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::gateway {

class Loop;
class Gateway;

// A report is collected from all loops, each of which copies some sessions a turn (SessionRounds). Those who ask while
// one is being collected share the next one: it begins after their question, so that nobody is told what was before.
// Each gets the report in pieces, made when the piece before has been taken.
//
// The memory is bounded: kMostReports reports, and a piece for each asker. When there are so many and another one is
// wanted, the oldest goes once it is kFairReading old, and at the latest after kLongestReading; who still reads it gets
// no more.
class StatusOffice {
 public:
  static constexpr std::size_t kMostReports = 3;
  static constexpr std::chrono::seconds kFairReading{5};
  static constexpr std::chrono::seconds kLongestReading{60};

  // `loops` must outlive its run.
  explicit StatusOffice(Gateway& gateway);
  StatusOffice(const StatusOffice&) = delete;
  StatusOffice& operator=(const StatusOffice&) = delete;

  // Works on this thread until stop().
  void run();

  // The following may be called by every thread.

  void stop() { context_.stop(); }

  // The first piece comes without further words. Null pieces, and what becomes of a reading let go of: see there.
  std::shared_ptr<StatusReading> ask(Loop& home, protocol::AskStatus question, StatusReading::Take take);

 private:
  friend class StatusReading;
  using Clock = std::chrono::steady_clock;
  using Readers = std::vector<std::weak_ptr<StatusReading>>;

  // What one loop has told in one turn.
  struct Part {
    TrafficTotals traffic;
    std::vector<SessionReport> sessions;
    bool retiring = false;
    bool is_last = false; // of that loop
  };

  struct Told {
    std::shared_ptr<const StatusReport> report;
    Readers readers;
    Clock::time_point time;
  };

  void go_on(std::weak_ptr<StatusReading> reading);
  void collect();
  void ask_loop(Loop& loop, bool with_sessions);
  void take(Part part);
  void publish();
  void tell_next(StatusReading& reading);
  void finished(const StatusReading& reading);
  void make_room();
  void look_again();
  void give_up(std::string_view why);

  Gateway& gateway_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> until_stopped_{context_.get_executor()};
  boost::asio::steady_timer timer_{context_};
  Readers waiting_;                          // for the next report
  Readers readers_;                          // of the report being collected
  std::shared_ptr<StatusReport> collecting_; // null: none
  std::uint32_t loops_missing_ = 0;          // have not told everything
  std::uint32_t collection_ = 0;             // counts them: parts of one given up are dropped
  std::vector<Told> told_;                   // oldest first
};

} // namespace rtmpt_proxy::gateway
