// SPDX-License-Identifier: Apache-2.0
// What rtmpt-gateway says to a command line by which it cannot serve.
#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <sys/wait.h>

namespace {

struct Ending {
  int exit_code = -1;
  std::string words; // standard output and standard error
};

Ending run_gateway(const std::string& arguments) {
  FILE* const pipe = ::popen((RTMPT_GATEWAY_FILE " " + arguments + " 2>&1").c_str(), "re");
  if (!pipe) throw std::runtime_error("cannot run " RTMPT_GATEWAY_FILE);
  Ending ending;
  std::array<char, 4096> bytes;
  for (std::size_t count = 0; (count = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;)
    ending.words.append(bytes.data(), count);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ending.exit_code = WEXITSTATUS(status);
  return ending;
}

} // namespace

TEST_CASE("The gateway names the option that is wrong and what was expected", "[options]") {
  struct Case {
    std::string arguments;
    std::string words;
  };
  const std::string good = "--door-fd 3 --lifeline-fd 4 ";
  const auto wrong = GENERATE_COPY(values<Case>({
      {"", "--door-fd is missing: httpd gives it"},
      {"--door-fd 3", "--lifeline-fd is missing: httpd gives it"},
      {"--door-fd", "--door-fd: expected a value"},
      {"--door-fd x --lifeline-fd 4", "--door-fd 'x': expected a number 0 or more"},
      {"--door-fd=-1 --lifeline-fd 4", "--door-fd '-1': expected a number 0 or more"},
      {"--door-fd 3 --lifeline-fd 4x", "--lifeline-fd '4x': expected a number 0 or more"},
      {"--door-fd 3 --lifeline-fd ''", "--lifeline-fd '': expected a number 0 or more"},
      {good + "--threads 0", "--threads '0': expected a number from 1 to 64"},
      {good + "--threads 65", "--threads '65': expected a number from 1 to 64"},
      {good + "--threads 99999999999", "--threads '99999999999': expected a number from 1 to 64"},
      {good + "--core-dumps=yes", "'--core-dumps=yes': expected one of the options that --help shows"},
      {good + "--bogus", "'--bogus': expected one of the options that --help shows"},
      {good + "-x", "'-x': expected one of the options that --help shows"},
      {good + "extra", "'extra': expected options only"},
  }));
  const Ending ending = run_gateway(wrong.arguments);
  INFO(wrong.arguments);
  CHECK(ending.words == "RTMPT300: rtmpt-gateway ends: " + wrong.words + "\n");
  CHECK(ending.exit_code == 1);
}

TEST_CASE("The gateway's help shows each option, and its version is a line", "[options]") {
  const Ending help = run_gateway(GENERATE("--help", "-h"));
  CHECK(help.exit_code == 0);
  for (const char* option :
       {"--door-fd N ", "--lifeline-fd N ", "--threads N ", "--core-dumps ", "--version ", "--help "})
    CHECK(help.words.find(option) != std::string::npos);
  const Ending version = run_gateway("--version");
  CHECK(version.exit_code == 0);
  CHECK(version.words.find('\n') == version.words.size() - 1);
  CHECK(version.words.front() >= '0');
  CHECK(version.words.front() <= '9');
}
