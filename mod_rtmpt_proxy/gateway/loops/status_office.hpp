// SPDX-License-Identifier: Apache-2.0
// Collects the gateway's state and writes it as text, in a thread of its own, so that this work delays no stream.
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

// A report is collected from all loops; each loop copies a few sessions a turn (SessionRounds). Whoever asks while a
// report is being collected gets the next one, so that no answer is older than its question. All who wait then share
// that report. Each asker gets it in pieces; a piece is made when the one before has been taken.
//
// The memory is bounded: kMostReports reports, and one piece for each asker. When another report is needed, the oldest
// is dropped if it is older than kFairReading; every report is dropped after kLongestReading. An asker that still reads
// a dropped report gets no more.
class StatusOffice {
 public:
  static constexpr std::size_t kMostReports = 3;
  static constexpr std::chrono::seconds kFairReading{5};
  static constexpr std::chrono::seconds kLongestReading{60};

  // `gateway` must outlive run().
  explicit StatusOffice(Gateway& gateway);
  StatusOffice(const StatusOffice&) = delete;
  StatusOffice& operator=(const StatusOffice&) = delete;

  // Works in the calling thread until stop().
  void run();

  // The following may be called by every thread.

  void stop() { context_.stop(); }

  // Asks for the state. The first piece comes without next(). See StatusReading for null pieces and for what happens
  // when the reading is destroyed.
  std::shared_ptr<StatusReading> ask(Loop& home, protocol::AskStatus question, StatusReading::Take take);

 private:
  friend class StatusReading;
  using Clock = std::chrono::steady_clock;
  using Readers = std::vector<std::weak_ptr<StatusReading>>;

  // What one loop has reported in one turn.
  struct Part {
    TrafficTotals traffic;
    std::vector<SessionReport> sessions;
    bool retiring = false;
    bool is_last = false; // the loop has reported everything
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
  Readers waiting_;                          // waiting for the next report
  Readers readers_;                          // waiting for the report that is being collected
  std::shared_ptr<StatusReport> collecting_; // null: none is being collected
  std::uint32_t loops_missing_ = 0;          // loops that have not reported everything yet
  std::uint32_t collection_ = 0; // number of the collection, so that late parts of an abandoned one are dropped
  std::vector<Told> told_;       // oldest first
};

} // namespace rtmpt_proxy::gateway
