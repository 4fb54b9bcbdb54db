// What the rules of a virtual host (mod_rewrite, mod_alias, mod_proxy and any other module that translates URLs) say of
// a request of a stream: those that refuse it hold, those that send pages elsewhere do not claim it.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Whether `ProxyPass "!"`, the first of the ProxyPass lines that match, or the variable no-proxy keeps this request
// from every backend. For translate_name.
bool is_kept_from_proxies(request_rec* r);

// Lets every other module translate the request's URL, except mod_proxy and the core. Returns the HTTP error with which
// one of them refuses it, else OK. What they did otherwise (redirects, files, backends) is undone, but for environment
// variables. `own_hook` is the caller, which is not asked. For translate_name.
int refusal_by_translation(request_rec* r, ap_HOOK_translate_name_t* own_hook);

// The same for the rules that mod_rewrite and mod_alias have for a <Location> or <If>. They are switched off for this
// request when they do not refuse it. For fixups.
int refusal_by_location_rules(request_rec* r);

} // namespace rtmpt_proxy::apache
