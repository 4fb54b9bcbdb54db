# SPDX-License-Identifier: Apache-2.0
"""The measurements of TLS: streams by RTMPS, pages, and what handshakes cost streams that run."""

import json
import subprocess

from . import servers
from .bench import Contender, interleave, take_sample
from .clients import FfmpegViewers, LibrtmpClients
from .contenders import group
from .process import BenchError, Program
from .rtmp_loads import PAGE_CONNECTIONS, take_pages

HANDSHAKES_PER_S = 300
FLOODED_VIEWERS = 20
FLOOD_ROUNDS = 3
FEWEST_DONE_SHARE = 0.9  # of the handshakes
FLOOD_END_S = 15.0  # behind the window


def rtmps_viewers(bench):
    """ffmpeg over RTMPS, whose TLS ends at the gateway, at httpd, and at HAProxy."""
    scale = bench.scale
    contenders = [Contender("ours", "mod_rtmpt_proxy, RTMPS, TLS ends at the gateway",
                            lambda: bench.ours_tls("rtmps", "gateway")),
                  Contender("ours_httpd", "mod_rtmpt_proxy, RTMPS, TLS ends at httpd",
                            lambda: bench.ours_tls("rtmps", "httpd")),
                  Contender("haproxy", "HAProxy with TLS, RTMPS",
                            lambda: bench.carried_tcp(servers.haproxy_tls, "rtmps"))]

    def take(_key, carrier):
        return take_sample(carrier, lambda url: FfmpegViewers(bench.place, url, scale.ffmpeg_clients), scale.window_s)

    return group(f"{scale.ffmpeg_clients} ffmpeg viewers by RTMPS", contenders,
                 interleave(bench, contenders, take, scale.rounds))


def page(bench):
    """Apache's static page over TLS, for clients without ALPN: through the gateway, and from mod_ssl itself."""
    kinds = {"ours": ("gateway", False), "off": ("httpd", False), "ours_closing": ("gateway", True),
             "off_closing": ("httpd", True)}
    samples, contenders = take_pages(bench, bench.tls_page_beside_streams, "RTMPTTerminateTLS", kinds)
    return group("requests a second for a static page over TLS, by clients without ALPN", contenders, samples,
                 f"wrk, {PAGE_CONNECTIONS} connections",
                 {"ours_closing": "ours_closing", "off_closing": "ours_closing"})


class _FloodedClients(LibrtmpClients):
    """Players, while others make handshakes at the same port from the window's beginning to its end."""

    def __init__(self, place, url, port, seconds):
        super().__init__(place, url, FLOODED_VIEWERS)
        self._place = place
        self._command = [place.program("tls_handshakes"), str(port), str(HANDSHAKES_PER_S), str(seconds)]
        self._flood = None

    def begin_window(self):
        self._flood = Program(self._command, self._place.log("handshakes"), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
        super().begin_window()

    def end_window(self):
        seen = super().end_window()
        self._flood.wait(FLOOD_END_S)
        counts = json.loads(self._flood.stdout.readline())
        if counts["done"] < FEWEST_DONE_SHARE * (counts["done"] + counts["failed"]):
            raise BenchError(f"of the handshakes {counts['failed']} failed, {counts['done']} were made")
        return seen | {"handshakes_per_s": counts["done"] / counts["seconds"]}

    def __exit__(self, *details):
        if self._flood:
            self._flood.end()
        super().__exit__(*details)


def handshakes(bench):
    """Viewers by RTMPS while handshakes come, and while none do."""
    def ours():
        return bench.ours_tls("rtmps", "gateway")

    contenders = [Contender("ours", f"beside {HANDSHAKES_PER_S} handshakes a second", ours),
                  Contender("calm", "beside none", ours)]

    def take(key, carrier):
        def start(url):
            if key == "calm":
                return LibrtmpClients(bench.place, url, FLOODED_VIEWERS)
            return _FloodedClients(bench.place, url, carrier.port(), bench.scale.window_s)

        return take_sample(carrier, start, bench.scale.window_s)

    return group(f"{FLOODED_VIEWERS} librtmp viewers by RTMPS beside TLS handshakes", contenders,
                 interleave(bench, contenders, take, FLOOD_ROUNDS))
