// SPDX-License-Identifier: Apache-2.0
// Clients of forwarded streams, more of them and fewer of them than a child of httpd has threads.
#include "support/clients/farm_sessions.hpp"
#include "support/httpd/httpd_fixture.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kClients = 16;
constexpr auto kTime = 2s;

// One child with so many threads.
HttpdOptions with_threads(const std::string& mpm, int threads, const std::string& site = {}) {
  const std::string count = std::to_string(threads);
  HttpdOptions options;
  options.mpm = mpm;
  options.global = "StartServers 1\nServerLimit 1\nThreadsPerChild " + count + "\nMaxRequestWorkers " + count +
                   "\nMinSpareThreads 1\nMaxSpareThreads " + count + "\nMaxKeepAliveRequests 0\n";
  options.plain_site = site;
  return options;
}

// What became of the clients' requests and connections. How many connections MPM event closes for want of threads is
// printed and not required: it is httpd's decision, and differs with what else the machine does.
struct Counts {
  std::atomic<std::size_t> answers{0}, other_answers{0}, closed_between{0}, closed_under_way{0};

  std::size_t closed() const { return closed_between + closed_under_way; }
  void print(const char* who) const {
    std::printf("%s: %zu answers, %zu connections closed between two requests, %zu under a request\n", who,
                answers.load(), closed_between.load(), closed_under_way.load());
  }
};

// A visitor of the site's pages.
class Visitor {
 public:
  explicit Visitor(const Endpoint& endpoint) : endpoint_(endpoint) { reconnect(); }
  HttpConnection& connection() { return *connection_; }
  void reconnect() { connection_ = std::make_unique<HttpConnection>(endpoint_); }

 private:
  Endpoint endpoint_;
  std::unique_ptr<HttpConnection> connection_;
};

// Asks without a pause, on a connection that is kept as long as the server keeps it. A request without an answer is
// repeated on the next one. `next` gives the text of each request.
template <class Client, class Next>
void ask_on(Client& client, Counts& counts, Next next) {
  const auto end = Clock::now() + kTime;
  do {
    const std::string request = next();
    for (bool is_answered = false; !is_answered;) {
      if (client.connection().readable(Deadline(0ms))) {
        ++counts.closed_between;
        client.reconnect();
      }
      try {
        const auto reply = client.connection().exchange(request);
        ++(reply.status == 200 ? counts.answers : counts.other_answers);
        is_answered = true;
        if (reply.says_close()) client.reconnect();
      } catch (const std::exception&) {
        ++counts.closed_under_way;
        client.reconnect();
      }
    }
  } while (Clock::now() < end);
}

// So many clients at once, each with a session.
std::vector<FarmSession> poll(const HttpdFixture& httpd, Counts& counts, const std::string& headers,
                              std::size_t clients = kClients) {
  std::vector<FarmSession> sessions;
  while (sessions.size() < clients)
    sessions.push_back(begin_session(httpd.plain(), headers));
  {
    std::vector<std::jthread> threads;
    for (auto& session : sessions)
      threads.emplace_back([&counts, &client = session.client] {
        ask_on(client, counts, [&client] { return client.request("idle", client.take_number(), "0"); });
      });
  }
  return sessions;
}

void visit(const HttpdFixture& httpd, Counts& counts) {
  std::vector<std::jthread> threads;
  while (threads.size() < kClients)
    threads.emplace_back([&] {
      Visitor visitor(httpd.plain());
      ask_on(visitor, counts, [] { return get("/"); });
    });
}

} // namespace

TEST_CASE("Forwarded clients keep their connections while a child of MPM event has more threads than clients") {
  FarmMember member('a');
  HttpdFixture httpd(with_threads("event", 25, "RTMPTProxyPass " + member.url() + "\n"));
  httpd.start();
  Counts counts;
  auto sessions = poll(httpd, counts, forwarded().headers);
  counts.print("25 threads");
  CHECK(counts.answers > 100);
  CHECK(counts.other_answers == 0);
  CHECK(counts.closed() == 0);
}

TEST_CASE("With more clients than threads MPM event may close kept connections of pages, without the module too") {
  auto options = with_threads("event", 8);
  options.with_module = false;
  HttpdFixture httpd(options);
  httpd.start(false);
  httpd.error_log().allow("AH00484|AH10159"); // that all threads are busy
  Counts counts;
  visit(httpd, counts);
  counts.print("8 threads, pages alone");
  CHECK(counts.answers > 100);
}

TEST_CASE("With more forwarded clients than threads MPM event may close their connections, and their streams go on") {
  // Polls that wait are not the cause: it is so without them.
  const std::string hold = GENERATE("", "RTMPTIdleHold 0\n");
  CAPTURE(hold);
  FarmMember member('a');
  HttpdFixture httpd(with_threads("event", 8, "RTMPTProxyPass " + member.url() + "\n" + hold));
  httpd.start();
  httpd.error_log().allow("AH00484|AH10159"); // that all threads are busy
  Counts counts;
  auto sessions = poll(httpd, counts, forwarded().headers);
  counts.print(hold.empty() ? "8 threads" : "8 threads, no holding");
  CHECK(counts.answers > 100);
  CHECK(counts.other_answers == 0);
  for (auto& session : sessions) {
    session.client.reconnect();
    CHECK_NOTHROW(carry_and_return(session, 5'000, 1));
  }
}

TEST_CASE("Handed-over clients keep their connections, however few threads there are") {
  FarmMember member('a');
  HttpdFixture httpd(with_threads("event", 8, "RTMPTProxyPass " + member.url() + "\nRTMPTIdleHold 5ms\n"));
  httpd.start();
  Counts counts;
  auto sessions = poll(httpd, counts, "");
  counts.print("8 threads, handed over");
  CHECK(counts.answers > 100);
  CHECK(counts.other_answers == 0);
  CHECK(counts.closed() == 0);
}

TEST_CASE("MPM worker closes no kept connection for want of threads") {
  FarmMember member('a');
  HttpdFixture httpd(with_threads("worker", 8, "RTMPTProxyPass " + member.url() + "\n"));
  httpd.start();
  Counts counts;
  auto sessions = poll(httpd, counts, forwarded().headers, 2);
  counts.print("worker, 8 threads");
  CHECK(counts.answers > 20);
  CHECK(counts.other_answers == 0);
  CHECK(counts.closed() == 0);
}
