// SPDX-License-Identifier: Apache-2.0
// Logins by Adobe's authmod, where RTMPTAdobeLogin is On: the gateway makes the challenge, and httpd says whether the
// answer proves the password of a user whom an AuthDigestProvider knows. A path is for such logins when it has AuthType
// Digest; a user and password that the client wrote as text are compared with the same files there.
//
// A client proves its password once, at connect, and the gateway sends the proof along with each further question about
// its session: so the question about a publish has its user, and a password that was changed meanwhile does no more.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// For a client that says at connect that it will publish: whether the rules for publishing below its application want a
// login that it has not made, for there is no later moment to make it. OK, or 401. In OK r->user is who has logged in,
// if somebody has. Of an ask OPEN, in translate_name.
int refusal_without_login(request_rec* r);

// Whether this is the subrequest by which refusal_without_login() tries a publish below the application.
bool is_publish_of_ask(const request_rec* r);

// Whether the ask is answered 401 because the client is told to log in: no refusal that counts. In log_transaction.
bool asks_for_login(const request_rec* r);

void register_ask_login_hooks(apr_pool_t* pool);

} // namespace rtmpt_proxy::apache
