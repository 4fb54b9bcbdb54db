// Applies the rules of a virtual host (mod_rewrite, mod_alias, mod_proxy and any other module that translates URLs) to
// a request of a stream. Rules that refuse the request hold; rules that send pages elsewhere have no effect.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// Whether this request must not go to a backend: the variable no-proxy is set, or the first ProxyPass line that matches
// is a "!". For translate_name.
bool is_kept_from_proxies(request_rec* r);

// Lets every other module translate the request's URL, except mod_proxy and the core. Returns the HTTP error with which
// one of them refuses it, else OK. Everything else that they did (redirects, files, backends) is undone, except
// environment variables. `own_hook` is the caller's hook, which is not called. For translate_name.
int refusal_by_translation(request_rec* r, ap_HOOK_translate_name_t* own_hook);

// The same for the rules that mod_rewrite and mod_alias have for a <Location> or <If>. They are switched off for this
// request when they do not refuse it. For fixups.
int refusal_by_location_rules(request_rec* r);

} // namespace rtmpt_proxy::apache
