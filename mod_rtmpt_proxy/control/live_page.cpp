// SPDX-License-Identifier: Apache-2.0
#include "control/live_page.hpp"

#include "control/state_fields.hpp"
#include "control/text_table.hpp"

#include <rtmpt_proxy/policy/logs/stream_figures.hpp>
#include <rtmpt_proxy/protocol/text/utf8.hpp>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace rtmpt_proxy::control {

namespace json = boost::json;

namespace {

constexpr auto kToTheRight = TextTable::Align::right;
constexpr const char* kKeys = "q: end    sort by r: rate  a: age  c: client  h: host  s: stream";

using Sessions = std::vector<const json::object*>;

std::uint64_t rate_of(const json::object& session) {
  return number_of(session, "receiving_bits_per_second") + number_of(session, "sending_bits_per_second");
}

// "1.43Mbit/s": one word.
std::string rate_word(std::uint64_t bits_per_second) {
  std::string text = policy::bit_rate_text(bits_per_second);
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

// "12s", "3m05s", "1h02m", "2d03h".
std::string age_word(std::uint64_t seconds) {
  struct Unit {
    std::uint64_t seconds;
    char name;
  };
  constexpr Unit kUnits[] = {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}};
  for (std::size_t i = 0; i + 1 < std::size(kUnits); ++i) {
    if (seconds < kUnits[i].seconds) continue;
    const std::uint64_t rest = seconds % kUnits[i].seconds / kUnits[i + 1].seconds;
    return std::to_string(seconds / kUnits[i].seconds) + kUnits[i].name + (rest < 10 ? "0" : "") +
           std::to_string(rest) + kUnits[i + 1].name;
  }
  return std::to_string(seconds) + 's';
}

bool comes_first(const json::object& a, const json::object& b, Sort sort) {
  switch (sort) {
  case Sort::rate: return rate_of(a) > rate_of(b);
  case Sort::age: return number_of(a, "age_seconds") > number_of(b, "age_seconds");
  case Sort::client: return field(a, "client") < field(b, "client");
  case Sort::host: return field(a, "virtual_host") < field(b, "virtual_host");
  case Sort::stream: return stream_of(a) < stream_of(b);
  }
  return false;
}

Sessions sorted_sessions(const json::object& document, Sort sort) {
  Sessions sessions;
  for (const json::value& value : list(document, "sessions"))
    if (const json::object* const one = value.if_object()) sessions.push_back(one);
  // Sessions that are alike keep their places from page to page.
  std::sort(sessions.begin(), sessions.end(), [sort](const json::object* a, const json::object* b) {
    if (comes_first(*a, *b, sort)) return true;
    return !comes_first(*b, *a, sort) && field(*a, "id") < field(*b, "id");
  });
  return sessions;
}

std::string table_of(const Sessions& sessions) {
  // STREAM is last: a client chooses its text, and a long one must not push other columns out of sight.
  TextTable table(
      {{"SESSION"}, {"KIND"}, {"RATE", kToTheRight}, {"AGE", kToTheRight}, {"WAY"}, {"CLIENT"}, {"HOST"}, {"STREAM"}});
  for (const json::object* const one : sessions)
    table.add({field(*one, "id"), field(*one, "kind"), rate_word(rate_of(*one)),
               age_word(number_of(*one, "age_seconds")), way_of(*one), field(*one, "client"),
               field(*one, "virtual_host"), stream_of(*one)});
  return table.text();
}

std::string head_of(const json::object& document) {
  const json::object& gateway = section(document, "gateway");
  const json::object& totals = section(document, "totals");
  const auto of = [](const json::object& object, const char* name) { return one_word(field(object, name)); };
  std::ostringstream text;
  text << "rtmpt-gateway " << of(gateway, "version") << ", up " << age_word(number_of(gateway, "uptime_seconds"))
       << ", " << of(gateway, "event_loops") << " loops, " << of(gateway, "descriptors_used") << " of "
       << of(gateway, "descriptors_limit") << " descriptors\n"
       << of(totals, "sessions") << " sessions: " << of(totals, "publishing") << " publish, " << of(totals, "playing")
       << " play, " << of(totals, "other") << " other; in "
       << policy::bit_rate_text(number_of(totals, "receiving_bits_per_second")) << ", out "
       << policy::bit_rate_text(number_of(totals, "sending_bits_per_second")) << "; opened "
       << of(totals, "sessions_opened") << ", refused " << of(totals, "sessions_refused") << '\n';
  return text.str();
}

// Cuts between characters, each of which takes a column.
std::string cut_to(std::string_view line, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t column = 0; column < columns && bytes < line.size(); ++column)
    bytes += std::max<std::size_t>(protocol::first_utf8_character(line.substr(bytes)).bytes, 1);
  return std::string(line.substr(0, bytes));
}

void add_lines(std::vector<std::string>& lines, const std::string& text) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
}

} // namespace

const std::vector<std::string>& sort_names() {
  static const std::vector<std::string> kNames{"rate", "age", "client", "host", "stream"};
  return kNames;
}

Sort find_sort(std::string_view name) {
  const auto& names = sort_names();
  const auto found = std::find_if(names.begin(), names.end(), [name](const std::string& one) {
    return !name.empty() && (one == name || (name.size() == 1 && one.front() == name.front()));
  });
  return found == names.end() ? Sort::rate : static_cast<Sort>(found - names.begin());
}

std::vector<std::string> live_page(const json::object& document, Sort sort, const PageSize& size,
                                   const std::string& problem) {
  std::vector<std::string> lines;
  add_lines(lines, head_of(document));
  lines.push_back(problem);
  // Head, problem, the table's own head, and the keys have their places.
  const std::size_t room = size.rows > lines.size() + 2 ? size.rows - lines.size() - 2 : 0;
  Sessions sessions = sorted_sessions(document, sort);
  const std::size_t hidden = sessions.size() > room ? sessions.size() - room : 0;
  sessions.resize(sessions.size() - hidden);
  add_lines(lines, table_of(sessions));
  if (size.rows > 0) lines.resize(std::min(lines.size(), size.rows - 1));
  lines.push_back(hidden > 0 ? kKeys + ("    " + std::to_string(hidden)) + " more sessions" : kKeys);
  lines.resize(std::min(lines.size(), size.rows));
  for (std::string& line : lines)
    line = cut_to(line, size.columns);
  return lines;
}

std::string plain_page(const json::object& document, Sort sort) {
  return head_of(document) + '\n' + table_of(sorted_sessions(document, sort));
}

} // namespace rtmpt_proxy::control
