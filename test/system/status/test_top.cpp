// SPDX-License-Identifier: Apache-2.0
// rtmptctl top on a pseudo-terminal, with real sessions.
#include "local/descriptor.hpp"
#include "support/httpd/rtmptctl.hpp"
#include "support/os/built.hpp"
#include "support/os/system_error.hpp"
#include "support/sites/tunnel_site.hpp"

#include <catch2/catch.hpp>

#include <csignal>

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using rtmpt_proxy::local::Descriptor;

namespace {

constexpr const char* kTaken = "\x1b[?1049h";
constexpr const char* kGivenBack = "\x1b[?1049l";

// The program with a terminal of its own, whose modes can be looked at before and after.
class OnTerminal {
 public:
  OnTerminal(const std::string& socket, const std::vector<std::string>& more) {
    int master = -1;
    int slave = -1;
    winsize size{20, 120, 0, 0};
    if (::openpty(&master, &slave, nullptr, nullptr, &size) != 0) throw std::runtime_error("openpty");
    master_ = Descriptor(master);
    slave_ = Descriptor(slave);
    before_ = modes();
    std::vector<std::string> words{built::control_program(), "-s", socket, "top"};
    words.insert(words.end(), more.begin(), more.end());
    pid_ = ::fork();
    if (pid_ == 0) {
      ::login_tty(slave);
      std::vector<char*> arguments;
      for (std::string& word : words)
        arguments.push_back(word.data());
      arguments.push_back(nullptr);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }

  ~OnTerminal() {
    if (is_ended_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  // Waits until the text has come behind what earlier waits have found.
  void wait_for(const std::string& text) {
    eventually("the terminal shows '" + text + "' in: " + shown_, [&] {
      read();
      const auto found = shown_.find(text, seen_);
      if (found == std::string::npos) return false;
      seen_ = found + text.size();
      return true;
    });
  }

  void type(const std::string& keys) { REQUIRE(::write(master_.get(), keys.data(), keys.size()) > 0); }
  void signal(int number) { ::kill(pid_, number); }

  void resize(unsigned short rows, unsigned short columns) {
    const winsize size{rows, columns, 0, 0};
    REQUIRE(::ioctl(master_.get(), TIOCSWINSZ, &size) == 0);
  }

  // What waitpid(2) says of its end.
  int wait() {
    int status = 0;
    eventually("the program ends", [&] {
      read();
      return ::waitpid(pid_, &status, WNOHANG) == pid_;
    });
    is_ended_ = true;
    read();
    return status;
  }

  bool has_its_modes_back() const {
    const termios now = modes();
    return now.c_lflag == before_.c_lflag && now.c_iflag == before_.c_iflag && now.c_cc[VSUSP] == before_.c_cc[VSUSP];
  }
  bool is_raw() const { return (modes().c_lflag & (ICANON | ECHO)) == 0; }

  const std::string& shown() const { return shown_; }

 private:
  termios modes() const {
    termios now{};
    REQUIRE(::tcgetattr(slave_.get(), &now) == 0);
    return now;
  }

  void read() {
    while (ready(master_.get(), POLLIN, Deadline(0ms))) {
      char bytes[4096];
      const ssize_t size = ::read(master_.get(), bytes, sizeof bytes);
      if (size <= 0) return;
      shown_.append(bytes, static_cast<std::size_t>(size));
    }
  }

  Descriptor master_;
  Descriptor slave_;
  termios before_{};
  pid_t pid_ = -1;
  bool is_ended_ = false;
  std::string shown_;
  std::size_t seen_ = 0;
};

std::string socket_of(TunnelSite& site) {
  return Rtmptctl(site.httpd()).socket().string();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("The view follows the sessions, takes keys, and gives the terminal back at q") {
  TunnelSite site;
  auto session = site.session(handed_over());
  carry_both_ways(session, 20'000, 1);
  OnTerminal top(socket_of(site), {});
  top.wait_for(kTaken);
  top.wait_for("1 sessions: ");
  top.wait_for("127.0.0.1");
  CHECK(top.is_raw());
  auto second = site.session(forwarded());
  top.wait_for("2 sessions: ");
  top.resize(4, 30);
  top.wait_for("\x1b[H");
  top.type("aq");
  const int status = top.wait();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(contains(top.shown(), kGivenBack));
  CHECK(top.has_its_modes_back());
}

TEST_CASE("A signal ends the view as it ends every program, and the terminal is given back") {
  const int signal = GENERATE(SIGINT, SIGQUIT, SIGTERM, SIGHUP);
  CAPTURE(signal);
  TunnelSite site;
  OnTerminal top(socket_of(site), {});
  top.wait_for("0 sessions: ");
  if (signal == SIGINT)
    top.type("\x03"); // as somebody at the keyboard does
  else
    top.signal(signal);
  const int status = top.wait();
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == signal);
  CHECK(contains(top.shown(), kGivenBack));
  CHECK(top.has_its_modes_back());
}

TEST_CASE("A gateway that crashes is shown as gone, and the next one is shown when it runs") {
  TunnelSite site;
  site.httpd().error_log().expect("RTMPT082");
  auto session = site.session(handed_over());
  OnTerminal top(socket_of(site), {});
  top.wait_for("1 sessions: ");
  REQUIRE(::kill(site.httpd().gateway_pid(), SIGKILL) == 0);
  top.wait_for("0 sessions: ");
  top.type("q");
  CHECK(WEXITSTATUS(top.wait()) == 0);
  CHECK(top.has_its_modes_back());
}

TEST_CASE("A gateway that hangs does not keep the view from keys") {
  TunnelSite site;
  OnTerminal top(socket_of(site), {"-t", "6"});
  top.wait_for("0 sessions: ");
  const pid_t gateway = site.httpd().gateway_pid();
  REQUIRE(::kill(gateway, SIGSTOP) == 0);
  top.wait_for("RTMPT400");
  const auto began = std::chrono::steady_clock::now();
  top.type("q");
  CHECK(WEXITSTATUS(top.wait()) == 0);
  CHECK(since(began) < 5s); // the answer is awaited for longer
  REQUIRE(::kill(gateway, SIGCONT) == 0);
}

TEST_CASE("Without a gateway there is no view, and the terminal is as it was") {
  OnTerminal top("/nowhere/rtmpt.sock", {});
  const int status = top.wait();
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(contains(top.shown(), "RTMPT400"));
  CHECK(top.has_its_modes_back());
}

TEST_CASE("Without a terminal, and with --once, one page is printed") {
  TunnelSite site;
  auto session = site.session(handed_over());
  const auto piped = Rtmptctl(site.httpd()).run({"top"});
  CHECK(piped.exit_code == 0);
  CHECK(contains(piped.output, "1 sessions: "));
  CHECK(contains(piped.output, "handed-over"));
  CHECK_FALSE(contains(piped.output, "\x1b"));
  OnTerminal top(socket_of(site), {"--once"});
  CHECK(WEXITSTATUS(top.wait()) == 0);
  CHECK(contains(top.shown(), "1 sessions: "));
  CHECK_FALSE(contains(top.shown(), kTaken));
  CHECK(Rtmptctl(site.httpd()).run({"top", "-j"}).output.starts_with("[{\"id\":"));
}
