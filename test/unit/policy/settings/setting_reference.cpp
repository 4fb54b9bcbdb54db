// SPDX-License-Identifier: Apache-2.0
// docs/directives.md and the table of settings say the same.
#include <rtmpt_proxy/policy/restore/restore_settings.hpp>
#include <rtmpt_proxy/policy/settings/setting_table.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace rtmpt_proxy::policy;
using std::chrono::milliseconds;

namespace {

// What docs/directives.md says of one directive: the rows of its table, "Default" and "Context" among them.
using Entry = std::map<std::string, std::string>;

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// "| Default | `RTMPTGather 20ms` |"
void add_fact(Entry& entry, const std::string& line) {
  const std::size_t middle = line.find('|', 1);
  const std::size_t end = line.rfind('|');
  if (middle == std::string::npos || end <= middle) return;
  entry[trimmed(line.substr(1, middle - 1))] = trimmed(line.substr(middle + 1, end - middle - 1));
}

// The sections "### RTMPTName" and "### RPAFname" by their names.
std::map<std::string, Entry> read_reference() {
  std::ifstream file(RTMPT_REFERENCE);
  if (!file) throw std::runtime_error("cannot read " RTMPT_REFERENCE);
  std::map<std::string, Entry> entries;
  Entry* entry = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) entry = line.starts_with("### R") ? &entries[line.substr(4)] : nullptr;
    if (entry && line.starts_with('|')) add_fact(*entry, line);
  }
  return entries;
}

std::string time_text(milliseconds time, const char* blank) {
  using namespace std::chrono;
  const auto with = [blank](auto count, const char* unit) { return std::to_string(count) + blank + unit; };
  if (time.count() == 0) return "0";
  if (time % hours(1) == milliseconds(0)) return with(time / hours(1), "h");
  if (time % seconds(1) == milliseconds(0)) return with(time / seconds(1), "s");
  return with(time.count(), "ms");
}

std::string size_text(std::uint32_t bytes) {
  if (bytes % (1u << 30) == 0) return std::to_string(bytes >> 30) + "G";
  if (bytes % (1u << 20) == 0) return std::to_string(bytes >> 20) + "M";
  if (bytes % (1u << 10) == 0) return std::to_string(bytes >> 10) + "K";
  return std::to_string(bytes);
}

// A value as the document writes it: in a directive without a blank, in a sentence with one.
std::string text_of(const OnOffSetting&, bool value, const char*) {
  return value ? "On" : "Off";
}
std::string text_of(const TimeSetting&, milliseconds value, const char* blank) {
  return time_text(value, blank);
}
std::string text_of(const NumberSetting& row, std::uint32_t value, const char*) {
  return row.unit == SettingUnit::size ? size_text(value) : std::to_string(value);
}

bool begins_with_word(const std::string& text, const std::string& word) {
  return text.starts_with(word) &&
         (text.size() == word.size() || std::string_view(" .,;").find(text[word.size()]) != std::string_view::npos);
}

} // namespace

TEST_CASE("The reference has the default and the range of every simple setting", "[settings]") {
  std::map<std::string, Entry> reference = read_reference();
  for_each_row(kSimpleSettings, [&](const auto& row) {
    INFO(row.directive);
    REQUIRE(reference.count(row.directive) == 1);
    const Entry& entry = reference.at(row.directive);
    CHECK(entry.at("Context") == "server config, virtual host");
    CHECK(entry.at("Default") == "`" + std::string(row.directive) + " " + text_of(row, row.usual, "") + "`");
    const std::string range = row.unit == SettingUnit::on_off
                                  ? "`On` or `Off`"
                                  : text_of(row, row.least, " ") + " to " + text_of(row, row.most, " ");
    INFO("expected at the start of its values: " << range);
    INFO("found: " << entry.at("Values"));
    CHECK(begins_with_word(entry.at("Values"), range));
  });
}

TEST_CASE("The reference and the table have the same settings of virtual hosts", "[settings]") {
  std::set<std::string> described;
  const std::set<std::string> contexts{"server config, virtual host", "server config, virtual host, location"};
  for (const auto& [directive, entry] : read_reference())
    if (directive.starts_with("RTMPT") && contexts.count(entry.at("Context")) == 1) described.insert(directive);
  std::set<std::string> known;
  for_each_row(kSimpleSettings, [&](const auto& row) { known.insert(row.directive); });
  for_each_row(kOtherSettings, [&](const auto& row) { known.insert(row.directive); });
  CHECK(described == known);
}

TEST_CASE("The reference has the defaults of the directives about proxies", "[settings]") {
  const std::map<std::string, Entry> reference = read_reference();
  const RestoreRules usual;
  const std::map<std::string, bool> switches{{"RPAFenable", usual.enabled},
                                             {"RPAFsethostname", usual.set_host},
                                             {"RPAF_SetHTTPS", usual.set_https},
                                             {"RPAF_SetPort", usual.set_port},
                                             {"RPAF_ForbidIfNotProxy", usual.proxies_only},
                                             {"RPAF_CleanHeaders", usual.clean_headers},
                                             {"RPAFproxyProtocol", usual.proxy_protocol}};
  for (const auto& [directive, on] : switches) {
    CAPTURE(directive);
    CHECK(reference.at(directive).at("Default") == "`" + directive + (on ? " On`" : " Off`"));
  }
  CHECK(reference.at("RPAFheader").at("Default") == "`RPAFheader " + usual.header + "`");
  CHECK(reference.at("RPAFproxy_ips").at("Default").starts_with("none") == usual.proxies.empty());
}
