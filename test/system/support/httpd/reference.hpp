// SPDX-License-Identifier: Apache-2.0
// The reference of directives, docs/directives.md, as the tests read it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// The section of one directive.
struct ReferenceEntry {
  std::string name;                         // its heading
  std::map<std::string, std::string> facts; // the rows of its table: "Syntax", "Values", "Default", "Context", ...
  std::vector<std::string> examples;        // its blocks of configuration
};

// One argument with the least and the most that it takes, as one writes them: "1s" and "720h".
struct DocumentedRange {
  std::string argument; // its name in the syntax; empty: the only one
  std::string least;
  std::string most;
};

// All sections of directives, in their order. Throws std::runtime_error when there is none.
std::vector<ReferenceEntry> read_reference(const std::filesystem::path& file);

// The names in which the directive can be written: those that begin the alternatives of its syntax.
std::vector<std::string> names_of(const ReferenceEntry& entry);

// A line that the directive stands in: its default, or else the first line of an example that begins with its name.
// Throws std::runtime_error when there is neither.
std::string sample_line(const ReferenceEntry& entry);

// The ranges that its row "Values" names; empty when it names none.
std::vector<DocumentedRange> ranges_of(const ReferenceEntry& entry);

// The nearest value beyond `bound` in its own unit: "31s" or "29s" of "30s". Of 0 the lower one is "-1".
std::string beyond(const std::string& bound, int step);

} // namespace rtmpt_proxy::test
