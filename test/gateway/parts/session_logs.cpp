// Session logs to files, pipes and a syslog daemon, all of them the test's.
#include "session_logs.hpp"

#include "gateway_log.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <regex>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace std::chrono_literals;
using protocol::SessionLogKind;
using protocol::SessionLogTarget;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kPatience = 20s;
constexpr std::uint8_t kLocal1 = 17;

std::string all_of(int descriptor) {
  struct stat file {};
  ::fstat(descriptor, &file);
  std::string text(static_cast<std::size_t>(file.st_size), '\0');
  const ssize_t count = ::pread(descriptor, text.data(), text.size(), 0);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// A file in memory, opened as httpd opens a log.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("log", MFD_CLOEXEC)) { ::fcntl(descriptor_.get(), F_SETFL, O_APPEND); }
  std::string text() const { return all_of(descriptor_.get()); }
  Descriptor writer() const {
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor_.get());
    return Descriptor(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  }

 private:
  Descriptor descriptor_;
};

struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
  }
  Descriptor reader;
  Descriptor writer;
};

// What is in the pipe now, or until its end when `to_end`.
std::string drain(const Descriptor& reader, bool to_end = false) {
  ::fcntl(reader.get(), F_SETFL, to_end ? 0 : O_NONBLOCK);
  std::string text;
  std::array<char, 65536> bytes;
  for (ssize_t count = 0; (count = ::read(reader.get(), bytes.data(), bytes.size())) > 0;)
    text.append(bytes.data(), static_cast<std::size_t>(count));
  return text;
}

// The gateway's side of a test: logs, and what it says about them.
struct Rig {
  explicit Rig(const std::string& syslog_path = "/nonexistent/log") : logs(error_log.logger(), syslog_path) {
    std::signal(SIGPIPE, SIG_IGN); // as the program does
    error_log.use(error_file.writer().release());
  }
  std::size_t said(const std::string& id) const { return count_of(error_file.text(), id); }

  MemoryFile error_file;
  GatewayLog error_log;
  SessionLogs logs;
};

SessionLogTarget target(const std::string& name, SessionLogKind kind, const std::string& format = "%v") {
  return {name, kind, format, kind == SessionLogKind::syslog ? "rtmpt" : "", kLocal1};
}

void use(Rig& rig, const SessionLogTarget& target, Descriptor descriptor) {
  std::vector<Descriptor> descriptors;
  if (descriptor) descriptors.push_back(std::move(descriptor));
  rig.logs.use({target}, std::move(descriptors));
}

policy::SessionLogRecord record(const std::string& virtual_host) {
  policy::SessionLogRecord record;
  record.virtual_host = virtual_host;
  record.start = std::chrono::system_clock::now();
  return record;
}

// Writes until the log says what `id` stands for: that needs a while without loss.
void write_until_said(Rig& rig, SessionLog& log, const std::string& id) {
  const auto deadline = Clock::now() + kPatience;
  while (rig.said(id) == 0 && Clock::now() < deadline) {
    log.write(record("later"));
    std::this_thread::sleep_for(20ms); // between two looks
  }
  CHECK(rig.said(id) == 1);
}

// A syslog daemon that keeps what it gets.
class FakeSyslog {
 public:
  explicit FakeSyslog(const std::filesystem::path& path)
      : path_(path), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~FakeSyslog() { std::filesystem::remove(path_); }
  FakeSyslog(const FakeSyslog&) = delete;
  FakeSyslog& operator=(const FakeSyslog&) = delete;

  std::string next() const {
    pollfd ready{socket_.get(), POLLIN, 0};
    if (::poll(&ready, 1, 5000) != 1) return "nothing came";
    std::array<char, 8192> bytes;
    const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    return {bytes.data(), static_cast<std::size_t>(count)};
  }

 private:
  std::filesystem::path path_;
  Descriptor socket_;
};

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "session-logs-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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
  CHECK(rig.error_file.text().empty());
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
  std::vector<Descriptor> descriptors;
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
  use(rig, target("full", SessionLogKind::file), Descriptor(::open("/dev/full", O_WRONLY | O_CLOEXEC)));
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
  use(rig, target("f", SessionLogKind::file), Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)));
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
  const Descriptor reader(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
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
  before.reader = Descriptor();
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

TEST_CASE("A syslog daemon gets datagrams as syslog(3) makes them", "[session log]") {
  const TempFolder folder;
  const FakeSyslog daemon(folder.path() / "log");
  Rig rig(folder.path() / "log");
  use(rig, target("syslog:local1:rtmpt", SessionLogKind::syslog, "%v %{end}r"), {});
  rig.logs.named("syslog:local1:rtmpt")->write(record("live.example.com"));
  const std::string got = daemon.next();
  CAPTURE(got);
  // local1 (17) * 8 + info (6)
  CHECK(std::regex_match(got, std::regex(R"(<142>(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 1-3]\d )"
                                         R"(\d\d:\d\d:\d\d rtmpt\[)" +
                                         std::to_string(::getpid()) + R"(\]: live\.example\.com close)")));
  CHECK(rig.logs.lost_lines() == 0);
}

TEST_CASE("A syslog daemon that was started again gets the next line; without one lines are lost", "[session log]") {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  Rig rig(path);
  use(rig, target("s", SessionLogKind::syslog), {});
  const auto log = rig.logs.named("s");
  log->write(record("nobody is there"));
  CHECK(rig.logs.lost_lines() == 1);
  CHECK(rig.said("RTMPT341: session log s loses lines: No such file or directory (" + path.string() + ")") == 1);
  {
    const FakeSyslog daemon(path);
    log->write(record("first"));
    CHECK(daemon.next().ends_with("first"));
  }
  {
    const FakeSyslog daemon(path);
    log->write(record("second")); // the socket of the first is still the log's
    CHECK(daemon.next().ends_with("second"));
  }
  log->write(record("gone again"));
  CHECK(rig.logs.lost_lines() == 2);
}

TEST_CASE("A syslog daemon that does not keep up loses lines, and nobody waits for it", "[session log]") {
  const TempFolder folder;
  const FakeSyslog daemon(folder.path() / "log");
  Rig rig(folder.path() / "log");
  use(rig, target("s", SessionLogKind::syslog), {});
  const auto log = rig.logs.named("s");
  for (int i = 0; i < 5000 && rig.logs.lost_lines() == 0; ++i)
    log->write(record("many"));
  CHECK(rig.logs.lost_lines() == 1);
  CHECK(rig.said("the syslog daemon does not keep up") == 1);
  CHECK(daemon.next().ends_with("many"));
}
