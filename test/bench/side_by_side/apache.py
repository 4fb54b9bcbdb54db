# SPDX-License-Identifier: Apache-2.0
"""Apache httpd: with the module, with mod_proxy_http, and with a page of its own."""

import os
import shutil

from .certificate import write_certificate
from .process import Program, free_port

_COMMON = ["mpm_event", "authz_core", "dir", "mime"]
PAGE = "index.html"
PAGE_TEXT = "a page of the site\n"


class Httpd:
    """One httpd in the foreground, plain and, with `tls`, encrypted, with `site` inside its virtual hosts, and
    `tls_site` inside the encrypted one alone."""

    def __init__(self, place, name, modules, site, tls=False, head="", tls_site=""):
        self.port = free_port()
        self.tls_port = free_port() if tls else None
        self._place = place
        self._root = place.directory(name)
        os.makedirs(os.path.join(self._root, "htdocs"), exist_ok=True)
        with open(os.path.join(self._root, "htdocs", PAGE), "w", encoding="ascii") as page:
            page.write(PAGE_TEXT)
        if tls:
            write_certificate(place)
        config = self._config(modules + (["ssl", "socache_shmcb"] if tls else []), head, site, tls_site)
        self._program = Program([place.apache, "-DFOREGROUND", "-f", place.write(name + ".conf", config)], place.log(name))
        self.pid = self._program.pid
        try:
            self._program.await_port(self.port)
        except BaseException:
            self._program.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._program.end()

    def _config(self, modules, head, site, tls_site):
        place = self._place
        lines = [f"ServerRoot {self._root}", "ServerName localhost", f"PidFile {self._root}/httpd.pid",
                 f"DefaultRuntimeDir {self._root}", f"ErrorLog {self._program_log()}", "LogLevel warn",
                 "TypesConfig /dev/null", "KeepAliveTimeout 60", "MaxKeepAliveRequests 0", f"Listen 127.0.0.1:{self.port}"]
        if place.server_user:
            lines += [f"User {place.server_user}", f"Group {place.server_user}"]
        lines += [f"LoadModule {one}_module {place.apache_modules}/mod_{one}.so" for one in _COMMON + modules]
        lines += [head, f"DocumentRoot {self._root}/htdocs", _host(self.port, site)]
        if self.tls_port:
            lines += [f"Listen 127.0.0.1:{self.tls_port}",
                      _host(self.tls_port, f"SSLEngine on\nSSLCertificateFile {place.path('certificate.pem')}\n"
                                           f"SSLCertificateKeyFile {place.path('key.pem')}\n{site}\n{tls_site}")]
        return "\n".join(lines) + "\n"

    def _program_log(self):
        return self._place.log(os.path.basename(self._root))


def _host(port, site):
    return f"<VirtualHost *:{port}>\nServerName localhost\n{site}\n</VirtualHost>"


def load_module(place):
    """The lines that load the module and name its gateway, both copied to where httpd's user can run them."""
    folder = place.directory("programs")
    gateway = os.path.join(folder, "rtmpt-gateway")
    module = os.path.join(folder, "mod_rtmpt_proxy.so")
    for program, copy in (("rtmpt-gateway", gateway), ("mod_rtmpt_proxy.so", module)):
        if not os.path.exists(copy):
            shutil.copy(place.program(program), copy)
    return f"LoadModule rtmpt_proxy_module {module}\nRTMPTGateway {gateway}"


def with_module(place, media_url, directives="", tls=False, threads=None, name="ours"):
    """This project: the module and its gateway. `media_url` may be a hub. `threads` event loops, or the default. Servers
    that run at the same time need names of their own."""
    head = load_module(place)
    if threads:
        head += f"\nRTMPTGatewayThreads {threads}"
    return Httpd(place, name, ["proxy"], f"RTMPTProxyPass {media_url}\n{directives}", tls, head)


def with_proxy_http(place, server_port, tls=False):
    """mod_proxy_http in front of an RTMPT server."""
    site = f'ProxyPass "/" "http://127.0.0.1:{server_port}/"'
    return Httpd(place, "mod_proxy_http", ["proxy", "proxy_http"], site, tls)


def with_page(place):
    """Nothing but a static page."""
    return Httpd(place, "page", [], "")
