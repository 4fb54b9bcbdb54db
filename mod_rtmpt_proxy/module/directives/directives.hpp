// SPDX-License-Identifier: Apache-2.0
// The module's directives. All are for the server and virtual hosts only; none is for .htaccess.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// For the module record; ends with an empty entry.
const command_rec* directive_table();

} // namespace rtmpt_proxy::apache
