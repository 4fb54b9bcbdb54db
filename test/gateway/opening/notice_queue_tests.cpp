// SPDX-License-Identifier: Apache-2.0
// The notices of an event loop to httpd's private listener, which the test holds.
#include "gateway/greeting/notice_queue.hpp"
#include "test/gateway/rtmp/fake_httpd.hpp"
#include "test/support/count_in.hpp"
#include "test/support/deadline.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include <chrono>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include <fcntl.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// A loop of its own in a thread of its own.
class QueueRig {
 public:
  QueueRig() : thread_([this] { io_.run(); }) {
    const int door = ::fcntl(httpd.way(), F_DUPFD_CLOEXEC, 0);
    on_loop([&] { asks_.use(std::make_shared<const local::Descriptor>(door)); });
  }

  ~QueueRig() {
    io_.stop();
    thread_.join();
  }

  // Tells of `count` streams of that virtual host: /vhost/1, /vhost/2 and so on.
  void tell(const std::string& vhost, std::size_t count) {
    protocol::AskPreamble preamble;
    preamble.client = {{*protocol::parse_ip_address("192.0.2.1"), 4711},
                       {*protocol::parse_ip_address("192.0.2.9"), 80}};
    preamble.ticket = protocol::ask_ticket(0, 1);
    preamble.session_name = protocol::SessionName("session");
    on_loop([&] {
      for (std::size_t i = 1; i <= count; ++i)
        notices_.tell(protocol::SessionName(vhost + std::to_string(i)), protocol::VhostKey(vhost),
                      encode(preamble) + "DONE /" + vhost + "/" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
    });
  }

  // What the loop has logged so far.
  std::string log() {
    std::string text;
    on_loop([&] { text = lines_.str(); });
    return text;
  }

  FakeHttpd httpd;

 private:
  template <class Act>
  void on_loop(Act act) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
      act();
      done.set_value();
    });
    done.get_future().get();
  }

  std::ostringstream lines_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_)};
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  AskPlaces places_;
  AskQueue asks_{io_, places_};
  NoticeQueue notices_{io_, asks_, log_};
  std::thread thread_;
};

bool is_about(const AskedQuestion& question, const std::string& stream) {
  CAPTURE(question.request, stream);
  const bool is_it = question.request.starts_with("DONE /" + stream + " ");
  CHECK(is_it);
  return is_it;
}

} // namespace

TEST_CASE("A virtual host that takes no notices neither fills the queue nor delays the others") {
  QueueRig rig;
  rig.tell("dead", NoticeLines::kMostWaiting + 1); // the first is under way, and hangs
  AskedQuestion hanging = rig.httpd.next();
  CHECK(is_about(hanging, "dead/1"));
  CHECK(rig.log().empty());
  rig.tell("well", 20);
  for (int i = 1; i <= 20; ++i) {
    AskedQuestion question = rig.httpd.next();
    CHECK(is_about(question, "well/" + std::to_string(i)));
    question.answer(200);
  }
  const std::string log = rig.log();
  CAPTURE(log);
  CHECK(count_in(log, "RTMPT497: session dead") > 0);
  CHECK(count_in(log, "RTMPT497: session well") == 0);
  CHECK_FALSE(rig.httpd.is_asked()); // of the dead one no second is under way
  hanging.answer(200);
  AskedQuestion second = rig.httpd.next();
  CHECK(is_about(second, "dead/2"));
}

TEST_CASE("A notice that httpd does not take comes again after a second, and the others go on meanwhile") {
  QueueRig rig;
  rig.tell("a", 2);
  AskedQuestion first = rig.httpd.next();
  CHECK(is_about(first, "a/1"));
  first.answer(502);
  const auto failed = std::chrono::steady_clock::now();
  AskedQuestion second = rig.httpd.next();
  CHECK(is_about(second, "a/2"));
  second.answer(200);
  rig.tell("b", 1);
  AskedQuestion other = rig.httpd.next();
  CHECK(is_about(other, "b/1"));
  other.answer(200);
  AskedQuestion again = rig.httpd.next();
  CHECK(is_about(again, "a/1"));
  CHECK(std::chrono::steady_clock::now() - failed >= NoticeQueue::kPauses[0] - 50ms);
  again.answer(200);
  CHECK(rig.log().empty());
}
