// SPDX-License-Identifier: Apache-2.0
#include "policy/text/url_text.hpp"

#include <rtmpt_proxy/policy/logs/session_log_setting.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::policy {

namespace {

using protocol::SessionLogKind;

constexpr std::string_view kSyslog = "syslog";

struct Facility {
  std::string_view name;
  std::uint8_t code; // RFC 5424, table 1
};

// The facilities that programs may use; kern is for the kernel.
constexpr std::array<Facility, 19> kFacilities{{
    {"user", 1},    {"mail", 2},    {"daemon", 3},    {"auth", 4},    {"syslog", 5},  {"lpr", 6},     {"news", 7},
    {"uucp", 8},    {"cron", 9},    {"authpriv", 10}, {"ftp", 11},    {"local0", 16}, {"local1", 17}, {"local2", 18},
    {"local3", 19}, {"local4", 20}, {"local5", 21},   {"local6", 22}, {"local7", 23},
}};

std::string_view facility_name(std::uint8_t code) {
  const auto* const found =
      std::find_if(kFacilities.begin(), kFacilities.end(), [code](const Facility& one) { return one.code == code; });
  return found == kFacilities.end() ? "unknown" : found->name;
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSyslogTagBytes && std::all_of(text.begin(), text.end(), is_name_character);
}

SessionLogSettingResult bad(std::string_view text, const std::string& expected) {
  return {{}, quoted(text) + " is no session log: expected " + expected};
}

// What follows "syslog".
SessionLogSettingResult parse_syslog(std::string_view text) {
  const std::string_view words = text.substr(std::min(text.size(), kSyslog.size() + 1));
  const std::size_t colon = words.find(':');
  const std::string name = lowered(words.substr(0, colon));
  const auto* const facility =
      std::find_if(kFacilities.begin(), kFacilities.end(), [&](const Facility& one) { return one.name == name; });
  if (facility == kFacilities.end())
    return bad(text, "syslog:facility[:tag] with the facility user, mail, daemon, auth, syslog, lpr, news, uucp, cron,"
                     " authpriv, ftp or local0 to local7");
  const std::string_view tag = colon == std::string_view::npos ? kDefaultSyslogTag : words.substr(colon + 1);
  if (!is_tag(tag))
    return bad(text, "as the tag 1 to " + std::to_string(kMaxSyslogTagBytes) +
                         " letters, digits, hyphens, underscores and dots");
  SessionLogSettingResult result;
  result.setting.on = true;
  result.setting.kind = SessionLogKind::syslog;
  result.setting.facility = facility->code;
  result.setting.tag = tag;
  return result;
}

// FNV-1a. It tells texts apart; it need not resist attacks.
std::string checksum(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::uint32_t sum = 2166136261u;
  for (const char c : text)
    sum = (sum ^ static_cast<std::uint8_t>(c)) * 16777619u;
  std::string digits;
  for (int shift = 28; shift >= 0; shift -= 4)
    digits += kDigits[(sum >> shift) & 0xf];
  return digits;
}

std::string program_name(std::string_view command) {
  const std::size_t begin = std::min(command.find_first_not_of("|$ \t"), command.size());
  const std::string_view word = command.substr(begin, command.find_first_of(" \t", begin) - begin);
  // A shell's command can begin with the setting of a variable, which may be secret.
  return "|" + std::string(word.find('=') == std::string_view::npos ? word : "") + " #" + checksum(command);
}

} // namespace

SessionLogSettingResult parse_session_log_destination(std::string_view text) {
  SessionLogSettingResult result;
  if (lowered(text) == "off") return result;
  const std::string_view scheme = text.substr(0, kSyslog.size());
  if (lowered(scheme) == kSyslog && (text.size() == scheme.size() || text[scheme.size()] == ':'))
    return parse_syslog(text);
  for (const std::string_view word : {"on", "no", "none"}) // would be the name of a file, and is not meant so
    if (lowered(text) == word) return bad(text, "a file, \"|program\", syslog:facility[:tag] or off");
  result.setting.on = true;
  const bool is_program = text.starts_with('|');
  const std::string_view words = text.substr(is_program ? 1 : 0);
  if (words.find_first_not_of(is_program ? "|$ \t" : " \t") == std::string_view::npos)
    return bad(text, "a file, \"|program\", syslog:facility[:tag] or off");
  result.setting.kind = is_program ? SessionLogKind::pipe : SessionLogKind::file;
  result.setting.destination = words;
  return result;
}

std::string session_log_name(const SessionLogSetting& setting, bool is_other_format) {
  std::string name;
  switch (setting.kind) {
  case SessionLogKind::file: name = setting.destination; break;
  case SessionLogKind::pipe: name = program_name(setting.destination); break;
  case SessionLogKind::syslog:
    name = std::string(kSyslog) + ":" + std::string(facility_name(setting.facility)) + ":" + setting.tag;
    break;
  }
  if (is_other_format) name += " (format #" + checksum(setting.format) + ")";
  return name;
}

} // namespace rtmpt_proxy::policy
