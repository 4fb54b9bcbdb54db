// SPDX-License-Identifier: Apache-2.0
// A regular expression for the value of a request header. It is safe to apply to any value that a client sends.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::policy {

enum class PatternMatch {
  no,
  yes,
  gave_up, // the value would take more steps or memory than a match may have
};

class HeaderPattern;

struct HeaderPatternResult {
  std::shared_ptr<const HeaderPattern> pattern; // null when there is an error
  std::string error;                            // the pattern quoted, the place in it and PCRE2's words
};

// Compiles a pattern of PCRE2. Letters match in either case unless the pattern says (?-i); `$` is the end of the value
// alone; bytes are bytes, UTF is refused.
HeaderPatternResult compile_header_pattern(std::string_view text);

// Any number of threads may use one pattern at once.
class HeaderPattern {
 public:
  struct Compiled;

  // Called by compile_header_pattern() alone.
  HeaderPattern(std::string text, std::unique_ptr<const Compiled> compiled);
  ~HeaderPattern();
  HeaderPattern(const HeaderPattern&) = delete;
  HeaderPattern& operator=(const HeaderPattern&) = delete;

  // Whether the pattern is found in `value`. Bounded in time (tens of milliseconds for 8 KiB) and in
  // memory (4 MiB) whatever both are.
  PatternMatch match(std::string_view value) const;

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::unique_ptr<const Compiled> compiled_;
};

} // namespace rtmpt_proxy::policy
