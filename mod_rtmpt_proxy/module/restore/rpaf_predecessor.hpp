// SPDX-License-Identifier: Apache-2.0
// Takes mod_rpaf's place: reads its configuration files, and refuses to run beside it.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Makes <IfModule> true for mod_rpaf's names. The rpaf.conf of every distribution stands in such a section, and httpd
// would skip it silently.
void answer_to_predecessors_names(apr_pool_t* pool);

void register_predecessor_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
