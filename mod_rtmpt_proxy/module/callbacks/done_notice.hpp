// SPDX-License-Identifier: Apache-2.0
// The gateway's notice "DONE /live/cam1": a stream that httpd had allowed has ended. It is passed on to the URL of
// RTMPTDoneCallback, whatever the rules for the stream say.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

void register_done_notice_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
