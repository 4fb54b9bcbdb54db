// SPDX-License-Identifier: Apache-2.0
#include "policy/logs/log_time.hpp"
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/logs/session_log_format.hpp>
#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <algorithm>
#include <cstdint>

namespace rtmpt_proxy::policy {

namespace {

using Field = SessionLogField;
using std::chrono::duration_cast;
using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

constexpr std::size_t kMaxTextBytes = 512;

std::string shown(std::string_view text) {
  return text.empty() ? "-" : protocol::escape_for_log(text, kMaxTextBytes);
}

// Adds the mark "..." to a text that the inspector has cut.
std::string marked(const std::string& text, bool is_cut) {
  return is_cut ? text + std::string(protocol::kCutMark) : text;
}

bool stands_in_a_path(char c) {
  constexpr std::string_view kAlso = "-._~!$&'()*+,;=:@/"; // RFC 3986: unreserved, sub-delims, and those of a path
  return is_letter(c) || is_digit(c) || kAlso.find(c) != std::string_view::npos;
}

// `text` within a URL: no blank can come between the request line's three words.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text.substr(0, kMaxTextBytes)) {
    const auto value = static_cast<std::uint8_t>(c);
    if (stands_in_a_path(c))
      encoded += c;
    else
      encoded.append({'%', kDigits[value >> 4], kDigits[value & 0xf]});
  }
  return encoded;
}

std::string path_of(const protocol::StreamFacts& stream) {
  std::string path = "/" + percent_encoded(marked(stream.app, stream.is_app_cut));
  if (stream.kind != protocol::StreamKind::none)
    path += "/" + percent_encoded(marked(stream.stream_name, stream.is_stream_name_cut));
  return path;
}

std::string_view method_of(const protocol::StreamFacts& stream) {
  switch (stream.kind) {
  case protocol::StreamKind::publish: return "PUBLISH";
  case protocol::StreamKind::play: return "PLAY";
  case protocol::StreamKind::none: break;
  }
  return "OPEN"; // the client has asked for an open at least
}

std::string protocol_of(ClientLeg leg) {
  std::string name(to_string(leg));
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return name;
}

std::string request_line(const SessionLogRecord& record) {
  return std::string(method_of(record.stream)) + " " + std::string(to_string(record.client_leg)) + "://" +
         percent_encoded(record.server_name) + path_of(record.stream) + " " + protocol_of(record.client_leg);
}

// Scheme, host and port, without user information and path. A password can contain a '/', so everything before the last
// '@' is left out.
std::string backend_of(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t authority = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  const std::size_t at = url.rfind('@');
  const bool has_user = at != std::string_view::npos && at >= authority;
  const std::string_view host = url.substr(has_user ? at + 1 : authority);
  return shown(std::string(url.substr(0, authority)).append(host.substr(0, host.find_first_of("/?#"))));
}

std::string time_text(const std::string& pattern, system_clock::time_point time, seconds utc_offset) {
  const auto since_epoch = floor<microseconds>(time).time_since_epoch();
  const auto fraction = since_epoch - floor<seconds>(since_epoch);
  const auto digits = [](auto count, std::size_t width) {
    const std::string text = std::to_string(count);
    return std::string(width - std::min(width, text.size()), '0') + text;
  };
  if (pattern == "sec") return std::to_string(floor<seconds>(since_epoch).count());
  if (pattern == "msec") return std::to_string(floor<milliseconds>(since_epoch).count());
  if (pattern == "usec") return std::to_string(since_epoch.count());
  if (pattern == "msec_frac") return digits(duration_cast<milliseconds>(fraction).count(), 3);
  if (pattern == "usec_frac") return digits(fraction.count(), 6);
  return format_log_time(pattern, time, utc_offset);
}

std::string stream_value(Field field, const protocol::StreamFacts& stream) {
  switch (field) {
  case Field::method: return std::string(method_of(stream));
  case Field::path: return path_of(stream);
  case Field::app: return shown(marked(stream.app, stream.is_app_cut));
  case Field::stream: return shown(marked(stream.stream_name, stream.is_stream_name_cut));
  case Field::kind:
    return stream.kind == protocol::StreamKind::none ? "-" : std::string(protocol::to_string(stream.kind));
  case Field::flash_version: return shown(marked(stream.flash_version, stream.is_flash_version_cut));
  case Field::inspection: return std::string(protocol::to_string(stream.state));
  default: return "-";
  }
}

std::string number_value(Field field, const SessionLogRecord& record) {
  switch (field) {
  case Field::duration_us: return std::to_string(record.duration.count());
  case Field::duration_ms: return std::to_string(duration_cast<milliseconds>(record.duration).count());
  case Field::duration_s: return std::to_string(duration_cast<seconds>(record.duration).count());
  case Field::status: return std::to_string(http_status(record.end));
  case Field::bytes_received: return std::to_string(record.bytes_received);
  case Field::bytes_sent: return std::to_string(record.bytes_sent);
  case Field::bytes_sent_or_dash: return record.bytes_sent == 0 ? "-" : std::to_string(record.bytes_sent);
  case Field::bytes_both_ways: return std::to_string(record.bytes_received + record.bytes_sent);
  case Field::requests: return std::to_string(record.requests);
  default: return stream_value(field, record.stream);
  }
}

std::string value_of(const SessionLogItem& item, const SessionLogRecord& record, seconds utc_offset) {
  switch (item.field) {
  case Field::literal: return item.text;
  case Field::client_address: return shown(record.client_address);
  case Field::user: return shown(record.user);
  case Field::server_name: return shown(record.server_name);
  case Field::begin_time: return time_text(item.text, record.start, utc_offset);
  case Field::end_time:
    return time_text(item.text, record.start + duration_cast<system_clock::duration>(record.duration), utc_offset);
  case Field::request_line: return request_line(record);
  case Field::protocol: return protocol_of(record.client_leg);
  case Field::way: return shown(to_string(record.ways));
  case Field::leg: return std::string(to_string(record.client_leg));
  case Field::tls_protocol: return shown(record.tls.protocol);
  case Field::tls_cipher: return shown(record.tls.cipher);
  case Field::backend: return backend_of(record.backend_url);
  case Field::end: return std::string(to_string(record.end));
  case Field::end_detail: return shown(record.end_detail);
  case Field::session: return shown(record.session_name.text());
  default: return number_value(item.field, record);
  }
}

} // namespace

std::string SessionLogFormat::render(const SessionLogRecord& record, seconds utc_offset) const {
  std::string line;
  for (const SessionLogItem& item : items_) {
    const std::string value = value_of(item, record, utc_offset);
    if (line.size() + value.size() + protocol::kCutMark.size() > kMaxSessionLogLineBytes)
      return line.append(protocol::kCutMark);
    line += value;
  }
  return line;
}

} // namespace rtmpt_proxy::policy
