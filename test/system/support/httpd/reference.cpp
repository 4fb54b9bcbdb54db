// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/reference.hpp"

#include "support/os/text_file.hpp"

#include <algorithm>
#include <regex>
#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

std::vector<std::smatch> all_matches(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

} // namespace

std::vector<ReferenceEntry> read_reference(const std::filesystem::path& file) {
  const std::regex heading("### (RTMPT\\w+|RPAF\\w+)");
  const std::regex row("\\| (\\w+) \\| (.*) \\|");
  std::vector<ReferenceEntry> entries;
  bool within = false;  // within the section of a directive
  bool example = false; // within a block of configuration
  for (const auto& line : lines_of(read_file(file))) {
    std::smatch found;
    if (line.starts_with("```")) {
      example = within && line == "```apache";
      if (example) entries.back().examples.emplace_back();
    } else if (example) {
      entries.back().examples.back() += line + "\n";
    } else if (line.starts_with("#")) {
      within = std::regex_match(line, found, heading);
      if (within) entries.push_back({found[1], {}, {}});
    } else if (within && std::regex_match(line, found, row)) {
      entries.back().facts[found[1]] = found[2];
    }
  }
  if (entries.empty()) throw std::runtime_error("no section of a directive in " + file.string());
  return entries;
}

std::vector<std::string> names_of(const ReferenceEntry& entry) {
  std::vector<std::string> names;
  const std::regex alternative("`(\\w+) ");
  for (const auto& found : all_matches(entry.facts.at("Syntax"), alternative))
    if (std::find(names.begin(), names.end(), found[1]) == names.end()) names.push_back(found[1]);
  return names;
}

std::string sample_line(const ReferenceEntry& entry) {
  std::smatch found;
  if (std::regex_match(entry.facts.at("Default"), found, std::regex("`(" + entry.name + " .*)`"))) return found[1];
  for (const auto& example : entry.examples)
    for (const auto& line : lines_of(example)) {
      const auto text = line.substr(std::min(line.find_first_not_of(' '), line.size()));
      if (text.starts_with(entry.name + " ")) return text;
    }
  throw std::runtime_error(entry.name + " has neither a default nor an example");
}

std::vector<DocumentedRange> ranges_of(const ReferenceEntry& entry) {
  std::vector<DocumentedRange> ranges;
  const std::regex range("(?:^|`(\\w+)` )(\\d+)( ?[a-zA-Z]+)? to (\\d+)( ?[a-zA-Z]+)?(?=$|[;,])");
  const auto joined = [](const std::string& number, std::string unit) {
    std::erase(unit, ' ');
    return number + unit;
  };
  const std::string values = entry.facts.at("Values");
  for (const auto& found : all_matches(values, range))
    ranges.push_back({found[1], joined(found[2], found[3]), joined(found[4], found[5])});
  return ranges;
}

std::string beyond(const std::string& bound, int step) {
  std::size_t digits = 0;
  const int number = std::stoi(bound, &digits);
  return std::to_string(number + step) + bound.substr(digits);
}

} // namespace rtmpt_proxy::test
