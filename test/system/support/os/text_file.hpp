// SPDX-License-Identifier: Apache-2.0
// Whole files as strings.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

// The file's bytes; empty when it cannot be read (a log that nobody has written yet).
std::string read_file(const std::filesystem::path& path);

// Replaces the file's contents; throws std::system_error when that fails.
void write_file(const std::filesystem::path& path, std::string_view text);

// `text` cut at its newlines; no empty line at the end.
std::vector<std::string> lines_of(std::string_view text);

// `text` with every `from` replaced by `to`.
std::string replace_all(std::string text, std::string_view from, std::string_view to);

// The last `count` lines, for a failure's message.
std::string tail_of(const std::filesystem::path& path, std::size_t count = 40);

} // namespace rtmpt_proxy::test
