# SPDX-License-Identifier: Apache-2.0
"""What the blocks of pound.cfg mean: listeners, and services with their conditions and back-ends."""
import re

from . import patterns
from .syntax import ConfError

DEFAULT_ALIVE = 30
HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")


def host_in_url(host):
    return f"[{host}]" if ":" in host else host


class Note:
    """A line of the file that the written configuration answers with a comment."""

    def __init__(self, directive, text, has_counterpart=False):
        self.place, self.name, self.value = directive.place, directive.name, directive.text
        self.text, self.has_counterpart = text, has_counterpart
        directive.is_used = True


class Backend:
    """A BackEnd or Emergency. `kind` is rtmpt, rtmp, local, http or https."""

    def __init__(self, block, options):
        self.block, self.is_reserve = block, block.kind == "Emergency"
        address = block.last("Address")
        if not address:
            raise ConfError(block.place, f"{block.kind} without an address", "Address")
        self.host, self.socket, port = address.value, None, block.last("Port")
        if self.host.startswith("/"):
            if not re.fullmatch(r"[A-Za-z0-9/._@:+,-]{1,100}", self.host):
                raise ConfError(address.place, f"Address {self.host}", "a path of A-Z a-z 0-9 / . _ @ : + , -")
            self.socket = self.host
        elif not HOST.fullmatch(self.host):
            raise ConfError(address.place, f"Address {self.host}", "an address, a host name or the path of a socket")
        elif not port:
            raise ConfError(block.place, f"{block.kind} without a port", "Port")
        self.port = port.number if port else None
        self.https = block.last("HTTPS")
        self.kind = options.kind_of(self.host, self.port) or ("https" if self.https else "http")
        self.root = options.root_of(self.host, self.port) if self.kind == "local" else None
        if self.https and self.kind in ("rtmpt", "rtmp"):
            raise ConfError(self.https.place, f"HTTPS to a back-end that speaks {self.kind.upper()}",
                            "a back-end without HTTPS: streams to media servers over TLS are not supported")
        for name in ("Cert", "Ciphers", "Disable"):
            if (one := block.last(name)) and not self.https:
                raise ConfError(one.place, f"{name} in a {block.kind} without HTTPS", "HTTPS")
        switched = block.last("Disabled")
        self.is_disabled = bool(switched and switched.number)

    @property
    def is_stream(self):
        return self.kind in ("rtmpt", "rtmp")

    @property
    def url(self):
        """Without a slash at its end."""
        if self.socket:
            return f"unix:{self.socket}|{self.kind}://localhost"
        return f"{self.kind}://{host_in_url(self.host)}:{self.port}"


class Service:
    """What a Service block says: which requests are its own, and where they go."""

    def __init__(self, block, root, options):
        self.block, self.place, self.notes = block, block.place, []
        self.is_disabled = any(one.number for one in block.all("Disabled")[-1:])
        self.names, self.tests, self.unclear = None, [], []
        ignoring = block.last("IgnoreCase") or root.last("IgnoreCase")
        self.ignores_case = bool(ignoring and ignoring.number)
        for directive in block.directives:
            if directive.name in ("URL", "HeadRequire", "HeadDeny"):
                patterns.check(directive)
                self._add_test(directive)
        self.backends = [Backend(one, options) for one in block.blocks_of("BackEnd", "Emergency")]
        self.redirects = block.all("Redirect")
        self.session = self._session()
        self._judge_targets()

    def _session(self):
        found = self.block.blocks_of("Session")
        if len(found) > 1:
            raise ConfError(found[1].place, "a second Session in one Service", "one")
        if not found:
            return None
        for name in ("Type", "TTL"):
            if not found[0].last(name):
                raise ConfError(found[0].place, f"Session without {name}", name)
        kind, given = found[0].last("Type").value.upper(), found[0].last("ID")
        needed = kind in ("URL", "COOKIE", "HEADER")
        if needed != bool(given):
            raise ConfError(found[0].place, f"Session of type {kind} " + ("with ID" if given else "without ID"),
                            "ID" if needed else "ID with the types URL, COOKIE and HEADER alone")
        return found[0]

    def _add_test(self, directive):
        if directive.name == "URL":
            self.tests.append(UrlTest(directive, self.ignores_case))
            return
        names = patterns.host_names(directive.value) if directive.name == "HeadRequire" else None
        if names is not None and self.names is None:
            self.names = names or None
            self._explain_names(directive, names)
        elif test := HeaderTest.of(directive) or AnyHeaderTest.of(directive):
            self.tests.append(test)
        else:
            self.unclear.append(directive)

    def _explain_names(self, directive, names):
        text = f"now the virtual host {' '.join(names)}." if names else "every name."
        others = patterns.also_matched(directive.value, names)
        if others:
            text += f" Pound's pattern took other names too, such as {' and '.join(others)}: ServerAlias adds names."
        if any("*" in name[1:] or "?" in name for name in names):
            text += " ServerAlias's * and ? take more than the pattern."
        self.notes.append(Note(directive, text, True))

    def _judge_targets(self):
        self.is_stream = any(one.is_stream for one in self.backends)
        odd = next((one for one in self.backends if one.is_stream != self.is_stream), None)
        if odd:
            raise ConfError(odd.block.place, f"{odd.block.kind} speaks HTTP beside one that speaks RTMPT or RTMP",
                            "back-ends of one sort in a Service (--rtmpt and --rtmp)")
        local = next((one for one in self.backends if one.kind == "local"), None)
        if local and len(self.backends) > 1:
            raise ConfError(local.block.place, "a local BackEnd beside others", "it alone in its Service (--local)")
        if self.redirects and self.backends:
            for one in self.redirects:
                self.notes.append(Note(one, "Pound redirected some requests and passed on others, at random."))
            self.redirects = []
        for one in self.redirects[1:]:
            self.notes.append(Note(one, "Pound chose one of several at random; the first one is used."))
        self.redirects = self.redirects[:1]

    @property
    def local(self):
        return self.backends[0] if self.backends and self.backends[0].kind == "local" else None

    @property
    def title(self):
        name = f' "{self.block.title}"' if self.block.title else ""
        return f"Service{name}, {self.place.in_words()}"


class UrlTest:
    """A pattern for the URL: its path, or its path and query."""

    def __init__(self, directive, ignores_case):
        self.directive, self.name = directive, None
        self.pattern, self.ignores_case = patterns.tight_url(directive.value), ignores_case
        self.with_query = patterns.looks_at_query(directive.value)
        self.negated = False

    @property
    def variable(self):
        return "%{REQUEST_URI}?%{QUERY_STRING}" if self.with_query else "%{REQUEST_URI}"

    def takes_streams(self):
        """Whether it matches the targets of every stream, so that a stream's host need not test it."""
        test = patterns.compiled(self.directive.value, self.ignores_case)
        targets = ("/open/1", "/send/abc/1", "/idle/abc/1", "/close/abc/1")
        return all(test.search(target) for target in targets)


class HeaderTest:
    """A pattern for the value of one header, which must match, or must not."""

    def __init__(self, directive, name, pattern):
        self.directive, self.name, self.pattern = directive, name, pattern
        self.negated, self.ignores_case = directive.name == "HeadDeny", True

    @property
    def variable(self):
        return "%{HTTP:" + self.name + "}"

    @staticmethod
    def of(directive):
        # What is denied must not become less.
        parts = patterns.header_test(directive.value, keeps_dots=directive.name == "HeadDeny")
        return HeaderTest(directive, *parts) if parts else None

    def takes_streams(self):
        return False


class AnyHeaderTest:
    """A pattern that is not for one header of a fixed name: mod_setenvif looks for its headers and sets a variable."""

    def __init__(self, directive, parts):
        self.parts, place = parts, directive.place
        file = "" if place.is_main else re.sub(r"[^a-z0-9]+", "_", place.file.lower().rsplit("/", 1)[-1]) + "_"
        self.directive, self.name, self.environment = directive, None, f"pound_{file}{place.number}"
        self.pattern, self.variable = "^1$", "%{ENV:" + self.environment + "}"
        self.negated, self.ignores_case = directive.name == "HeadDeny", False

    def set_lines(self):
        return [f"SetEnvIfNoCase {patterns.quoted(name)} {patterns.quoted(value)} {self.environment}"
                for name, value in self.parts]

    @staticmethod
    def of(directive):
        parts = patterns.header_parts(directive.value)
        return AnyHeaderTest(directive, parts) if parts else None

    def takes_streams(self):
        return False


class Listener:
    """A ListenHTTP or ListenHTTPS with all services that it may use, in Pound's order."""

    def __init__(self, block, common):
        self.block, self.is_tls = block, block.kind == "ListenHTTPS"
        address, port = block.last("Address"), block.last("Port")
        for name, found in (("Address", address), ("Port", port)):
            if not found:
                raise ConfError(block.place, f"{block.kind} without {name}", name)
        self.address, self.port = address.value, port.number
        if not HOST.fullmatch(self.address):
            raise ConfError(address.place, f"Address {self.address}", "an address or a host name")
        if self.is_tls and not block.all("Cert"):
            raise ConfError(block.place, "ListenHTTPS without a certificate", "Cert")
        self.common = common

    @property
    def is_everywhere(self):
        return self.address in ("0.0.0.0", "::")

    @property
    def host(self):
        """What <VirtualHost> says of the address."""
        return "*" if self.is_everywhere else host_in_url(self.address)
