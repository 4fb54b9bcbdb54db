// SPDX-License-Identifier: Apache-2.0
// The first line of an input is a format, the rest is every text of a record. A format either has errors or makes a
// line within its bound, without control characters but tabs of its own.
#include "require.hpp"

#include <rtmpt_proxy/policy/logs/session_log_format.hpp>
#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <algorithm>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::test::require;

namespace {

bool has_control(std::string_view line) {
  for (const char c : line)
    if ((c >= 0 && c < ' ' && c != '\t') || c == '\x7f') return true;
  return false;
}

SessionLogRecord record_of(std::string_view text) {
  SessionLogRecord record;
  for (std::string* value : {&record.server_name, &record.client_address, &record.user, &record.backend_url,
                             &record.stream.app, &record.stream.stream_name, &record.stream.flash_version,
                             &record.end_detail, &record.tls.protocol, &record.tls.cipher})
    *value = text;
  record.session_name = rtmpt_proxy::protocol::SessionName(std::string(text));
  record.stream.kind = static_cast<rtmpt_proxy::protocol::StreamKind>(text.size() % 3);
  record.client_leg = static_cast<ClientLeg>(text.size() % 4);
  record.end = static_cast<SessionEndReason>(text.size() % 10);
  record.duration = std::chrono::microseconds(text.size() * 1'234'567);
  record.start += std::chrono::seconds(text.size() * 12'345);
  return record;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), size);
  const SessionLogFormatResult result = parse_session_log_format(input.substr(0, end));
  const SessionLogRecord record = record_of(input.substr(std::min(end + 1, size)));
  const std::string line = result.format.render(record, std::chrono::seconds(3600));
  require(result.errors.empty() || result.format == SessionLogFormat(), "a bad format is empty");
  for (const std::string& error : result.errors)
    require(error.find(": expected ") != std::string::npos && !has_control(error), "an error is a line of its own");
  require(line.size() <= kMaxSessionLogLineBytes, "a line keeps its limit");
  require(!has_control(line), "a line is one");
  const std::string quoted = parse_session_log_format("\"%{stream}r\"").format.render(record, {});
  bool is_escaped = false;
  for (const char c : std::string_view(quoted).substr(1, quoted.size() - 2)) {
    require(is_escaped || c != '"', "a value does not end its quotation marks");
    is_escaped = !is_escaped && c == '\\';
  }
  require(!is_escaped, "an escape is whole");
  const std::string shown = rtmpt_proxy::protocol::to_valid_utf8(line, 2 * kMaxSessionLogLineBytes);
  require(rtmpt_proxy::protocol::to_valid_utf8(shown, 4 * kMaxSessionLogLineBytes) == shown, "valid text stays");
  return 0;
}
