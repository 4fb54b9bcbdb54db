#include "support/httpd/error_log.hpp"

#include "support/os/text_file.hpp"

#include <algorithm>
#include <regex>

namespace rtmpt_proxy::test {

namespace {

// httpd writes "[module:level]" or "[level]"; a crash of a child is only a notice, and a sanitizer writes no level.
const char* const kBadLine = R"(\[([a-z_0-9]+:)?(warn|warning|error|err|crit|critical|alert|emerg)\])"
                             R"(|exit signal|AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:)"
                             R"(|terminate called|AH00052|free\(\): |malloc\(\): |corrupted )";

// mod_ssl's remark that Debian has updated OpenSSL since it built httpd: true of the machine, not of the test.
constexpr const char* kOfThePlatform = "AH01882";

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

void ErrorLog::wait_for(const std::string& pattern, std::size_t count, Deadline deadline) const {
  eventually(
      "the error log has " + std::to_string(count) + " lines matching " + pattern,
      [&] { return matching(pattern).size() >= count; }, deadline);
}

std::vector<std::string> ErrorLog::complaints() const {
  std::vector<std::string> result;
  for (const auto& line : matching(kBadLine)) {
    if (found(line, kOfThePlatform) || found_any(line, expected_) || found_any(line, allowed_)) continue;
    result.push_back("unexpected in the error log: " + line);
  }
  for (const auto& pattern : expected_) {
    if (matching(pattern).empty()) result.push_back("expected in the error log, and not there: " + pattern);
  }
  return result;
}

} // namespace rtmpt_proxy::test
