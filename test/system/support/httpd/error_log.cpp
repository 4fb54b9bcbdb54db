// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/error_log.hpp"

#include "support/os/text_file.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <string_view>

namespace rtmpt_proxy::test {

namespace {

// httpd writes "[module:level]" or "[level]"; a crash of a child is only a notice, and a sanitizer writes no level.
const char* const kBadLine = R"(\[([a-z_0-9]+:)?(warn|warning|error|err|crit|critical|alert|emerg)\])";
// No pattern for what chance may bring excuses such a line.
const char* const kCrash = R"(exit signal|AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:)"
                           R"(|terminate called|AH00052|free\(\): |malloc\(\): |corrupted )";

// mod_ssl's remark that Debian has updated OpenSSL since it built httpd: true of the machine, not of the test.
constexpr const char* kOfThePlatform = "AH01882";

// What each of those has one of. A search for words costs little of what a regular expression does.
constexpr std::array<std::string_view, 16> kBadWords{"warn]",       "warning]",  "error]",         "err]",
                                                     "crit]",       "critical]", "alert]",         "emerg]",
                                                     "exit signal", "Sanitizer", "runtime error:", "terminate called",
                                                     "AH00052",     "free(): ",  "malloc(): ",     "corrupted "};

bool may_be_bad(const std::string& line) {
  return std::any_of(kBadWords.begin(), kBadWords.end(),
                     [&](std::string_view word) { return line.find(word) != std::string::npos; });
}

bool found(const std::string& line, const std::string& pattern) {
  return std::regex_search(line, std::regex(pattern));
}

bool found_any(const std::string& line, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) { return found(line, pattern); });
}

} // namespace

std::vector<std::string> ErrorLog::matching(const std::string& pattern) const {
  const std::regex wanted(pattern);
  std::vector<std::string> result;
  for (auto& line : lines_of(read_file(file_))) {
    if (std::regex_search(line, wanted)) result.push_back(std::move(line));
  }
  return result;
}

std::size_t ErrorLog::count(const std::string& pattern, std::size_t least) const {
  happens([&] { return matching(pattern).size() >= least; });
  return matching(pattern).size();
}

// Each line is looked at once.
void ErrorLog::wait_for(const std::string& pattern, std::size_t count, Deadline deadline) const {
  const std::regex wanted(pattern);
  std::size_t seen_bytes = 0;
  std::size_t found_lines = 0;
  const auto look = [&] {
    const std::string text = read_file(file_);
    for (std::size_t end = text.find('\n', seen_bytes); end != std::string::npos; end = text.find('\n', seen_bytes)) {
      found_lines += std::regex_search(text.begin() + static_cast<std::ptrdiff_t>(seen_bytes),
                                       text.begin() + static_cast<std::ptrdiff_t>(end), wanted);
      seen_bytes = end + 1;
    }
    return found_lines >= count;
  };
  eventually("the error log has " + std::to_string(count) + " lines matching " + pattern, look, deadline);
}

std::vector<std::string> ErrorLog::complaints() const {
  std::vector<std::string> result;
  const std::regex bad(kBadLine);
  const std::regex crash(kCrash);
  for (const auto& line : lines_of(read_file(file_))) {
    if (!may_be_bad(line)) continue;
    const bool is_crash = std::regex_search(line, crash);
    if (!is_crash && !std::regex_search(line, bad)) continue;
    if (found_any(line, expected_)) continue;
    if (!is_crash && (found(line, kOfThePlatform) || found_any(line, allowed_))) continue;
    result.push_back("unexpected in the error log: " + line);
  }
  for (const auto& pattern : expected_) {
    if (matching(pattern).empty()) result.push_back("expected in the error log, and not there: " + pattern);
  }
  return result;
}

} // namespace rtmpt_proxy::test
