// SPDX-License-Identifier: Apache-2.0
#include "control/text_table.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::control {

namespace {

constexpr std::string_view kGap = "  ";

// In characters: escaped text is well-formed UTF-8, whose later bytes begin with the bits 10.
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(
      std::count_if(cell.begin(), cell.end(), [](char byte) { return (static_cast<unsigned char>(byte) >> 6) != 2; }));
}

} // namespace

std::string one_word(std::string_view text) {
  if (text.empty()) return "-";
  std::string word;
  for (const char byte : protocol::escape_for_log(text, TextTable::kMaxCellBytes))
    if (byte == ' ')
      word += "\\x20";
    else
      word += byte;
  return word;
}

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {
  std::vector<std::string> head;
  head.reserve(columns_.size());
  for (const Column& column : columns_)
    head.push_back(column.head);
  rows_.push_back(std::move(head));
}

void TextTable::add(const std::vector<std::string>& cells) {
  std::vector<std::string> row;
  row.reserve(std::max(cells.size(), columns_.size()));
  for (const std::string& cell : cells)
    row.push_back(one_word(cell));
  row.resize(columns_.size(), "-");
  rows_.push_back(std::move(row));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string fill(widths[i] - width_of(row[i]), ' ');
      if (i > 0) text += kGap;
      if (columns_[i].align == Align::right) text += fill;
      text += row[i];
      if (columns_[i].align == Align::left && i + 1 < row.size()) text += fill;
    }
    text += '\n';
  }
  return text;
}

} // namespace rtmpt_proxy::control
