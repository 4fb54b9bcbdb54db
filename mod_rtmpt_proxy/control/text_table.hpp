// SPDX-License-Identifier: Apache-2.0
// A table of text, for people and for awk.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::control {

// Rows under a head line. Every cell is one word: characters that would split it, end its line or control a terminal
// are escaped (escaped_text.hpp, and \x20 for a blank), and an empty cell is "-".
class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string head;
    Align align = Align::left;
  };

  explicit TextTable(std::vector<Column> columns);

  // Adds a row. `cells` has one cell for each column; each is cut to kMaxCellBytes.
  void add(const std::vector<std::string>& cells);

  // The table, with two blanks between columns and none at the ends of lines.
  std::string text() const;

  static constexpr std::size_t kMaxCellBytes = 256;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_; // the head first; all escaped
};

// The text as one cell.
std::string one_word(std::string_view text);

} // namespace rtmpt_proxy::control
