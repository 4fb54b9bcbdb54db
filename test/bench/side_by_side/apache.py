"""Apache httpd: with the module, with mod_proxy_http, and with a page of its own."""

import os
import shutil
import subprocess

from .process import Program, free_port

_COMMON = ["mpm_event", "authz_core", "dir", "mime"]
PAGE = "index.html"
PAGE_TEXT = "a page of the site\n"


class Httpd:
    """One httpd in the foreground, plain and, with `tls`, encrypted, with `site` inside its virtual hosts."""

    def __init__(self, place, name, modules, site, tls=False, head=""):
        self.port = free_port()
        self.tls_port = free_port() if tls else None
        self._place = place
        self._root = place.directory(name)
        os.makedirs(os.path.join(self._root, "htdocs"), exist_ok=True)
        with open(os.path.join(self._root, "htdocs", PAGE), "w", encoding="ascii") as page:
            page.write(PAGE_TEXT)
        if tls:
            _write_certificate(place)
        config = self._config(modules + (["ssl", "socache_shmcb"] if tls else []), head, site)
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

    def _config(self, modules, head, site):
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
                                           f"SSLCertificateKeyFile {place.path('key.pem')}\n{site}")]
        return "\n".join(lines) + "\n"

    def _program_log(self):
        return self._place.log(os.path.basename(self._root))


def _host(port, site):
    return f"<VirtualHost *:{port}>\nServerName localhost\n{site}\n</VirtualHost>"


def _write_certificate(place):
    if os.path.exists(place.path("key.pem")):
        return
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-keyout", place.path("key.pem"), "-out", place.path("certificate.pem")],
                   check=True, capture_output=True, timeout=60)


def with_module(place, media_url, directives="", tls=False, threads=None):
    """This project: the module and its gateway, copied to where httpd's user can run it. `threads` event loops, or the
    default."""
    folder = place.directory("programs")
    gateway = os.path.join(folder, "rtmpt-gateway")
    module = os.path.join(folder, "mod_rtmpt_proxy.so")
    for name, copy in (("rtmpt-gateway", gateway), ("mod_rtmpt_proxy.so", module)):
        if not os.path.exists(copy):
            shutil.copy(place.program(name), copy)
    head = f"LoadModule rtmpt_proxy_module {module}\nRTMPTGateway {gateway}"
    if threads:
        head += f"\nRTMPTGatewayThreads {threads}"
    return Httpd(place, "ours", ["proxy"], f"RTMPTProxyPass {media_url}\n{directives}", tls, head)


def with_proxy_http(place, server_port, tls=False):
    """mod_proxy_http in front of an RTMPT server."""
    site = f'ProxyPass "/" "http://127.0.0.1:{server_port}/"'
    return Httpd(place, "mod_proxy_http", ["proxy", "proxy_http"], site, tls)


def with_page(place):
    """Nothing but a static page."""
    return Httpd(place, "page", [], "")
