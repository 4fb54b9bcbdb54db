// Taking mod_rpaf's place: its configuration files are read, and it cannot be loaded too.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Makes <IfModule> true for the names of mod_rpaf's: the rpaf.conf of every distribution stands in one, and httpd would
// pass over it without a word.
void answer_to_predecessors_names(apr_pool_t* pool);

void register_predecessor_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
