# SPDX-License-Identifier: Apache-2.0
"""The run itself: one thread that lets clients come and go, samples the servers, and reloads httpd now and then."""

import collections
import math
import random
import re
import time

from . import plan, samples
from .client import Client, command, progress_file
from .tally import Tally

STEP_S = 0.25
SAMPLE_EVERY_S = 5.0
SAY_EVERY_S = 60.0
RELOAD_S = (80.0, 160.0)
CHANGE_PUBLISHER_S = (100.0, 200.0)
REST_S = (0.0, 1.5)  # between two visits of a place
STARTS_AT_ONCE = 2   # in one step: an ffmpeg that starts takes more than one that plays

_MESSAGE = re.compile(rb"\[[a-z_]+:(warn|error|crit|alert|emerg)\].*?\b(RTMPT[0-9]{3}|AH[0-9]{5})\b")


class Soak:
    """run() for so many seconds; then `samples`, `tally`, `events` and problems() have what it found."""

    def __init__(self, place, servers, media_file, seed, seconds, reloads=True):
        self._place = place
        self._servers = servers
        self._media_file = media_file
        self._random = random.Random(seed)
        self._whole_s = seconds
        self._kinds = plan.places()
        self._clients = {}
        self._begun = 0
        self._next_visit = {number: self._random.uniform(0, 20) for number in range(len(self._kinds))}
        self._due = {"sample": 0.0, "say": SAY_EVERY_S, "reload": self._random.uniform(*RELOAD_S) if reloads else math.inf,
                     "publisher": self._random.uniform(*CHANGE_PUBLISHER_S)}
        self._gateways = set()
        self.samples = []
        self.tally = Tally()
        self.events = collections.Counter({"reloads": 0, "hub publishers killed": 0})

    def run(self):
        began = time.monotonic()
        try:
            while (now := time.monotonic() - began) < self._whole_s:
                self._step_clients(now)
                self._do_what_is_due(now)
                time.sleep(STEP_S)
        finally:
            for one in self._clients.values():
                one.end()

    def problems(self):
        found = self.tally.problems([kind.name() for kind in self._kinds])
        if len(self._gateways) > 1:
            found.append(f"{len(self._gateways)} gateways have run one after the other: expected one")
        if self._servers.publishers_lost:
            found.append(f"{self._servers.publishers_lost} times a publisher that was to stay had ended")
        return found

    def log_messages(self):
        """{(level, id): how often} of httpd's error log."""
        with open(self._servers.log(), "rb") as text:
            found = collections.Counter(match.groups() for line in text if (match := _MESSAGE.search(line)))
        return {f"{level.decode()} {number.decode()}": count for (level, number), count in sorted(found.items())}

    def _step_clients(self, now):
        for number, one in list(self._clients.items()):
            if one.step(now):
                self.tally.count(one.kind.name(), one.visit.fate, one.got, one.failure)
                del self._clients[number]
                self._next_visit[number] = now + self._random.uniform(*REST_S)
        due = [number for number, when in self._next_visit.items() if when <= now][:STARTS_AT_ONCE]
        for number in due:
            del self._next_visit[number]
            self._start(number, now)

    def _start(self, number, now):
        kind = self._kinds[number]
        self._begun += 1
        arguments = command(kind, self._servers.url(kind, self._begun), self._media_file, progress_file(self._place, number))
        self._clients[number] = Client(self._place, number, kind, plan.draw(self._random, kind), arguments, now)

    def _do_what_is_due(self, now):
        self._servers.keep_publishing()
        if self._is_due("sample", now, SAMPLE_EVERY_S):
            figures, gateways = samples.take(self._servers.httpd.pid)
            self.samples.append((now, figures))
            self._gateways |= gateways
        if self._is_due("reload", now, self._random.uniform(*RELOAD_S)):
            self._servers.reload()
            self.events["reloads"] += 1
        if self._is_due("publisher", now, self._random.uniform(*CHANGE_PUBLISHER_S)):
            self._servers.change_hub_publisher()
            self.events["hub publishers killed"] += 1
        if self._is_due("say", now, SAY_EVERY_S):
            print(self._line(now), flush=True)

    def _is_due(self, what, now, again_s):
        if now < self._due[what]:
            return False
        self._due[what] = now + again_s
        return True

    def _line(self, now):
        figures = self.samples[-1][1]
        memory = ", ".join(f"{role} {figures[role, samples.MEMORY]} KiB {figures[role, samples.DESCRIPTORS]} fd"
                           for role in samples.ROLES)
        playing = sum(one.playing() for one in self._clients.values())
        failed = self.tally.clients() - self.tally.good.total()
        return f"  {now / 60:4.0f} min: {playing} clients busy, {self.tally.good.total()} good, {failed} failed; {memory}"
