// SPDX-License-Identifier: Apache-2.0
// Configurations of Pound, as scripts/pound2httpd turns them into httpd's.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

// What the script writes for `pound_cfg`, which becomes a file in `folder`. Its Listen lines are those that a
// `ports_conf` of this text leaves to write. Throws std::runtime_error with what the script says when it fails.
std::string converted(const std::filesystem::path& folder, const std::string& pound_cfg,
                      const std::vector<std::string>& options = {}, const std::string& ports_conf = {});

} // namespace rtmpt_proxy::test
