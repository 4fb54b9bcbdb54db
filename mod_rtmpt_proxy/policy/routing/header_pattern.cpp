// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/routing/header_pattern.hpp>

#include <pcre2.h>

#include <array>
#include <new>

namespace rtmpt_proxy::policy {

namespace {

// A header line of httpd has 8190 bytes unless configured otherwise; sensible patterns stay far below these.
constexpr std::uint32_t kMaxSteps = 200'000; // milliseconds; where each step reads the whole value, some tens of them
constexpr std::uint32_t kMaxDepth = 20'000;
constexpr std::uint32_t kMaxHeapKib = 4096;

// Never UTF: a value may be any bytes, and a bad sequence must not become an error.
constexpr std::uint32_t kOptions = PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF;

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

using Code = std::unique_ptr<pcre2_code, Release<pcre2_code_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Release<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Release<pcre2_match_data_free>>;

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

MatchContext limited() {
  MatchContext context(pcre2_match_context_create(nullptr));
  if (!context) throw std::bad_alloc();
  pcre2_set_match_limit(context.get(), kMaxSteps);
  pcre2_set_depth_limit(context.get(), kMaxDepth);
  pcre2_set_heap_limit(context.get(), kMaxHeapKib);
  return context;
}

std::string words_of(int error) {
  std::array<PCRE2_UCHAR, 256> words{};
  pcre2_get_error_message(error, words.data(), words.size());
  return reinterpret_cast<const char*>(words.data());
}

} // namespace

// Read by many threads at once, and therefore never changed.
struct HeaderPattern::Compiled {
  Code code;
  MatchContext context;
};

HeaderPatternResult compile_header_pattern(std::string_view text) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  Code code(pcre2_compile(bytes_of(text), text.size(), kOptions, &error, &offset, nullptr));
  if (!code)
    return {nullptr, quoted(text) + " is no pattern: at offset " + std::to_string(offset) + ": " + words_of(error) +
                         ": expected a regular expression of PCRE2"};
  // Where there is no just-in-time compiler its interpreter does the same, slower.
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  auto compiled = std::make_unique<HeaderPattern::Compiled>();
  compiled->code = std::move(code);
  compiled->context = limited();
  return {std::make_shared<HeaderPattern>(std::string(text), std::move(compiled)), {}};
}

HeaderPattern::HeaderPattern(std::string text, std::unique_ptr<const Compiled> compiled)
    : text_(std::move(text)), compiled_(std::move(compiled)) {}

HeaderPattern::~HeaderPattern() = default;

PatternMatch HeaderPattern::match(std::string_view value) const {
  const MatchData data(pcre2_match_data_create(1, nullptr));
  if (!data) throw std::bad_alloc();
  const auto run = [&](std::uint32_t options) {
    return pcre2_match(compiled_->code.get(), bytes_of(value), value.size(), 0, options, data.get(),
                       compiled_->context.get());
  };
  int result = run(0);
  // The compiled code has a small stack of its own; the interpreter uses the heap, up to the limit.
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = run(PCRE2_NO_JIT);
  if (result >= 0) return PatternMatch::yes;
  return result == PCRE2_ERROR_NOMATCH ? PatternMatch::no : PatternMatch::gave_up;
}

} // namespace rtmpt_proxy::policy
