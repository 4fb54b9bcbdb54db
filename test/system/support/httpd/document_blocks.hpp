// SPDX-License-Identifier: Apache-2.0
// The blocks of configuration in the documents, and the programs that read such files.
#pragma once

#include "support/os/child_process.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// A fenced block, "```language". A block that is a fragment has a comment in the line before it that says where its
// lines belong: "<!-- within <Directory /var/www/html> -->", of httpd, is put around it.
struct DocumentBlock {
  std::filesystem::path file;
  std::size_t line = 0; // of the fence
  std::string language; // empty: none is given
  std::string within;   // "<Directory /var/www/html>"; empty: it stands by itself
  std::string text;
};

// All fenced blocks of a document.
std::vector<DocumentBlock> blocks_of(const std::filesystem::path& file);

// The text of the first block of that language in docs/`document` that has these words. Throws std::runtime_error when
// there is none.
std::string text_of_block(const std::string& document, const std::string& language, const std::string& words);

// The Markdown files at the top of the project, and those in docs/ and its folders.
std::vector<std::filesystem::path> documents();

// Whether a program here reads blocks of this language.
bool is_checked(const std::string& language);

// What the program whose configuration the block is says about it, in a directory of its own and without starting
// anything. Only for a checked language. Exit code 0: the block is good and nothing was warned of.
CommandResult check_block(const DocumentBlock& block);

} // namespace rtmpt_proxy::test
