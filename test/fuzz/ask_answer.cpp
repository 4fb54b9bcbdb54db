// SPDX-License-Identifier: Apache-2.0
// httpd's answer to an ask is read the same however its bytes are cut, and only the module's own words let anybody in.
#include "require.hpp"

#include <rtmpt_proxy/protocol/messages/ask_answer.hpp>
#include <rtmpt_proxy/protocol/messages/ask_preamble.hpp>
#include <rtmpt_proxy/protocol/text/percent_text.hpp>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

struct Read {
  bool is_known = false;
  AskAnswer answer;
  bool operator==(const Read&) const = default;
};

Read read(std::string_view bytes, std::size_t piece_bytes) {
  AskAnswerReader reader;
  Read result;
  for (std::size_t at = 0; at < bytes.size() && !result.is_known; at += piece_bytes)
    result.is_known = reader.feed(bytes.substr(at, piece_bytes));
  result.answer = reader.answer();
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read(bytes, bytes.size());
  require(whole == read(bytes, 1), "bytes one by one change nothing");
  require(whole == read(bytes, data[size - 1] + 1u), "a cut changes nothing");
  const int status = whole.answer.status;
  require(status == 0 || (status >= 100 && status <= 599), "a status is one of HTTP's");
  require(whole.is_known == (status != 0), "what is known has a status");
  require(whole.answer.user.size() <= kMaxAskUserBytes, "a name has its limit");
  if (status == kAskAllowedStatus) require(bytes.find(kAskAllowed) != std::string_view::npos, "nothing else means yes");
  if (const auto decoded = percent_decoded(bytes))
    require(percent_decoded(percent_encoded(*decoded)) == decoded, "alike");
  return 0;
}
