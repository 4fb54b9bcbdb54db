#include "policy/logs/log_time.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>

namespace rtmpt_proxy::policy {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::size_t kShortName = 3;

std::string padded(std::int64_t value, std::size_t width, char fill = '0') {
  std::string digits = std::to_string(value);
  return digits.size() < width ? std::string(width - digits.size(), fill) + digits : digits;
}

// A moment by the calendar and the clock of its place.
struct LocalTime {
  std::chrono::sys_days day;
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<seconds> clock;
  seconds utc_offset;

  int year() const { return static_cast<int>(date.year()); }
  unsigned month() const { return static_cast<unsigned>(date.month()); }
  unsigned day_of_month() const { return static_cast<unsigned>(date.day()); }
  std::chrono::weekday weekday() const { return std::chrono::weekday(day); }
  std::int64_t day_of_year() const {
    return (day - std::chrono::sys_days(date.year() / std::chrono::January / 1)).count() + 1;
  }
};

LocalTime local_time(std::chrono::system_clock::time_point time, seconds utc_offset) {
  const auto local = floor<seconds>(time) + utc_offset;
  const auto day = floor<days>(local);
  return {day, std::chrono::year_month_day(day), std::chrono::hh_mm_ss<seconds>(local - day), utc_offset};
}

std::string offset_text(seconds utc_offset) {
  const std::int64_t all_minutes = std::abs(std::chrono::duration_cast<minutes>(utc_offset).count());
  return (utc_offset < seconds{0} ? "-" : "+") + padded(all_minutes / 60, 2) + padded(all_minutes % 60, 2);
}

std::string clock_part(char conversion, const LocalTime& time) {
  const std::int64_t hour = time.clock.hours().count();
  std::string hh = padded(hour, 2);
  std::string mm = padded(time.clock.minutes().count(), 2);
  std::string ss = padded(time.clock.seconds().count(), 2);
  switch (conversion) {
  case 'H': return hh;
  case 'I': return padded(hour % 12 == 0 ? 12 : hour % 12, 2);
  case 'M': return mm;
  case 'p': return hour < 12 ? "AM" : "PM";
  case 'R': return hh + ":" + mm;
  case 'S': return ss;
  case 'T': return hh + ":" + mm + ":" + ss;
  case 'z':
  case 'Z': return offset_text(time.utc_offset);
  case '%': return "%";
  default: return {};
  }
}

std::string date_part(char conversion, const LocalTime& time) {
  const std::string_view month = kMonths[time.month() - 1];
  const std::string_view weekday = kDays[time.weekday().c_encoding()];
  std::string year = padded(time.year(), 4);
  std::string mm = padded(time.month(), 2);
  std::string dd = padded(time.day_of_month(), 2);
  switch (conversion) {
  case 'a': return std::string(weekday.substr(0, kShortName));
  case 'A': return std::string(weekday);
  case 'b': return std::string(month.substr(0, kShortName));
  case 'B': return std::string(month);
  case 'd': return dd;
  case 'D': return mm + "/" + dd + "/" + year.substr(year.size() - 2);
  case 'e': return padded(time.day_of_month(), 2, ' ');
  case 'F': return year + "-" + mm + "-" + dd;
  case 'j': return padded(time.day_of_year(), 3);
  case 'm': return mm;
  case 'u': return std::to_string(time.weekday().iso_encoding());
  case 'y': return year.substr(year.size() - 2);
  case 'Y': return year;
  default: return clock_part(conversion, time);
  }
}

} // namespace

std::string_view bad_log_time_conversion(std::string_view pattern) {
  for (std::size_t at = pattern.find('%'); at != std::string_view::npos; at = pattern.find('%', at + 2)) {
    const std::string_view conversion = pattern.substr(at, 2);
    if (conversion.size() < 2 || kLogTimeConversions.find(conversion[1]) == std::string_view::npos) return conversion;
  }
  return {};
}

std::string format_log_time(std::string_view pattern, std::chrono::system_clock::time_point time, seconds utc_offset) {
  const LocalTime local = local_time(time, utc_offset);
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%')
      text += pattern[i];
    else if (++i < pattern.size())
      text += date_part(pattern[i], local);
  }
  return text;
}

} // namespace rtmpt_proxy::policy
