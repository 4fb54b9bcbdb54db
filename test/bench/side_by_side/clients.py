"""The load: programs that behave as clients, and what they say they have seen."""

import json
import select
import subprocess
import time

from .media import PICTURES_PER_SECOND
from .process import BenchError, Program, cpu_seconds, wait_until

START_S = 20.0  # clients that stream only after so long are counted as failed
COMPLETE_SHARE = 0.9  # of the pictures that the window's length makes


def count_complete(pictures, window_s, tolerance=0.0):
    """How the clients fared, by the pictures that each had in the window."""
    least = COMPLETE_SHARE * PICTURES_PER_SECOND * window_s - tolerance
    ordered = sorted(pictures)
    return {"clients": len(ordered), "complete": sum(one >= least for one in ordered), "pictures_least": ordered[0],
            "pictures_median": ordered[len(ordered) // 2]}


class LibrtmpClients:
    """`count` librtmp players or publishers (with `file`) in one program of test/bench/clients."""

    def __init__(self, place, url, count, file=None, ramp_ms=None):
        if ramp_ms is None:
            ramp_ms = 3 if count > 200 else 10
        self.count = count
        self._start_s = START_S + count * ramp_ms / 1000
        command = [place.program("rtmp_clients"), "publish" if file else "play", url, str(count), str(ramp_ms)]
        self._program = Program(command + ([file] if file else []), place.log("clients"), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)

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
        return seen | count_complete(seen.pop("pictures"), seen["window_s"])

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
        return [_last_frame(path) for path in self._progress]


def _last_frame(path):
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
