// SPDX-License-Identifier: Apache-2.0
// Which release this is, and where it is installed. Module and gateway of different releases do not work together.
#pragma once

#include <string_view>

namespace rtmpt_proxy {

// The project's version, "0.1.0", as CMakeLists.txt names it.
std::string_view project_version();

// The path of the gateway that is installed with this module. httpd runs it unless RTMPTGateway names another one.
std::string_view installed_gateway();

} // namespace rtmpt_proxy
