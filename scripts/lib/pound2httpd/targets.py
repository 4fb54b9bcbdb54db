# SPDX-License-Identifier: Apache-2.0
"""Where a service's requests go: one back-end, or a balancer of several."""
import re

from .model import DEFAULT_ALIVE, Note
from .text import comment, indented, note_line, quoted


class Target:
    """`url` has no slash at its end."""

    def __init__(self, service, listener_common, taken_names):
        self.service, self.common = service, listener_common
        self.notes = []
        self.members = service.backends
        self.name = None
        if len(self.members) > 1 or self.members[0].is_disabled:
            title = re.sub(r"[^a-z0-9]+", "-", (service.block.title or "").lower())[:32].strip("-")
            self.name = unused(f"pound-{title or f'line-{service.place.number}'}", taken_names)
        for member in self.members:
            self._note(member)

    def _note(self, member):
        if one := member.block.last("HAport"):
            self.notes.append(Note(one, "httpd checks the back-end's own port (hcmethod=TCP)." if self.name else
                                   "httpd checks members of a balancer alone."))
        if (one := member.block.last("Priority")) and not self.name:
            self.notes.append(Note(one, "there is no other back-end to compare with."))
        if one := member.block.last("Ciphers"):
            self.notes.append(Note(one, "SSLProxyCipherSuite holds for the whole virtual host."))
        for one in member.block.all("Disable"):
            self.notes.append(Note(one, "SSLProxyProtocol holds for the whole virtual host."))
        for one in member.block.all("Disabled"):
            if one.number:
                self.notes.append(Note(one, "status=+D; the page of balancer-manager enables it.", True))

    @property
    def url(self):
        return f"balancer://{self.name}" if self.name else self.members[0].url

    def _seconds(self, member, name):
        found = member.block.last(name) or self.common.last(name)
        return found.value if found else None

    @property
    def alive(self):
        found = self.common.last("Alive")
        return found.number if found else DEFAULT_ALIVE

    def keys_of(self, member):
        keys = []
        if seconds := self._seconds(member, "ConnTO"):
            keys.append(f"connectiontimeout={seconds}")
        seconds = self._seconds(member, "TimeOut")
        if seconds and not member.is_stream:
            keys.append(f"timeout={seconds}")
        if not member.is_stream:
            keys.append(f"retry={self.alive}")
        elif self.name:
            keys.append(f"retry=1 hcmethod=TCP hcinterval={self.alive}")
        return keys

    def with_keys(self, slash=False):
        """For ProxyPass and RTMPTProxyPass; those of a balancer stand with its members."""
        words = [quoted(self.url + ("/" if slash else ""), self.service.place)]
        return " ".join(words + ([] if self.name else self.keys_of(self.members[0])))

    def _member_line(self, member, route):
        keys = self.keys_of(member)
        if member.block.last("HAport") and not member.is_stream:
            keys.append(f"hcmethod=TCP hcinterval={self.alive}")
        priority = member.block.last("Priority")
        if not member.is_reserve and any(one.block.last("Priority") for one in self.members):
            keys.append(f"loadfactor={priority.number if priority else 5}")
        status = ("H" if member.is_reserve else "") + ("D" if member.is_disabled else "")
        keys += [f"status=+{status}"] if status else []
        keys += [f"route={route}"] if self.cookie else []
        return f"BalancerMember {quoted(member.url, member.block.place)} {' '.join(keys)}"

    @property
    def cookie(self):
        """The cookie that binds a client to a member, where Pound had a Session."""
        return f"ROUTE_{self.name}" if self.name and self.service.session and not self.service.is_stream else None

    def definition(self):
        """The <Proxy> section of a balancer; that of a worker that rules of mod_rewrite use."""
        if not self.name:
            if not self.service.tests or self.members[0].is_stream or self.members[0].kind == "local":
                return []
            keys = " ".join(self.keys_of(self.members[0]))
            return [f"<Proxy {quoted(self.url, self.service.place)}>", f"  ProxySet {keys}", "</Proxy>"]
        method = "rtmptsessions" if self.service.is_stream else "byrequests"
        lines = [self._member_line(member, route) for route, member in enumerate(self.members, 1)]
        lines.append(f"ProxySet lbmethod={method}" + (f" stickysession={self.cookie}" if self.cookie else ""))
        return [f"<Proxy {quoted(self.url, self.service.place)}>", *indented(lines), "</Proxy>"]

    def cookie_line(self):
        seconds = self.service.session.last("TTL").number
        age = f"; Max-Age={seconds}" if seconds > 0 else ""
        return (f'Header always add Set-Cookie "{self.cookie}=.%{{BALANCER_WORKER_ROUTE}}e; Path=/; HttpOnly{age}" '
                f"\"expr=reqenv('BALANCER_NAME') == '{self.url}'\"")

    def session_notes(self):
        block = self.service.session
        if not block:
            return []
        kind, words = block.last("Type"), " ".join(one.text for one in block.all("ID"))
        block.last("TTL")
        if self.service.is_stream:
            text = "a stream never leaves its media server."
        elif not self.name:
            text = "there is one back-end."
        else:
            told = f"{kind.value.upper()} {words}".strip()
            return [Note(kind, f"Pound knew clients by {told}; now by a cookie, {self.cookie}, which each answer sets anew."
                               " A client that keeps no cookies is not bound.", True)]
        return [Note(kind, text + " Nothing is to be bound.", True)]

    def comments(self):
        return [note_line(note) for note in self.notes + self.session_notes()]


def unused(name, taken):
    number, found = 2, name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found


def reverse_lines(site, target, listener):
    """Pound's RewriteLocation: what back-ends call themselves, in answers, becomes what the client asked for."""
    setting = listener.block.last("RewriteLocation")
    services = [one for one in site.services if one.backends and not one.is_stream and not one.local]
    lines = ["ProxyPreserveHost On", "AllowEncodedSlashes NoDecode"] if services else []
    if not services or (setting and setting.number == 0):
        return lines
    for service in services:
        lines.append(f'ProxyPassReverse "/" {quoted(target(service).url + "/", service.place)}')
    if setting and setting.number == 2:
        return lines
    own = {(listener.is_tls, listener.port)}
    others = {(one.kind == "https", one.port) for service in services for one in service.backends if one.port}
    others |= {(not listener.is_tls, 80 if listener.is_tls else 443), (not listener.is_tls, listener.port)}
    for name in (name for name in site.names if "*" not in name and "?" not in name):
        for is_tls, port in sorted(others - own):
            scheme, usual = ("https", 443) if is_tls else ("http", 80)
            lines.append(f'ProxyPassReverse "/" "{scheme}://{name}{"" if port == usual else f":{port}"}/"')
    return lines
