// SPDX-License-Identifier: Apache-2.0
// One callback: a POST to a URL of the same virtual host, as a subrequest, which anything that httpd serves can answer.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_verdict.hpp>

#include <string>

namespace rtmpt_proxy::apache {

// Posts the form to `url`, a path with or without a query, and waits for the answer as long as RTMPTCallbackTimeout
// allows. The rules for `url` hold for it, as for a subrequest of the client's.
policy::CallbackVerdict call_back(request_rec* r, const char* url, const std::string& form);

} // namespace rtmpt_proxy::apache
