# SPDX-License-Identifier: Apache-2.0
"""The load: programs that behave as clients, and what they say they have seen."""

import json
import select
import subprocess
import time

from .media import PICTURES_PER_SECOND
from .process import BenchError, Program, cpu_seconds, wait_until

START_S = 20.0  # clients that stream only after so long are counted as failed
COMPLETE_SHARE = 0.9  # of the pictures that the window's length makes
BYTES_SHARE = 0.7  # of the stream's bytes: less, for its rate is even over seconds only
FLV_RAMP_MS = 3


def count_complete(pictures, window_s, tolerance=0.0, picture_rate=PICTURES_PER_SECOND, client_bytes=None,
                   byte_rate=0.0):
    """How the clients fared, by the pictures that each had in the window; with `client_bytes`, those of each in the same
    order, and the stream's `byte_rate`, by both."""
    least = COMPLETE_SHARE * picture_rate * window_s - tolerance
    least_bytes = BYTES_SHARE * byte_rate * window_s
    each_bytes = client_bytes or [0] * len(pictures)
    complete = sum(one >= least and size >= least_bytes for one, size in zip(pictures, each_bytes))
    ordered = sorted(pictures)
    return {"clients": len(ordered), "complete": complete, "pictures_least": ordered[0],
            "pictures_median": ordered[len(ordered) // 2]}


class ClientProgram:
    """A program of test/bench/clients that is many clients, of a stream with `picture_rate` pictures a second and,
    unless it does not count, `byte_rate` bytes."""

    def __init__(self, place, command, start_s, picture_rate, byte_rate=0.0):
        self._picture_rate = picture_rate
        self._byte_rate = byte_rate
        self._start_s = START_S + start_s
        self._program = Program([place.program(command[0])] + [str(one) for one in command[1:]], place.log("clients"),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._program.end(1.0)

    def await_start(self):
        return self._read(self._start_s)["started"]

    def begin_window(self):
        self._write("measure")

    def end_window(self):
        """What they saw since begin_window(); the clients end."""
        self._write("stop")
        seen = self._read(30.0)
        # A window may begin and end anywhere between two pictures, which counts where there are few.
        tolerance = 1.0 if self._picture_rate < PICTURES_PER_SECOND else 0.0
        return seen | count_complete(seen.pop("pictures"), seen["window_s"], tolerance, self._picture_rate,
                                     seen.pop("client_bytes"), self._byte_rate)

    def cpu_seconds(self):
        return cpu_seconds(self._program.pid)

    def _write(self, line):
        self._program.stdin.write(line + "\n")
        self._program.stdin.flush()

    def _read(self, seconds):
        ready, _, _ = select.select([self._program.stdout], [], [], seconds)
        line = self._program.stdout.readline() if ready else ""
        if not line:
            raise BenchError(f"{self._program.name} says nothing: {self._program.log_end()}")
        return json.loads(line)


class LibrtmpClients(ClientProgram):
    """`count` librtmp players or publishers (with `file`), a thread each, of one stream."""

    def __init__(self, place, url, count, file=None, ramp_ms=None, picture_rate=PICTURES_PER_SECOND, byte_rate=0.0):
        if ramp_ms is None:
            ramp_ms = 3 if count > 200 else 10
        command = ["rtmp_clients", "publish" if file else "play", url, count, ramp_ms] + ([file] if file else [])
        super().__init__(place, command, count * ramp_ms / 1000, picture_rate, byte_rate)


class FlvClients(ClientProgram):
    """`count` viewers of one stream of FLV over HTTP or WebSocket, all in one thread."""

    def __init__(self, place, url, count, byte_rate):
        super().__init__(place, ["flv_clients", url, count, FLV_RAMP_MS], count * FLV_RAMP_MS / 1000,
                         PICTURES_PER_SECOND, byte_rate)


class FfmpegViewers:
    """`count` ffmpeg processes that play `url` and throw the packets away."""

    def __init__(self, place, url, count):
        self.count = count
        self._programs = []
        self._progress = [place.path(f"progress-{i}") for i in range(count)]
        self._before = []
        self._began = 0.0
        try:
            for path in self._progress:
                open(path, "w", encoding="ascii").close()
                self._programs.append(Program(
                    ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
                     "-analyzeduration", "1000000", "-i", url, "-map", "0:v", "-c", "copy", "-stats_period", "0.25",
                     "-progress", path, "-f", "null", "-"], place.log("ffmpeg-viewers")))
                time.sleep(0.03)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self._programs:
            one.kill()
        for one in self._programs:
            one.end()

    def await_start(self):
        try:
            wait_until(lambda: min(self._pictures()) > 0, "all ffmpeg viewers play", START_S, 0.2)
        except BenchError:
            pass  # counted below
        return sum(count > 0 for count in self._pictures())

    def begin_window(self):
        self._before = self._pictures()
        self._began = time.monotonic()

    def end_window(self):
        window_s = time.monotonic() - self._began
        seen = [after - before for before, after in zip(self._before, self._pictures())]
        # Each says only now and then how far it is.
        return {"window_s": window_s} | count_complete(seen, window_s, PICTURES_PER_SECOND * 0.5)

    def cpu_seconds(self):
        return sum(cpu_seconds(one.pid) for one in self._programs)

    def _pictures(self):
        return [last_frame(path) for path in self._progress]


def last_frame(path):
    """How many pictures there have been by the file that ffmpeg's -progress writes."""
    with open(path, encoding="ascii") as text:
        frames = [line for line in text.read().split() if line.startswith("frame=") and line != "frame="]
    return int(frames[-1].removeprefix("frame=")) if frames else 0


def run_json(place, program, arguments, seconds):
    """A program of test/bench/clients that prints one line of JSON at its end."""
    try:
        result = subprocess.run([place.program(program)] + [str(one) for one in arguments], capture_output=True, text=True,
                                timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{program} did not end in {seconds:.0f} s") from None
    if result.returncode != 0:
        raise BenchError(result.stderr.strip())
    return json.loads(result.stdout)


def rate_and_cores(rate, used_seconds):
    """What `rate()` returns, and how many processors the server whose processor time is `used_seconds()` kept busy
    meanwhile."""
    before, began = used_seconds(), time.monotonic()
    found = rate()
    return found, (used_seconds() - before) / (time.monotonic() - began)


def count_requests(url, connections, seconds, used_seconds, arguments=()):
    """Requests a second that wrk finds, and cores as rate_and_cores() has them."""
    def rate():
        result = subprocess.run(["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", *arguments, url],
                                capture_output=True, text=True, timeout=seconds + 20, check=False)
        found = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("Requests/sec:")]
        if result.returncode != 0 or not found or "Non-2xx" in result.stdout:
            raise BenchError(f"wrk: {result.stdout} {result.stderr}")
        return float(found[0])

    return rate_and_cores(rate, used_seconds)
