# SPDX-License-Identifier: Apache-2.0
"""The whole file for httpd."""
from . import hosts, listens, site_text, targets, tls_text
from .model import Listener, Note, Service
from .syntax import ConfError
from .text import comment, indented, note_line

FACILITIES = ["auth", "authpriv", "cron", "daemon", "ftp", "lpr", "mail", "news", "syslog", "user", "uucp",
              *(f"local{n}" for n in range(8))]
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# What becomes of a line outside of blocks. Those that are not here are looked up where they are needed.
COMMENTS = {
    "User": "httpd has its own User; RTMPTGatewayUser is for the streams.",
    "Group": "httpd has its own Group.",
    "RootJail": "with httpd's ChrootDir everything that httpd opens later must be inside.",
    "Daemon": "the system's service of httpd is a daemon; httpd -DFOREGROUND stays in the foreground.",
    "Threads": "httpd has ThreadsPerChild and MaxRequestWorkers; streams need no thread.",
    "SSLEngine": "SSLCryptoDevice does this where OpenSSL has engines.",
    "ECDHcurve": "SSLOpenSSLConfCmd Curves; OpenSSL's own choice is better than one curve.",
    "Anonymise": "pages have none, for LogFormat cannot shorten addresses; streams have RTMPTAnonymizeClient.",
    "DynScale": "lbmethod=bybusyness of mod_proxy_balancer looks at the load.",
}


class Writer:
    """Holds what the virtual hosts share: the targets, and which modules are used."""

    def __init__(self, root, options):
        self.root, self.options = root, options
        self.listeners = [Listener(block, root) for block in root.blocks_of("ListenHTTP", "ListenHTTPS")]
        if not self.listeners:
            raise ConfError(root.place.file, "no listener", "ListenHTTP or ListenHTTPS")
        services = {id(block): Service(block, root, options) for owner in [*(one.block for one in self.listeners), root]
                    for block in owner.blocks_of("Service")}
        self.services = list(services.values())
        for listener in self.listeners:
            listener.services = [services[id(block)] for owner in (listener.block, root)
                                 for block in owner.blocks_of("Service")]
        options.check_used(self.services)
        self.targets, names = {}, set()
        for service in self.services:
            if service.backends:
                self.targets[id(service)] = targets.Target(service, root, names)

    def target(self, service):
        return self.targets[id(service)]

    # ---- one virtual host

    def log_lines(self, site, listener):
        given = listener.block.last("LogLevel") or self.root.last("LogLevel")
        level, lines = given.number if given else 1, []
        if level == 0:
            lines.append(note_line(Note(given, "no CustomLog is written here; one of the main server holds.", True)))
        else:
            streams = " env=!rtmpt-tunnel" if site.has_streams else ""
            lines.append(f'CustomLog "{self.options.logs}/access.log" "{site_text.ACCESS_LOG[level]}"{streams}')
        if site.has_streams:
            form = site_text.SESSION_LOG[level]
            lines.append(f'RTMPTSessionLog {self.session_log()} "{form}"' if form else "RTMPTSessionLog off")
        return lines

    def session_log(self):
        given = self.root.last("LogFacility")
        facility = given.value.lower() if given else "daemon"
        if facility.startswith("-"):
            return f'"{self.options.logs}/streams.log"'
        facility = {"security": "auth"}.get(facility, facility)
        return f"syslog:{facility if facility in FACILITIES else 'daemon'}:pound"

    def rules(self, site, listener, has_errors):
        rules = site_text.first_rules(site, listener, has_errors)
        for service in site.conditional:
            if not service.is_stream:
                rules += site_text.conditional_rules(service, self.target)
        rules += site_text.last_rules(site)
        return ["RewriteEngine On", *rules] if rules else []

    def stream_settings(self, site):
        """A virtual host has one RTMPTProxyPass: of services that cannot be told apart Pound asks the first, too."""
        lines, has_pass = [], False
        for service in (one for one in site.conditional if one.is_stream):
            written = site_text.stream_lines(service, self.target)
            if has_pass:
                written = [comment(service.title + ", is never asked: the one above takes every stream.")]
            has_pass = has_pass or any(line.startswith("RTMPTProxyPass ") for line in written)
            lines += written
        if lines and (site.tail or any(not one.is_stream for one in site.conditional)):
            lines.append(comment("configtest warns of the pages' lines here (RTMPT041): streams ignore them, as intended."))
        timeout = self.root.last("TimeOut")
        if site.has_streams and timeout:
            lines.append(f"RTMPTSessionTimeout {max(1, min(timeout.number, 3600))}")
        if site.has_streams and self.root.last("Anonymise"):
            lines.append("RTMPTAnonymizeClient On")
        return lines

    def site(self, site, listener):
        errors = site_text.error_lines(listener)
        cookies, comments = [], []
        for service in site.services:
            if service.backends:
                target = self.target(service)
                comments += [] if target.definition() else target.comments()
                cookies += [self.target(service).cookie_line()] if self.target(service).cookie else []
        body = [
            *site_text.name_lines(site),
            *tls_text.listener_lines(listener),
            *site_text.request_lines(site, listener),
            *self.destination_lines(listener),
            *errors,
            *self.rules(site, listener, bool(errors)),
            *self.stream_settings(site),
            *site_text.tail_lines(site, self.target),
            *comments,
            *site_text.root_lines(site),
            *targets.reverse_lines(site, self.target, listener),
            *cookies,
            *tls_text.backend_lines(site),
            *self.log_lines(site, listener),
        ]
        return [f"<VirtualHost {listener.host}:{listener.port}>", *indented(body), "</VirtualHost>"]

    def destination_lines(self, listener):
        setting = listener.block.last("RewriteDestination")
        if not setting or not setting.number:
            return []
        return [note_line(Note(setting, "RequestHeader edit Destination can write one back-end's URL into it."))]

    # ---- one listener

    def listener(self, listener):
        lines = [comment(f"{listener.block.kind}, {listener.block.place.in_words()}")]
        converted = []
        for service in listener.services:
            if service.is_disabled:
                lines.append(comment(f"{service.title}, has Disabled 1: it is left out."))
            elif not hosts.can_be_told(service):
                lines.append(comment(f"{service.title}, IS NOT CONVERTED: httpd has nothing like its conditions."))
                lines += [note_line(Note(one, "it is about all headers; httpd needs a header's name."))
                          for one in service.unclear]
                lines += [note_line(Note(one.directive, "streams are told by one header's value alone."))
                          for one in service.tests if not service.unclear]
            else:
                converted.append(service)
        hosts.note_taken_names(converted)
        sites = hosts.sites(converted)
        for service in converted:
            if not any(service in site.services for site in sites):
                lines.append(comment(f"{service.title}, was never asked: the ones before it take all its requests."))
        for site in sites:
            lines += ["", *self.site(site, listener)]
        return lines

    # ---- the file

    def global_lines(self):
        lines = []
        for directive in self.root.directives:
            if directive.name in COMMENTS:
                lines.append(note_line(Note(directive, COMMENTS[directive.name])))
        for directive in self.root.all("Control"):
            lines.append(note_line(Note(directive, "rtmptctl has a socket of its own (RTMPTControlSocket), pages have"
                                                   " balancer-manager.", True)))
        for directive in self.root.all("LogFacility"):
            lines.append(note_line(Note(directive, "now for RTMPTSessionLog; CustomLog writes a file.", True)))
        if grace := self.root.last("Grace"):
            lines.append(f"GracefulShutdownTimeout {grace.value}")
        return lines

    def unused_lines(self, block):
        """Every line that nothing above has looked at, so that none is dropped in silence."""
        lines = [note_line(Note(one, "no service here needs it.")) for one in block.directives if not one.is_used]
        for inner in block.blocks:
            lines += self.unused_lines(inner)
        return lines

    def definitions(self):
        lines = []
        for service in self.services:
            target = self.target(service) if service.backends else None
            if target and target.definition():
                lines += ["", comment(service.title), *target.comments(), *target.definition()]
        return lines

    def merged_listeners(self):
        """The text of each listener. Two that differ in nothing but 0.0.0.0 and :: are one to httpd."""
        texts = {}
        for listener in self.listeners:
            text = self.listener(listener)
            key = (listener.host, listener.port)
            if key in texts and texts[key][1:] != text[1:]:
                raise ConfError(listener.block.place,
                                f"a second listener of port {listener.port} that differs from the first",
                                "the same services and settings for 0.0.0.0 and ::")
            texts.setdefault(key, text)
        return [line for text in texts.values() for line in ["", *text]]

    def own_port_lines(self, there):
        """Back-ends that are ports of this httpd: its pages need no way around by a port any more."""
        lines, own = [], {listener.port for listener in self.listeners}
        for member in (one for service in self.services for one in service.backends):
            if member.port in there and member.port not in own and member.host in LOOPBACK:
                text = f"{self.options.ports} has Listen {member.port}"
                text += ", for pages that are served here now: nothing below needs it." if member.kind == "local" else \
                        f": {member.host}:{member.port} may be this httpd itself. Then --local spares the way around."
                lines += [comment(text)] if comment(text) not in lines else []
        return lines

    def text(self):
        there = listens.existing(self.options.ports) if self.options.ports else {}
        heads = self.global_lines()
        balancers = self.definitions()
        virtual_hosts = self.merged_listeners()
        unused = self.unused_lines(self.root)
        ports = listens.lines(self.listeners, there, self.options.ports)
        body = [*self.own_port_lines(there), *ports, *balancers, *virtual_hosts]
        names = modules([*body, *heads])
        top = [comment(f"Made by pound2httpd from {self.root.place.file}. httpd must read it before other virtual hosts"
                       " of its ports."), comment(f"Modules: {' '.join(names)}")]
        return "\n".join([*top, "", *heads, *unused, *body]) + "\n"


MODULES = {
    "SSLEngine": "ssl", "SSLProxyEngine": "ssl", "RequestHeader": "headers", "Header": "headers",
    "RewriteEngine": "rewrite", "SetEnvIfNoCase": "setenvif", "Alias": "alias",
    "RequestReadTimeout": "reqtimeout", "RTMPTSessionLog": "rtmpt_proxy",
}


def modules(lines):
    """The names for a2enmod of what the lines need."""
    names = set()
    for line in lines:
        word = line.split()[0] if line.split() else ""
        if word == "#":
            continue
        names |= {MODULES[word]} if word in MODULES else set()
        if word in ("ProxyPass", "<Proxy", "BalancerMember", "RewriteRule") and "://" in line:
            names.add("proxy")
            if "http://" in line or "https://" in line:
                names |= {"proxy_http"} if word != "RewriteRule" or "[P]" in line else set()
            if "balancer://" in line:
                names.add("proxy_balancer")
        for key, name in (("lbmethod=byrequests", "lbmethod_byrequests"), ("hcmethod=", "proxy_hcheck")):
            names |= {name} if key in line else set()
    if "rtmpt_proxy" in names:
        names.add("proxy")
    return sorted(names)
