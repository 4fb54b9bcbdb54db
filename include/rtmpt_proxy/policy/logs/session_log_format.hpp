// SPDX-License-Identifier: Apache-2.0
// The format of the session log: mod_log_config's tokens where they mean something for a session, and %{name}r for the
// rest. docs/logs.md has them all.
#pragma once

#include <rtmpt_proxy/policy/logs/session_log_record.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

// The formats behind the nicknames "common" and "combined". Programs that read httpd's logs of these names can read
// these.
inline constexpr std::string_view kCommonSessionLog = R"(%h %l %u %t "%r" %>s %S)";
inline constexpr std::string_view kCombinedSessionLog =
    R"(%h %l %u %t "%r" %>s %S "%{backend}r" "%{flashver}r" %D %I %O %{requests}r %{way}r %{end}r %{session}r)";

// With its line end a line has at most PIPE_BUF bytes, so that one write into a pipe does not mix it with other lines.
inline constexpr std::size_t kMaxSessionLogLineBytes = 4095;
inline constexpr std::size_t kMaxSessionLogFormatBytes = 1024;

// The kinds of parts in a compiled format.
enum class SessionLogField : std::uint8_t {
  literal,
  nothing, // "-"
  client_address,
  user,
  server_name,
  begin_time,
  end_time,
  duration_us,
  duration_ms,
  duration_s,
  request_line,
  method,
  path,
  protocol,
  status,
  bytes_received,
  bytes_sent,
  bytes_sent_or_dash,
  bytes_both_ways,
  app,
  stream,
  kind,
  flash_version,
  inspection,
  way,
  leg,
  tls_protocol,
  tls_cipher,
  backend,
  requests,
  end,
  end_detail,
  session,
};

struct SessionLogItem {
  SessionLogField field = SessionLogField::literal;
  std::string text; // of a literal; of a time its pattern, or one of sec, msec, usec, msec_frac, usec_frac
  bool operator==(const SessionLogItem&) const = default;
};

// A compiled format; a value that may be copied and read by many threads. Default: an empty one.
class SessionLogFormat {
 public:
  // The line without its end: at most kMaxSessionLogLineBytes, then "..." where the first value stands that had no
  // room. Texts of the record are escaped (see protocol::escape_for_log) and at most 512 bytes each, so no record
  // breaks the two nicknames' bounds. `utc_offset` is that of the local clocks at the session's start.
  std::string render(const SessionLogRecord& record, std::chrono::seconds utc_offset) const;

  SessionLogFormat() = default;
  explicit SessionLogFormat(std::vector<SessionLogItem> items) : items_(std::move(items)) {}
  bool operator==(const SessionLogFormat&) const = default;

 private:
  std::vector<SessionLogItem> items_;
};

struct SessionLogFormatResult {
  SessionLogFormat format;         // empty when there are errors
  std::vector<std::string> errors; // one for each bad token, quoting it and saying what was expected
};

// Reads a nickname or a format. In a format "\t" is a tab, "\"" and "\\" are what they look like. Control characters
// and
// "\n" are errors: a session is one line.
SessionLogFormatResult parse_session_log_format(std::string_view text);

} // namespace rtmpt_proxy::policy
