// SPDX-License-Identifier: Apache-2.0
// The error log's writer in the test's own process: who writes, when, and what is lost.
#include "gateway/base/log_writer.hpp"

#include "gateway/base/gateway_log.hpp"
#include "test/gateway/facts/session_log_rig.hpp"

#include <array>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

// How many bytes this thread has given to write(2), whatever the descriptor.
std::uint64_t bytes_written_here() {
  std::ifstream counters("/proc/thread-self/io");
  for (std::string name; counters >> name;) {
    std::uint64_t value = 0;
    counters >> value;
    if (name == "wchar:") return value;
  }
  FAIL("/proc/thread-self/io has no wchar");
  return 0;
}

// A writer of the gateway's log with what it lost.
struct WriterRig {
  explicit WriterRig(int descriptor)
      : writer(
            descriptor, [](std::uint64_t count) { return "lost were " + std::to_string(count) + "\n"; }, lost) {}
  const std::shared_ptr<std::atomic<std::uint64_t>> lost = std::make_shared<std::atomic<std::uint64_t>>(0);
  LogWriter writer;
};

std::string numbered(std::size_t number) {
  return std::to_string(number) + "\n";
}

} // namespace

TEST_CASE("Who logs to a file writes nothing to it: a disk that hangs stops nobody", "[log writer]") {
  MemoryFile file;
  GatewayLog log;
  log.use(file.writer().release());
  const std::uint64_t before = bytes_written_here();
  constexpr std::size_t kLines = 1000;
  constexpr std::uint64_t kSanitizersOwn = 4096; // a sanitizer writes a little to the system; the lines are far more
  for (std::size_t i = 0; i < kLines; ++i)
    log.logger().warn("line {} of the log", i);
  CHECK(bytes_written_here() < before + kSanitizersOwn);
  REQUIRE(log.flush(kPatience));
  CHECK(bytes_written_here() < before + kSanitizersOwn);
  const std::string text = file.text();
  CHECK(text.size() > 10 * kSanitizersOwn);
  CHECK(count_of(text, " of the log\n") == kLines);
  CHECK(text.find("line 0 of the log") < text.find("line 1 of the log"));
  CHECK(text.find("line 998 of the log") < text.find("line 999 of the log"));
  CHECK(log.lost_lines() == 0);
}

TEST_CASE("Lines of several threads come whole and each thread's in its order", "[log writer]") {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kLines = 500;
  MemoryFile file;
  GatewayLog log;
  log.use(file.writer().release());
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&log, thread] {
        for (std::size_t i = 0; i < kLines; ++i)
          log.logger().warn("thread {} line {};", thread, i);
      });
  }
  REQUIRE(log.flush(kPatience));
  const std::string text = file.text();
  CHECK(count_of(text, "\n") == kThreads * kLines);
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < kLines && at != std::string::npos; ++i)
      at = text.find("thread " + std::to_string(thread) + " line " + std::to_string(i) + ";\n", at);
    CHECK(at != std::string::npos);
  }
}

TEST_CASE("The last lines of a log that ends are in its file", "[log writer]") {
  MemoryFile file;
  {
    GatewayLog log;
    log.use(file.writer().release());
    for (int i = 0; i < 1000; ++i)
      log.logger().warn("line");
    log.logger().warn("the last one");
  }
  CHECK(count_of(file.text(), "\n") == 1001);
  CHECK(count_of(file.text(), "the last one\n") == 1);
}

TEST_CASE("A full disk loses every line, and counts each", "[log writer]") {
  GatewayLog log;
  log.use(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  for (int i = 0; i < 500; ++i)
    log.logger().warn("lost");
  REQUIRE(log.flush(kPatience));
  CHECK(log.lost_lines() == 500);
}

TEST_CASE("A line that was written in part is lost, and those before it in the same write are not", "[log writer]") {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 10; // five lines of two bytes
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  WriterRig rig(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  for (std::size_t i = 0; i < 8; ++i)
    rig.writer.write(numbered(i));
  const bool is_written = rig.writer.flush(kPatience);
  ::setrlimit(RLIMIT_FSIZE, &before);
  REQUIRE(is_written);
  CHECK(*rig.lost == 3);
  rig.writer.write(numbered(8));
  REQUIRE(rig.writer.flush(kPatience));
  const local::Descriptor reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(all_of(reader.get()) == "0\n1\n2\n3\n4\nlost were 3\n8\n");
}

TEST_CASE("A log whose descriptor takes nothing leaves the next one free to go on, and is closed when it can be",
          "[log writer]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const local::Descriptor reader(ends[0]);
  ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
  MemoryFile file;
  GatewayLog log;
  log.use(ends[1]);
  for (int i = 0; i < 100; ++i)
    log.logger().warn("into the pipe");
  CHECK_FALSE(log.flush(50ms)); // it is full
  log.use(file.writer().release());
  log.logger().warn("into the file");
  REQUIRE(log.flush(kPatience));
  CHECK(count_of(file.text(), "into the file\n") == 1);
  // All lines of before are still to be had, and then the pipe's end: nobody holds it open.
  std::string text;
  std::array<char, 4096> bytes;
  for (ssize_t count = 0; (count = ::read(reader.get(), bytes.data(), bytes.size())) > 0;)
    text.append(bytes.data(), static_cast<std::size_t>(count));
  CHECK(count_of(text, "into the pipe\n") == 100);
}
