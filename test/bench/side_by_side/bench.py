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


@dataclass(frozen=True)
class Scale:
    """How much load for how long."""
    clients: int
    ffmpeg_clients: int
    many_clients: int
    forwarded_clients: int
    busy_clients: int  # librtmp through a proxy that holds nothing: one costs half a processor
    idle_sessions: int
    window_s: float
    delay_s: int
    rate_s: int
    rounds: int


FULL = Scale(clients=50, ffmpeg_clients=50, many_clients=1000, forwarded_clients=20, busy_clients=2, idle_sessions=1000,
             window_s=8.0, delay_s=14, rate_s=3, rounds=2)
QUICK = Scale(clients=20, ffmpeg_clients=10, many_clients=100, forwarded_clients=5, busy_clients=1, idle_sessions=100,
              window_s=3.0, delay_s=6, rate_s=1, rounds=1)


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
    def publishing(self, server):
        """ffmpeg publishes the media to `server` as /live/s."""
        with media.publish(self.media_file, server.url + "/live/s", self.place.log("publisher")) as publisher:
            media.await_stream(lambda: server.is_published("s"), publisher)
            yield

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
    def ours_tls(self):
        with apache.with_module(self.place, self.media.url, tls=True) as httpd:
            yield Carrier(httpd.pid, f"rtmpts://127.0.0.1:{httpd.tls_port}/live/s")

    @contextlib.contextmanager
    def page(self):
        with apache.with_page(self.place) as httpd:
            yield Carrier(httpd.pid, f"http://127.0.0.1:{httpd.port}/{apache.PAGE}")

    @contextlib.contextmanager
    def carried_tcp(self, start):
        with start(self.place, self.media.port) as server:
            yield Carrier(server.pid, f"rtmp://127.0.0.1:{server.port}/live/s")

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


def take_sample(carrier, start_clients, window_s, count_arrived=lambda: 0):
    """One server under one load: CPU of the window only, start-up by itself. `count_arrived` says how many bytes came
    to where the clients' bytes go."""
    idle_pss = pss_bytes(carrier.pid)
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
        pss = pss_bytes(carrier.pid)
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


def ratio(ours, theirs, figure):
    """Ours to theirs, the median over the rounds that both finished."""
    pairs = [mine[figure] / other[figure] for mine, other in zip(ours, theirs) if mine.get(figure) and other.get(figure)]
    return statistics.median(pairs) if pairs else None
