// SPDX-License-Identifier: Apache-2.0
// Applies the rules of a virtual host (mod_rewrite, mod_alias, mod_proxy and any other module that translates URLs) to
// a request of a stream. Rules that refuse the request hold; rules that send pages elsewhere have no effect.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <initializer_list>

namespace rtmpt_proxy::apache {

// Whether this request must not go to a backend: the variable no-proxy is set, or the first ProxyPass line that matches
// is a "!". For translate_name.
bool is_kept_from_proxies(request_rec* r);

// Lets every other module translate the request's URL, except mod_proxy and the core. Returns the HTTP error with which
// one of them refuses it, else OK. Everything else that they did (redirects, files, backends) is undone, except
// environment variables. For translate_name.
int refusal_by_translation(request_rec* r);

// The same for the hook before: pre_translate_name, where the URL is still encoded.
int refusal_before_translation(request_rec* r);

// Lets every other module translate the request's URL, as httpd does, and returns the first answer. For translate_name.
int translate_by_others(request_rec* r);

// The name of the file that the request would get if nobody had claimed it, an Alias included; null: none. Nothing of
// the request changes. For translate_name.
const char* file_by_others(request_rec* r);

// Keeps SetEnvIf and its kin from looking at a request until set_environment(). For post_read_request, before them.
void put_off_environment(request_rec* r);

// Lets SetEnvIf and its kin look at the request as in post_read_request. For a request that they were kept from, in
// translate_name.
void set_environment(request_rec* r);

// Lets SetEnvIf and its kin look at a subrequest, which httpd does for the client's own requests alone. For
// translate_name.
void set_environment_of_subrequest(request_rec* r);

// Like refusal_by_translation(), for the rules that mod_rewrite and mod_alias have for a <Location> or <If>.
// mod_rewrite compares the name of the request's file: the rules are tried with each of these names, and one refusal is
// enough. They are switched off for this request when they do not refuse it. For fixups.
int refusal_by_location_rules(request_rec* r, std::initializer_list<char*> filenames);

// Lets these rules act on the request at once, and returns their answer: OK, or the HTTP status with which one of them
// ends it. They are switched off afterwards. For fixups.
int obey_location_rules(request_rec* r);

} // namespace rtmpt_proxy::apache
