// Columns of text, for people and for awk.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::control {

// Rows under a head line. Every cell is one word: what could break it up, end its line or steer a terminal comes out
// escaped (escaped_text.hpp, and \x20 for a blank), and "-" stands for an empty one.
class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string head;
    Align align = Align::left;
  };

  explicit TextTable(std::vector<Column> columns);

  // As many cells as there are columns; each is cut to kMaxCellBytes.
  void add(const std::vector<std::string>& cells);

  // Two blanks between columns, none at a line's end.
  std::string text() const;

  static constexpr std::size_t kMaxCellBytes = 256;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_; // the head first; all escaped
};

// One such cell.
std::string one_word(std::string_view text);

} // namespace rtmpt_proxy::control
