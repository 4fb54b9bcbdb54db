// SPDX-License-Identifier: Apache-2.0
// Session logs to files and pipes, all of them the test's.
#include "session_log_rig.hpp"

#include <array>
#include <thread>

#include <sys/resource.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    reader = local::Descriptor(ends[0]);
    writer = local::Descriptor(ends[1]);
  }
  local::Descriptor reader;
  local::Descriptor writer;
};

// What is in the pipe now, or until its end when `to_end`.
std::string drain(const local::Descriptor& reader, bool to_end = false) {
  ::fcntl(reader.get(), F_SETFL, to_end ? 0 : O_NONBLOCK);
  std::string text;
  std::array<char, 65536> bytes;
  for (ssize_t count = 0; (count = ::read(reader.get(), bytes.data(), bytes.size())) > 0;)
    text.append(bytes.data(), static_cast<std::size_t>(count));
  return text;
}

// Writes until the log says what `id` stands for: that needs a while without loss.
void write_until_said(Rig& rig, SessionLog& log, const std::string& id) {
  CHECK(happens([&] {
    if (rig.said(id) == 0) log.write(record("later"));
    return rig.said(id) == 1;
  }));
}

} // namespace

TEST_CASE("A session log's lines have its format, one for each session", "[session log]") {
  Rig rig;
  MemoryFile file;
  use(rig, target("f", SessionLogKind::file, "%v %{end}r"), file.writer());
  const auto log = rig.logs.named("f");
  log->write(record("one"));
  log->write(record("two\nand a half"));
  CHECK(file.text() == "one close\ntwo\\nand a half close\n");
  CHECK(rig.logs.lost_lines() == 0);
  CHECK(rig.said("RTMPT") == 0);
}

TEST_CASE("Times in a session log are the clocks' of the place", "[session log]") {
  const char* const before = std::getenv("TZ");
  const std::string kept = before ? before : "";
  ::setenv("TZ", "JST-9", 1);
  ::tzset();
  Rig rig;
  MemoryFile file;
  use(rig, target("f", SessionLogKind::file, "%t"), file.writer());
  auto session = record("x");
  session.start = std::chrono::system_clock::time_point(std::chrono::seconds(1236441909));
  rig.logs.named("f")->write(session);
  before ? ::setenv("TZ", kept.c_str(), 1) : ::unsetenv("TZ");
  ::tzset();
  CHECK(file.text() == "[08/Mar/2009:01:05:09 +0900]\n");
}

TEST_CASE("A session without a session log has none, and one of a name yet unknown waits for its place",
          "[session log]") {
  Rig rig;
  CHECK(rig.logs.named("") == nullptr);
  const auto early = rig.logs.named("f");
  REQUIRE(early);
  early->write(record("too early"));
  CHECK(rig.logs.lost_lines() == 1);
  CHECK(rig.said("RTMPT341") == 1);
  MemoryFile file;
  use(rig, target("f", SessionLogKind::file), file.writer());
  early->write(record("now"));
  CHECK(file.text() == "now\n");
}

TEST_CASE("A running session's line goes to the file that was opened anew", "[session log]") {
  Rig rig;
  MemoryFile before;
  MemoryFile after;
  use(rig, target("f", SessionLogKind::file, "%v"), before.writer());
  const auto running = rig.logs.named("f");
  rig.logs.named("f")->write(record("ended before"));
  use(rig, target("f", SessionLogKind::file, "[%v]"), after.writer());
  running->write(record("ran on"));
  rig.logs.named("f")->write(record("began after"));
  CHECK(before.text() == "ended before\n");
  CHECK(after.text() == "[ran on]\n[began after]\n");
}

TEST_CASE("A log that is configured no more stays open for its running sessions, and is closed with the last",
          "[session log]") {
  Rig rig;
  MemoryFile other;
  Pipe pipe;
  use(rig, target("p", SessionLogKind::pipe), std::move(pipe.writer));
  auto running = rig.logs.named("p");
  use(rig, target("other", SessionLogKind::file), other.writer());
  running->write(record("ran on"));
  running.reset();
  CHECK(drain(pipe.reader, true) == "ran on\n"); // to its end: nobody holds it open
  rig.logs.named("other")->write(record("elsewhere"));
  CHECK(other.text() == "elsewhere\n");
}

TEST_CASE("Each log gets its own descriptor, past those of syslog", "[session log]") {
  Rig rig;
  MemoryFile first;
  MemoryFile second;
  std::vector<local::Descriptor> descriptors;
  descriptors.push_back(first.writer());
  descriptors.push_back(second.writer());
  rig.logs.use(
      {target("a", SessionLogKind::file), target("s", SessionLogKind::syslog), target("b", SessionLogKind::file)},
      std::move(descriptors));
  rig.logs.named("b")->write(record("to b"));
  rig.logs.named("a")->write(record("to a"));
  CHECK(first.text() == "to a\n");
  CHECK(second.text() == "to b\n");
}

TEST_CASE("A full disk loses lines, which is counted and said once, and once when it is over", "[session log]") {
  Rig rig;
  use(rig, target("full", SessionLogKind::file), local::Descriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC)));
  const auto log = rig.logs.named("full");
  for (int i = 0; i < 5; ++i)
    log->write(record("lost"));
  CHECK(rig.logs.lost_lines() == 5);
  CHECK(rig.said("RTMPT341: session log full loses lines: No space left on device") == 1);
  CHECK(rig.said("RTMPT341") == 1);
  MemoryFile file;
  use(rig, target("full", SessionLogKind::file), file.writer());
  write_until_said(rig, *log, "RTMPT342");
  CHECK(rig.said("RTMPT342: session log full takes lines again; lost were 5") == 1);
  CHECK(rig.logs.lost_lines() == 5);
  CHECK(file.text().find("lost") == std::string::npos);
}

TEST_CASE("A line after one that had half its room begins on a line of its own", "[session log]") {
  Rig rig;
  const TempFolder folder;
  const auto path = folder.path() / "log";
  use(rig, target("f", SessionLogKind::file),
      local::Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)));
  const auto log = rig.logs.named("f");
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 12;
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  log->write(record("first"));
  log->write(record("cut in half"));
  log->write(record("lost"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  log->write(record("whole"));
  const local::Descriptor reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(all_of(reader.get()) == "first\ncut in\nwhole\n");
  CHECK(rig.logs.lost_lines() == 2);
}

TEST_CASE("A program that never reads loses lines, and nobody waits for it", "[session log]") {
  Rig rig;
  Pipe pipe;
  use(rig, target("p", SessionLogKind::pipe), std::move(pipe.writer));
  const auto log = rig.logs.named("p");
  const std::string name(400, 'n');
  const auto begin = Clock::now();
  constexpr std::size_t kLines = 2000;
  for (std::size_t i = 0; i < kLines; ++i)
    log->write(record(name));
  CHECK(Clock::now() - begin < kPatience);
  const std::uint64_t lost = rig.logs.lost_lines();
  CHECK(lost > 0);
  CHECK(rig.said("RTMPT341: session log p loses lines: what reads it does not keep up") == 1);
  const std::string text = drain(pipe.reader);
  CHECK(count_of(text, name + "\n") == kLines - lost);
  CHECK(text.size() == (kLines - lost) * (name.size() + 1)); // whole lines and nothing else
  write_until_said(rig, *log, "RTMPT342");
  CHECK(rig.said("lost were " + std::to_string(lost)) == 1);
}

TEST_CASE("Lines for a pipe that nobody reads any more wait for the next program, but only so many", "[session log]") {
  constexpr std::size_t kMore = 3;
  Rig rig;
  Pipe before;
  Pipe after;
  use(rig, target("p", SessionLogKind::pipe), std::move(before.writer));
  before.reader = local::Descriptor();
  const auto log = rig.logs.named("p");
  for (std::size_t i = 0; i < SessionLog::kMostWaiting; ++i)
    log->write(record(std::to_string(i)));
  CHECK(rig.logs.lost_lines() == 0);
  for (std::size_t i = 0; i < kMore; ++i)
    log->write(record("lost"));
  CHECK(rig.logs.lost_lines() == kMore);
  CHECK(rig.said("RTMPT341: session log p loses lines: Broken pipe") == 1);
  use(rig, target("p", SessionLogKind::pipe), std::move(after.writer));
  log->write(record("later"));
  std::string expected;
  for (std::size_t i = 0; i < SessionLog::kMostWaiting; ++i)
    expected += std::to_string(i) + "\n";
  CHECK(drain(after.reader) == expected + "later\n");
}

TEST_CASE("The longest lines of several threads come whole through a pipe", "[session log]") {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kLines = 300;
  Rig rig;
  Pipe pipe;
  // Nine texts of 512 bytes are more than a line holds.
  use(rig, target("p", SessionLogKind::pipe, "%v%v%v%v%v%v%v%v%v"), std::move(pipe.writer));
  std::string text;
  std::thread reader([&] { text = drain(pipe.reader, true); });
  {
    std::vector<std::jthread> writers;
    for (std::size_t i = 0; i < kThreads; ++i)
      writers.emplace_back([&rig, i] {
        const auto log = rig.logs.named("p");
        for (std::size_t line = 0; line < kLines; ++line)
          log->write(record(std::string(600, static_cast<char>('a' + i))));
      });
  }
  rig.logs.use({}, {}); // closes it
  reader.join();
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < text.size(); ++lines) {
    const std::size_t end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    const std::string line = text.substr(begin, end - begin);
    REQUIRE(line.size() > 3500);
    REQUIRE(line.size() <= policy::kMaxSessionLogLineBytes);
    REQUIRE(line.find_first_not_of(std::string(1, line.front()) + ".") == std::string::npos);
    begin = end + 1;
  }
  CHECK(lines + rig.logs.lost_lines() == kThreads * kLines);
  CHECK(lines > 0);
}
