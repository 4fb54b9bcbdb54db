// SPDX-License-Identifier: Apache-2.0
#include "support/httpd/rtmptctl.hpp"

#include "support/os/built.hpp"
#include "support/os/text_file.hpp"

#include <sstream>
#include <stdexcept>

namespace rtmpt_proxy::test {

namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line);
  std::vector<std::string> words;
  for (std::string word; text >> word;)
    words.push_back(word);
  return words;
}

} // namespace

CommandResult Rtmptctl::run(const std::vector<std::string>& words, const std::vector<std::string>& as) const {
  std::vector<std::string> all = as;
  all.insert(all.end(), {built::control_program(), "-s", socket_.string()});
  all.insert(all.end(), words.begin(), words.end());
  return run_command(all);
}

std::vector<ControlRow> Rtmptctl::rows(const std::string& view) const {
  const CommandResult result = run({view});
  if (result.exit_code != 0)
    throw std::runtime_error("rtmptctl " + view + " ended with " + std::to_string(result.exit_code) + ": " +
                             result.output);
  const auto lines = lines_of(result.output);
  const auto heads = words_of(lines.at(0));
  std::vector<ControlRow> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto words = words_of(lines[i]);
    if (words.size() != heads.size()) throw std::runtime_error("a line of other words than its heads: " + lines[i]);
    ControlRow& row = rows.emplace_back();
    for (std::size_t j = 0; j < words.size(); ++j)
      row[heads[j]] = words[j];
  }
  return rows;
}

std::string Rtmptctl::state(const std::string& name) const {
  for (const ControlRow& row : rows("status"))
    if (row.at("NAME") == name) return row.at("VALUE");
  throw std::runtime_error("rtmptctl status has no line " + name);
}

} // namespace rtmpt_proxy::test
