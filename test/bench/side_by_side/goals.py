# SPDX-License-Identifier: Apache-2.0
"""What the project wants to reach, each a figure of this run and its limit."""

from dataclasses import dataclass
from typing import Callable, Optional

from .bench import difference, median, ratio

CPU = "cpu_ms_per_stream_s"
HUB_KINDS = ("ours", "ours_gathered", "ours_websocket", "ours_rtmp", "ours_rtmpt")
MEMORY_LIMIT_KIB = 12
VIEWER_MEMORY_LIMIT_KIB = 24
HUB_VIEWER_MEMORY_LIMIT_KIB = 8


@dataclass(frozen=True)
class Goal:
    text: str
    find: Callable  # from all samples, {load: {contender: [sample, ...]}}: the figure, or None
    limit: float
    unit: str
    at_most: bool = True

    def verdict(self, samples):
        found: Optional[float] = self.find(samples)
        met = None if found is None else (found <= self.limit if self.at_most else found >= self.limit)
        return {"goal": self.text, "found": found, "limit": self.limit, "unit": self.unit, "at_most": self.at_most,
                "met": met}


def _of(samples, load, contender):
    return samples.get(load, {}).get(contender, [])


def _cpu(load, peer, ours="ours"):
    return lambda samples: ratio(_of(samples, load, ours), _of(samples, load, peer), CPU)


def _delay(figure):
    return lambda samples: median(_of(samples, "delay", "ours"), figure)


def _scaling(samples):
    many = median(_of(samples, "many", "ours"), CPU)
    few = median(_of(samples, "viewers", "ours"), CPU)
    return many / few if many and few else None


def _complete(load, ours=("ours",)):
    def find(samples):
        found = [one for key in ours for one in _of(samples, load, key)]
        counts = [one["complete"] / one["clients"] for one in found if "complete" in one]
        return 100 * min(counts) if counts else None

    return find


def _gap(load, peer="direct"):
    return lambda samples: ratio(_of(samples, load, "ours"), _of(samples, load, peer), "gap_p95_ms")


def _start(load, peer):
    return lambda samples: difference(_of(samples, load, "ours"), _of(samples, load, peer), "start_p50_ms")


def _memory(load):
    def find(samples):
        found = median(_of(samples, load, "ours"), "memory_bytes_per_session")
        return None if found is None else found / 1024

    return find


def _rate(samples):
    return ratio(_of(samples, "rate", "ours"), _of(samples, "rate", "page"), "requests_per_s")


def _page(load, ours, theirs):
    def find(samples):
        # Not of single rounds: they are short, and what is looked for is small.
        mine, other = (median(_of(samples, load, key), "requests_per_s") for key in (ours, theirs))
        return mine / other if mine and other else None

    return find


GOALS = [
    Goal("librtmp viewers: CPU against HAProxy TCP", _cpu("viewers", "haproxy"), 0.85, "×"),
    Goal("ffmpeg viewers: CPU against HAProxy TCP", _cpu("ffmpeg", "haproxy"), 2.0, "×"),
    Goal("librtmp publishers: CPU against HAProxy TCP", _cpu("publishers", "haproxy"), 0.8, "×"),
    Goal("delay added, median", _delay("median_ms"), 25, "ms"),
    Goal("delay added, p95", _delay("p95_ms"), 60, "ms"),
    Goal("CPU of a stream among many against few", _scaling, 1.1, "×"),
    Goal("many viewers: complete", _complete("many"), 100, "%", at_most=False),
    Goal("many viewers: longest gap p95 against direct RTMP", _gap("many"), 2.0, "×"),
    Goal("memory of an idle session", _memory("memory"), MEMORY_LIMIT_KIB, "KiB"),
    Goal("empty idles a second against Apache's static page", _rate, 4.0, "×", at_most=False),
    Goal("RTMPTS: CPU against mod_proxy_http", _cpu("forwarded", "mod_proxy_http"), 0.25, "×"),
    Goal("RTMP viewers: CPU against HAProxy TCP", _cpu("rtmpviewers", "haproxy"), 0.7, "×"),
    Goal("RTMP viewers: longest gap p95 against direct RTMP", _gap("rtmpviewers"), 2.0, "×"),
    Goal("RTMP viewers: start p50 beyond HAProxy's", _start("rtmpviewers", "haproxy"), 10, "ms"),
    Goal("memory of an active RTMP viewer", _memory("rtmpviewers"), VIEWER_MEMORY_LIMIT_KIB, "KiB"),
    Goal("RTMP publishers: CPU against HAProxy TCP", _cpu("rtmppublishers", "haproxy"), 0.8, "×"),
    Goal("RTMPS viewers: CPU against HAProxy with TLS", _cpu("rtmpsviewers", "haproxy"), 0.8, "×"),
    Goal("RTMPS viewers beside handshakes: longest gap p95 against none", _gap("handshakes", "calm"), 2.0, "×"),
    Goal("a page over TLS through the gateway against mod_ssl", _page("tlspage", "ours", "off"), 0.6, "×", at_most=False),
    Goal("the same with a connection for each request", _page("tlspage", "ours_closing", "off_closing"), 0.6, "×",
         at_most=False),
    Goal("many RTMP viewers: complete", _complete("rtmpmany"), 100, "%", at_most=False),
    Goal("a static page with RTMPTAcceptRTMP On against Off", _page("page", "ours", "off"), 0.98, "×", at_most=False),
    Goal("hub, HTTP-FLV: CPU against nginx-rtmp's RTMP", _cpu("hubviewers", "direct"), 0.35, "×"),
    Goal("hub, HTTP-FLV gathered for 100 ms: CPU against nginx-rtmp's RTMP", _cpu("hubviewers", "direct", "ours_gathered"),
         0.2, "×"),
    Goal("hub, RTMP: CPU against nginx-rtmp's RTMP", _cpu("hubviewers", "direct", "ours_rtmp"), 0.6, "×"),
    Goal("hub, RTMPT: CPU against nginx-rtmp's RTMP", _cpu("hubviewers", "direct", "ours_rtmpt"), 1.5, "×"),
    Goal("hub, HTTP-FLV: CPU against node-media-server's", _cpu("hubviewers", "node"), 0.3, "×"),
    Goal("hub: memory of an HTTP-FLV viewer", _memory("hubviewers"), HUB_VIEWER_MEMORY_LIMIT_KIB, "KiB"),
    Goal("hub: complete viewers of the worst kind", _complete("hubviewers", HUB_KINDS), 100, "%", at_most=False),
    Goal("hub: CPU of an HTTP-FLV viewer among many against few", _cpu("hubmany", "ours_few"), 1.1, "×"),
    Goal("hub, many HTTP-FLV viewers: complete", _complete("hubmany"), 100, "%", at_most=False),
]


def verdicts(samples):
    return [goal.verdict(samples) for goal in GOALS]
