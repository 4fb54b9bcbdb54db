# SPDX-License-Identifier: Apache-2.0
"""The lines of one virtual host."""
from . import patterns
from .hosts import stream_test
from .model import AnyHeaderTest, Note
from .syntax import ConfError
from .text import comment, header_value, note_line, quoted, substitution

METHODS = [
    "GET|POST|HEAD",
    "PUT|PATCH|DELETE",
    "LOCK|UNLOCK|PROPFIND|PROPPATCH|SEARCH|MKCOL|MOVE|COPY|OPTIONS|TRACE|MKACTIVITY|CHECKOUT|MERGE|REPORT",
    "SUBSCRIBE|UNSUBSCRIBE|BPROPPATCH|POLL|BMOVE|BCOPY|BDELETE|BPROPFIND|NOTIFY|CONNECT",
    "RPC_IN_DATA|RPC_OUT_DATA",
]
NOT_A_STREAM = 'RewriteCond "%{REQUEST_URI}" "!^/(?:open|send|idle|close|fcs)/"'
ERROR_FOLDER = "/.pound-errors/"
# Pound tells a client of a back-end that fails in the middle with its text for 500, httpd with 502 or 504.
ERRORS = {"Err414": "414", "Err500": "500 502 504", "Err501": "501", "Err503": "503"}
SESSION_LOG = [
    None,
    r"%a %r - %>s",
    r"%a %r - %>s (%v -> %{backend}r) %{ms}T ms",
    r"%v %a - %u %t \"%r\" %>s %S \"-\" \"%{flashver}r\"",
    r"%a - %u %t \"%r\" %>s %S \"-\" \"%{flashver}r\"",
    r"%v %a - %u %t \"%r\" %>s %S \"-\" \"%{flashver}r\" (%v -> %{backend}r) %{ms}T ms",
]
ACCESS_LOG = [
    None,
    r"%a %r - %>s",
    r"%a %r - %>s (%v -> %{BALANCER_WORKER_NAME}e) %{ms}T ms",
    r"%v %a - %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"",
    r"%a - %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"",
    r"%v %a - %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" (%v -> %{BALANCER_WORKER_NAME}e) %{ms}T ms",
]


def name_lines(site):
    if not site.names:
        return [comment("For every name that no other virtual host here has: httpd takes the first one."),
                "ServerName catch-all.invalid"]
    plain = [name for name in site.names if "*" not in name and "?" not in name]
    first = plain[0] if plain else site.names[0].replace("*", "www").replace("?", "1")
    return [f"ServerName {first}"] + [f"ServerAlias {name}" for name in site.names if name != first]


def request_lines(site, listener):
    """What the listener itself refuses, limits and changes."""
    lines = []
    for directive in listener.block.all("HeadRemove"):
        lines += remove_header(directive)
    for directive in listener.block.all("AddHeader"):
        name, value = (*directive.values, "")[:2]
        if site.is_tunnel:
            lines.append(note_line(Note(directive, "the requests to the media server are the gateway's own.")))
        else:
            lines.append(f"RequestHeader add {name} {header_value(value, directive.place)}")
    if limit := listener.block.last("MaxRequest"):
        lines += body_limit(site, limit)
    if timeout := listener.block.last("Client") or listener.common.last("Client"):
        lines += [f"RequestReadTimeout header={timeout.value}", f"KeepAliveTimeout {timeout.value}"]
    return lines


def remove_header(directive):
    patterns.check(directive)
    test = patterns.header_test(directive.value if ":" in directive.value else directive.value + ":")
    if not test or test[1] not in ("^(?=.)", "^(?=.).*"):
        return [note_line(Note(directive, "RequestHeader unset takes the whole name of one header.", False))]
    lines = []
    if not directive.value.startswith("^") or ":" not in directive.value:
        lines.append(note_line(Note(directive, f"Pound also removed other headers whose line has this text; now {test[0]}"
                                               " alone.", True)))
    return lines + [f"RequestHeader unset {test[0]} early"]


def body_limit(site, limit):
    if site.is_tunnel:
        return [note_line(Note(limit, "RTMPTBodyLimit is like it, 128M unless set. One request of a stream can have a"
                                      " whole picture, so the number is not taken over."))]
    if not any(one.local for one in site.services):
        return []
    lines = [f"LimitRequestBody {limit.value}"]
    if site.has_streams:
        lines += ['<LocationMatch "^/(open|send)/">', f"  LimitRequestBody {128 << 20}", "</LocationMatch>"]
    return lines


def error_lines(listener):
    """Pound's files with the texts of errors, under a path of the site."""
    aliases, documents = [], []
    for name, codes in ERRORS.items():
        if file := listener.block.last(name):
            path = f"{ERROR_FOLDER}{name[3:]}.html"
            aliases.append(f'Alias "{path}" {quoted(file.value, file.place)}')
            documents += [f'ErrorDocument {code} "{path}"' for code in codes.split()]
    if not aliases:
        return []
    return [*documents, *aliases, f'ProxyPass "{ERROR_FOLDER}" "!"',
            f'<Location "{ERROR_FOLDER}">', "  ForceType text/html", "  Require all granted", "</Location>"]


def first_rules(site, listener, has_errors):
    """The methods and URLs that the listener refuses, as Pound does, with 501."""
    rules = [f'RewriteRule "^{ERROR_FOLDER.replace(".", chr(92) + ".")}" "-" [L]'] if has_errors else []
    if site.is_tunnel:
        return []
    allowed = listener.block.last("xHTTP")
    methods = "|".join(METHODS[:(allowed.number if allowed else 0) + 1])
    rules += [f'RewriteCond "%{{REQUEST_METHOD}}" "!^(?:{methods})$"', 'RewriteRule "^" "-" [R=501,L]']
    if url := listener.block.last("CheckURL"):
        patterns.check(url)
        with_query = patterns.looks_at_query(url.value)
        ignoring = listener.common.last("IgnoreCase")
        flag = " [NC]" if ignoring and ignoring.number else ""
        variable = "%{REQUEST_URI}?%{QUERY_STRING}" if with_query else "%{REQUEST_URI}"
        if not with_query:
            rules.append(note_line(Note(url, "Pound tested path and query; now the path alone is.", True)))
        rules += [f'RewriteCond "{variable}" "!{patterns.condition(url.value)[1:]}{flag}',
                  'RewriteRule "^" "-" [R=501,L]']
    # LimitRequestBody does not hold for requests that are passed on. Pound looks at Content-Length alone, too.
    limit = listener.block.last("MaxRequest")
    if limit and any(one.backends and not one.is_stream and not one.local for one in site.services):
        rules += [NOT_A_STREAM] if site.has_streams else []
        rules += [f'RewriteCond expr "%{{HTTP:Content-Length}} -gt {limit.value}"', 'RewriteRule "^" "-" [R=413,L]']
    return rules


def test_lines(service):
    lines = []
    for test in service.tests:
        if isinstance(test, AnyHeaderTest):
            lines += [note_line(Note(test.directive, "now of headers' names alone.", True))] if ":" not in \
                test.directive.value and not test.directive.value.startswith("^") else []
            lines += test.set_lines()
        elif test.name:
            text = f"now {test.pattern} is searched for in the value of {test.name}."
            lines.append(note_line(Note(test.directive, text, True)))
        elif test.pattern != test.directive.value:
            text = f"now {test.pattern} is searched for in the path{' and query' if test.with_query else ' alone'}."
            lines.append(note_line(Note(test.directive, text, True)))
        sign, flags = "!" if test.negated else "", " [NC]" if test.ignores_case else ""
        lines.append(f'RewriteCond "{test.variable}" "{sign}{patterns.condition(test.pattern)[1:]}{flags}')
    return lines


def conditional_rules(service, target):
    """A service that takes some requests alone, as rules of mod_rewrite."""
    lines = [comment(service.title), *map(note_line, service.notes), *test_lines(service)]
    if service.redirects:
        return lines + [redirect_rule(service.redirects[0])]
    if service.local:
        return lines + ['RewriteRule "^" "-" [E=no-proxy:1,L]']
    if not service.backends:
        return lines + ['RewriteRule "^" "-" [R=503,L]']
    return lines + [f'RewriteRule "^" "{target(service).url}%{{REQUEST_URI}}" [P]']


def redirect_rule(directive):
    directive.is_used = True
    url, code = directive.values[-1], directive.values[0] if len(directive.values) > 1 else "302"
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in ("http", "https") or not rest or rest.startswith("/"):
        raise ConfError(directive.place, f"Redirect {directive.text}",
                        "a URL that begins with http:// or https:// and a host")
    written = substitution(url, directive.place)
    if "/" in rest:
        return f'RewriteRule "^" "{written}" [R={code},L,NE,QSD]'
    return f'RewriteRule "^" "{written}%{{REQUEST_URI}}" [R={code},L]'


def stream_lines(service, target):
    """A stream's service that shares its host with pages."""
    lines = [comment(service.title), *map(note_line, service.notes)]
    _, test = stream_test(service)
    for one in service.tests:
        if one is not test:
            lines.append(note_line(Note(one.directive, "a stream's requests are recognised without it; other"
                                                       " requests go to the pages.", True)))
    if not test:
        return lines + [f"RTMPTProxyPass {target(service).with_keys()}"]
    return lines + [f"RTMPTProxyPassMatch {test.name} {patterns.quoted(test.pattern)} {target(service).with_keys()}"]


def tail_lines(site, target):
    """What takes all other requests."""
    service = site.tail
    if not service or service.redirects:
        return []
    lines = [comment(service.title), *map(note_line, service.notes)]
    if service.is_stream:
        lines.append(comment("Requests that belong to no stream get 404 here; Pound passed them on."))
    if service.local or not service.backends:
        return lines
    raw = "" if service.is_stream else " nocanon"  # the URL as the client wrote it, as from Pound
    return lines + [f'ProxyPass "/" {target(service).with_keys(slash=True)}{raw}']


def root_lines(site):
    """The folder of local pages."""
    roots = list(dict.fromkeys(one.local.root for one in site.services if one.local))
    if len(roots) > 1:
        raise ConfError(site.services[-1].place,
                        f"two folders of local pages for one virtual host, {roots[0]} and {roots[1]}", "one (--local)")
    if not roots:
        return []
    root = quoted(roots[0], site.services[0].place)
    return [f"DocumentRoot {root}", f"<Directory {root}>", "  Require all granted", "</Directory>"]


def last_rules(site):
    """A redirect for everybody, or 503 where Pound has no service for a request."""
    if site.tail and site.tail.redirects:
        return [comment(site.tail.title), *map(note_line, site.tail.notes), redirect_rule(site.tail.redirects[0])]
    if site.tail and site.tail.backends:
        return []
    streams = [NOT_A_STREAM] if site.has_streams else []
    return [comment("Pound has no back-end for other requests."), *streams, 'RewriteRule "^" "-" [R=503,L]']
