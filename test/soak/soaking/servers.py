# SPDX-License-Identifier: Apache-2.0
"""What the clients come to: one httpd with the module, a media server behind it, and a hub in it."""

import contextlib
import subprocess

from side_by_side import apache, media
from side_by_side.process import BenchError, free_port
from side_by_side.servers import Hub, NginxRtmp

from .plan import OPENER, PUBLISHER, READER, WATCHER

NAME = "soak"
STREAM = "s"
_GRACEFUL_S = 60


def _hub_sites(place, port, tls_port):
    """TLS ends at httpd here, and at the gateway for the media server: both ways are under load."""
    site = "ServerName localhost\nRTMPTProxyPass hub:main\nRTMPTAcceptRTMP On\nRTMPTWatch flv ws"
    return f"""Listen 127.0.0.1:{port}
Listen 127.0.0.1:{tls_port}
<VirtualHost *:{port}>
{site}
</VirtualHost>
<VirtualHost *:{tls_port}>
{site}
RTMPTTerminateTLS httpd
SSLEngine on
SSLCertificateFile {place.path('certificate.pem')}
SSLCertificateKeyFile {place.path('key.pem')}
</VirtualHost>"""


class Servers:
    """Runs while it is entered, with a publisher of STREAM at the media server and one at the hub."""

    def __init__(self, place, media_file):
        self._place = place
        self._media_file = media_file
        self._stack = contextlib.ExitStack()
        self._publishers = {}
        self.publishers_lost = 0

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_):
        for one in self._publishers.values():
            one.end()
        self._stack.close()

    def _start(self):
        place = self._place
        server = self._stack.enter_context(NginxRtmp(place))
        hub_port, hub_tls_port = free_port(), free_port()
        site = f"RTMPTProxyPass {server.url}\nRTMPTAcceptRTMP On"
        head = f"{apache.load_module(place)}\n{_hub_sites(place, hub_port, hub_tls_port)}"
        self.httpd = self._stack.enter_context(apache.Httpd(
            place, NAME, ["proxy"], site, tls=True, head=head, tls_site="RTMPTTerminateTLS gateway"))
        self._ports = {"server": (self.httpd.port, self.httpd.tls_port), "hub": (hub_port, hub_tls_port)}
        self._published = {"server": server.url, "hub": Hub(hub_port).url}
        for target, where in (("server", server), ("hub", Hub(hub_port))):
            self._publish(target)
            media.await_stream(lambda where=where: where.is_published(STREAM), self._publishers[target])

    def _publish(self, target):
        self._publishers[target] = media.publish(self._media_file, f"{self._published[target]}/live/{STREAM}",
                                                 self._place.log(f"publisher-{target}"))

    def keep_publishing(self):
        """Another publisher for one that has ended by itself."""
        for target, one in list(self._publishers.items()):
            if not one.running():
                self.publishers_lost += 1
                one.end()
                self._publish(target)

    def change_hub_publisher(self):
        """The hub's publisher dies without a word, and comes again: its viewers stay."""
        self._publishers["hub"].kill()
        self._publishers["hub"].end()
        self._publish("hub")

    def reload(self):
        """`apachectl graceful`."""
        done = subprocess.run([self._place.apache, "-f", self._place.path(NAME + ".conf"), "-k", "graceful"],
                              capture_output=True, text=True, timeout=_GRACEFUL_S, check=False)
        if done.returncode != 0:
            raise BenchError(f"httpd -k graceful ended with {done.returncode}: {done.stderr.strip()}")

    def url(self, kind, number):
        """Where a client of `kind` goes; a publisher's stream has the `number` in its
        name: what has vanished may hold its own for a while."""
        port = self._ports[kind.target][kind.encrypted()]
        base = f"{kind.scheme}://127.0.0.1:{port}"
        if kind.role == READER:
            return f"{base}/{apache.PAGE}"
        if kind.role == OPENER:
            return base
        if kind.role == WATCHER or kind.scheme == "http":
            return f"{base}/live/{STREAM}.flv"
        return f"{base}/live/{f'p{number}' if kind.role == PUBLISHER else STREAM}"

    def log(self):
        return self._place.log(NAME)
