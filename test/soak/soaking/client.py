# SPDX-License-Identifier: Apache-2.0
"""One client: a process that plays, publishes or reads, and leaves as its visit says."""

import os
import signal
import sys

from side_by_side.clients import START_S, last_frame
from side_by_side.process import Program

from .plan import OPENER, PLAYER, PUBLISHER, STALLS, VANISHES

# The machine may be busy, and a publisher of the hub comes anew now and then: this is no measurement of speed.
FEWEST_SHARE = 0.3
LEAVE_S = 15.0  # after SIGTERM

_FFMPEG = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1"]
_VISITOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "visitor.py")


def command(kind, url, media_file, progress):
    """What runs as a client of `kind`; it says in the file `progress` how far it is, as ffmpeg does."""
    said = ["-stats_period", "0.5", "-progress", progress]
    if kind.role == PUBLISHER:
        return _FFMPEG + ["-re", "-stream_loop", "-1", "-i", media_file, "-c", "copy", *said, "-f", "flv", url]
    if kind.role == PLAYER:
        return _FFMPEG + ["-analyzeduration", "1000000", "-i", url, "-map", "0:v", "-c", "copy", *said, "-f", "null", "-"]
    return [sys.executable, "-B", _VISITOR, kind.role, url, progress]


class Client:
    """Begins when it is made. step() until it returns True; then `failure` and `got` say how it fared."""

    def __init__(self, place, number, kind, visit, arguments, now):
        self.kind = kind
        self.visit = visit
        self.failure = None
        self.got = 0
        self._began = now
        self._first = None  # when it had its first picture
        self._stalled = None
        self._told = None
        self._progress = progress_file(place, number)
        with open(self._progress, "w", encoding="ascii"):
            pass
        self._program = Program(arguments, place.log(kind.name().replace(" ", "-")))

    def step(self, now):
        self.got = last_frame(self._progress)
        if not self._program.running():
            if self._told is None:
                self._fail(f"ended by itself, {'before' if self._first is None else 'after'} its first picture")
            return self._finish(now)
        if self._told is not None:
            if now - self._told > LEAVE_S:
                self._fail(f"did not end within {LEAVE_S:.0f} s when it was told to")
                return self._finish(now)
        elif self._first is None:
            self._await_first(now)
        else:
            self._go_on(now)
        return False

    def playing(self):
        return self._first is not None

    def pid(self):
        return self._program.pid

    def _await_first(self, now):
        if self.got > 0:
            self._first = now
        elif now - self._began > START_S:
            self._fail(f"had nothing within {START_S:.0f} s")
            self._tell(signal.SIGKILL, now)

    def _go_on(self, now):
        middle = self._first + (self.visit.seconds - self.visit.stall_s) / 2
        if self.visit.fate == STALLS and self._stalled is None and now > middle:
            self._signal(signal.SIGSTOP)
            self._stalled = now
        elif self._stalled and now > self._stalled + self.visit.stall_s:
            self._signal(signal.SIGCONT)
            self._stalled = 0.0
        elif now > self._first + self.visit.seconds and not self._stalled:
            self._tell(signal.SIGKILL if self.visit.fate == VANISHES else signal.SIGTERM, now)

    def _tell(self, number, now):
        self._told = now
        self._signal(number)

    def _signal(self, number):
        if self._program.running():
            os.kill(self._program.pid, number)

    def _finish(self, now):
        played = (self._told or now) - (self._first or now) - self.visit.stall_s
        least = FEWEST_SHARE * self.kind.per_second() * played
        if self.got < least and self.kind.role != OPENER:
            self._fail(f"had less than {FEWEST_SHARE:.0%} of its time's")
        self.end()
        return True

    def _fail(self, why):
        self.failure = self.failure or why

    def end(self):
        self._program.kill()
        self._program.end(1.0)
        os.unlink(self._progress)


def progress_file(place, number):
    return place.path(f"progress-{number}")
