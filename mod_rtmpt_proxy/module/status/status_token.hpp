// SPDX-License-Identifier: Apache-2.0
// Tokens of the status page, so that no other site can make a browser end sessions.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>
#include <string_view>

namespace rtmpt_proxy::apache {

// The secret behind the tokens is made once for the life of httpd's parent, before it has children.
void register_status_token_hooks(apr_pool_t* pool);

// A token for this page and user, good for twelve hours. Empty when the kernel gave no secret.
std::string make_status_token(const request_rec* r);

// Whether `token` was made for this page and user and is still good. The comparison takes the same time for a wrong
// token as for a right one.
bool is_status_token(const request_rec* r, std::string_view token);

} // namespace rtmpt_proxy::apache
