# SPDX-License-Identifier: Apache-2.0
"""One run: what every measurement shares, and how a figure is taken."""

import contextlib
import statistics
import time
import urllib.parse
from dataclasses import dataclass
from typing import Callable

from . import apache, media, servers
from .process import BenchError, cpu_seconds, pss_bytes

# With fewer sessions the first touch of the servers' own memory outweighs them.
FEWEST_FOR_MEMORY = 50
# Between the last start and the window: nginx-rtmp gives a player its pictures from a key frame on.
SETTLE_S = media.KEY_FRAME_S
_ACCEPT_RTMP = "RTMPTAcceptRTMP On"


@dataclass(frozen=True)
class Scale:
    """How much load for how long."""
    clients: int
    ffmpeg_clients: int
    many_clients: int
    many_rtmp_clients: int
    forwarded_clients: int
    busy_clients: int  # librtmp through a proxy that holds nothing: one costs half a processor
    idle_sessions: int
    hub_viewers: int
    many_hub_viewers: int
    window_s: float
    delay_s: int
    rate_s: int
    rounds: int


FULL = Scale(clients=50, ffmpeg_clients=50, many_clients=1000, many_rtmp_clients=2000, forwarded_clients=20,
             busy_clients=2, idle_sessions=1000, hub_viewers=200, many_hub_viewers=1000, window_s=5.0, delay_s=10,
             rate_s=2, rounds=2)
QUICK = Scale(clients=20, ffmpeg_clients=10, many_clients=100, many_rtmp_clients=200, forwarded_clients=5,
              busy_clients=1, idle_sessions=100, hub_viewers=50, many_hub_viewers=200, window_s=3.0, delay_s=6,
              rate_s=1, rounds=1)


@dataclass(frozen=True)
class Contender:
    """`start()` gives a context whose value is a Carrier."""
    key: str
    name: str
    start: Callable


@dataclass(frozen=True)
class Carrier:
    """A server under test that runs: its process with all its descendants, and where its clients go."""
    pid: int
    url: str

    def port(self):
        return urllib.parse.urlsplit(self.url).port


class Bench:
    """The media server and its one publisher run while this is entered; everything else comes and goes."""

    def __init__(self, place, media_file, scale, deadline):
        self.place = place
        self.media_file = media_file
        self.scale = scale
        self._deadline = deadline
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.media = self._stack.enter_context(servers.NginxRtmp(self.place))
            self._stack.enter_context(self.publishing(self.media))
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()

    @contextlib.contextmanager
    def publishing(self, server, stream="s", file=None):
        """ffmpeg publishes the media, or another `file`, to `server` as /live/<stream>."""
        url = f"{server.url}/live/{stream}"
        with media.publish(file or self.media_file, url, self.place.log("publisher")) as publisher:
            media.await_stream(lambda: server.is_published(stream), publisher)
            yield

    def publishing_low(self):
        """ffmpeg publishes a stream that is cheap to carry to the media server as /live/<media.LOW>."""
        file = self.place.path("low.flv")
        media.make_low_file(file)
        return self.publishing(self.media, media.LOW, file)

    def seconds_left(self):
        return self._deadline - time.monotonic()

    # What the project is measured against, and itself.

    @contextlib.contextmanager
    def direct(self):
        yield Carrier(self.media.pid, self.media.url + "/live/s")

    @contextlib.contextmanager
    def ours(self, directives="", threads=None):
        with apache.with_module(self.place, self.media.url, directives, threads=threads) as httpd:
            yield Carrier(httpd.pid, f"rtmpt://127.0.0.1:{httpd.port}/live/s")

    @contextlib.contextmanager
    def ours_rtmp(self, stream="s"):
        with apache.with_module(self.place, self.media.url, _ACCEPT_RTMP) as httpd:
            yield Carrier(httpd.pid, f"rtmp://127.0.0.1:{httpd.port}/live/{stream}")

    @contextlib.contextmanager
    def ours_hub(self, scheme, gather="20ms"):
        """The gateway as the media server, with a publisher of its own; viewers by rtmp, rtmpt, http or ws."""
        lines = f"{_ACCEPT_RTMP}\nRTMPTWatch flv ws\nRTMPTGather {gather}"
        with apache.with_module(self.place, "hub:", lines) as httpd, \
                self.publishing(servers.Hub(httpd.port)):
            path = "/live/s.flv" if scheme in ("http", "ws") else "/live/s"
            yield Carrier(httpd.pid, f"{scheme}://127.0.0.1:{httpd.port}{path}")

    @contextlib.contextmanager
    def node_flv(self):
        with servers.NodeFlv(self.place) as server, self.publishing(server):
            yield Carrier(server.pid, f"http://127.0.0.1:{server.port}/live/s.flv")

    @contextlib.contextmanager
    def ours_tls(self, scheme, tls_ends_at):
        """RTMPS or RTMPTS, whose TLS ends at the "gateway" or at "httpd"."""
        directives = f"{_ACCEPT_RTMP}\nRTMPTTerminateTLS {tls_ends_at}"
        with apache.with_module(self.place, self.media.url, directives, tls=True) as httpd:
            yield Carrier(httpd.pid, f"{scheme}://127.0.0.1:{httpd.tls_port}/live/s")

    @contextlib.contextmanager
    def page(self):
        with apache.with_page(self.place) as httpd:
            yield Carrier(httpd.pid, f"http://127.0.0.1:{httpd.port}/{apache.PAGE}")

    @contextlib.contextmanager
    def page_beside_streams(self, directives, name):
        """A static page on a server that carries streams too. Several may run at once, under names of their own."""
        with apache.with_module(self.place, self.media.url, directives, name=name) as httpd:
            yield Carrier(httpd.pid, f"http://127.0.0.1:{httpd.port}/{apache.PAGE}")

    @contextlib.contextmanager
    def tls_page_beside_streams(self, directives, name):
        """The same over TLS."""
        with apache.with_module(self.place, self.media.url, directives, tls=True, name=name) as httpd:
            yield Carrier(httpd.pid, f"https://127.0.0.1:{httpd.tls_port}/{apache.PAGE}")

    @contextlib.contextmanager
    def carried_tcp(self, start, scheme="rtmp"):
        with start(self.place, self.media.port) as server:
            yield Carrier(server.pid, f"{scheme}://127.0.0.1:{server.port}/live/s")

    @contextlib.contextmanager
    def node(self):
        with servers.NodeRtmpt(self.place) as server, self.publishing(server):
            yield server

    @contextlib.contextmanager
    def proxied(self, start, target_port):
        with start(self.place, target_port) as server:
            yield Carrier(server.pid, f"rtmpt://127.0.0.1:{server.port}/live/s")

    @contextlib.contextmanager
    def proxied_tls(self, target_port):
        with apache.with_proxy_http(self.place, target_port, tls=True) as httpd:
            yield Carrier(httpd.pid, f"rtmpts://127.0.0.1:{httpd.tls_port}/live/s")


def take_sample(carrier, start_clients, window_s, count_arrived=lambda: 0, memory_pid=None):
    """One server under one load: CPU of the window only, start-up by itself. `count_arrived` says how many bytes came
    to where the clients' bytes go. Memory is that of `memory_pid` and its descendants, or of the whole server."""
    memory_pid = memory_pid or carrier.pid
    idle_pss = pss_bytes(memory_pid)
    before = cpu_seconds(carrier.pid)
    with start_clients(carrier.url) as clients:
        started = clients.await_start()
        if started == 0:
            raise BenchError("no client's stream began")
        start_cpu = cpu_seconds(carrier.pid) - before
        time.sleep(SETTLE_S)
        load_before, began = clients.cpu_seconds(), time.monotonic()
        before = cpu_seconds(carrier.pid)
        arrived = count_arrived()
        clients.begin_window()
        time.sleep(window_s)
        cpu = cpu_seconds(carrier.pid) - before
        seconds = time.monotonic() - began
        load_cpu = clients.cpu_seconds() - load_before
        arrived = count_arrived() - arrived
        pss = pss_bytes(memory_pid)
        seen = clients.end_window()
    stream_seconds = started * seconds
    return seen | {"started": started, "arrived_bytes": arrived, "cpu_ms_per_stream_s": cpu * 1000 / stream_seconds,
                   "start_cpu_ms_per_session": start_cpu * 1000 / started, "cores": cpu / seconds,
                   "load_cpu_ms_per_stream_s": load_cpu * 1000 / stream_seconds} | (
        {"memory_bytes_per_session": (pss - idle_pss) / started} if started >= FEWEST_FOR_MEMORY else {})


def interleave(bench, contenders, take, rounds):
    """A B C A B C: the machine's moods meet all alike. `take(key, carrier)` gives one sample. Returns {key: [sample, ...]},
    a sample being {"error": text} where it failed."""
    samples = {one.key: [] for one in contenders}
    for number in range(rounds):
        for one in contenders:
            if number > 0 and bench.seconds_left() < 0:
                return samples  # every contender has one; more would be nicer, but the time is over
            samples[one.key].append(_attempt(one, take))
    return samples


def _attempt(contender, take):
    try:
        with contender.start() as carrier:
            return take(contender.key, carrier)
    except (BenchError, OSError) as error:
        return {"error": str(error)}


def median(samples, figure):
    values = [one[figure] for one in samples if figure in one]
    return statistics.median(values) if values else None


def difference(ours, theirs, figure):
    """Ours less theirs, the median over the rounds that both finished."""
    pairs = [mine[figure] - other[figure] for mine, other in zip(ours, theirs) if figure in mine and figure in other]
    return statistics.median(pairs) if pairs else None


def ratio(ours, theirs, figure):
    """Ours to theirs, the median over the rounds that both finished."""
    pairs = [mine[figure] / other[figure] for mine, other in zip(ours, theirs) if mine.get(figure) and other.get(figure)]
    return statistics.median(pairs) if pairs else None
