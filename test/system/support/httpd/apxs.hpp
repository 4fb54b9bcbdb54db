// SPDX-License-Identifier: Apache-2.0
// What apxs knows of the httpd under test.
#pragma once

#include <filesystem>
#include <string>

namespace rtmpt_proxy::test {

// The value of one apxs variable, such as LIBEXECDIR. Throws std::runtime_error when apxs does not know it.
std::string apxs_query(const std::string& variable);

// The httpd program, /usr/sbin/apache2 on Debian.
std::filesystem::path httpd_program();

} // namespace rtmpt_proxy::test
