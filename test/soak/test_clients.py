#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How a client of scripts/soak is counted, and what is sampled of processes, with programs that only pretend. The time that
the clients see is the test's."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "bench"))

# pylint: disable=wrong-import-position
from side_by_side.clients import START_S  # noqa: E402
from side_by_side.process import Program, wait_until  # noqa: E402
from soaking import plan, samples  # noqa: E402
from soaking.client import LEAVE_S, Client, progress_file  # noqa: E402

PLAYER = plan.Kind(plan.PLAYER, "rtmp", "hub")
SECONDS = 20.0
DEADLINE_S = 60.0
ENOUGH = "echo frame=500 >>$0; exec sleep 600"


class _Place:
    """A directory for logs and progress."""

    def __init__(self, root):
        self._root = root

    def path(self, name):
        return os.path.join(self._root, name)

    log = path


def _state(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as text:
        return text.read().rpartition(")")[2].split()[0]


class Clients(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rtmpt-test-")
        self.addCleanup(folder.cleanup)
        self._place = _Place(folder.name)

    def _start(self, script, fate=plan.LEAVES, stall_s=0.0):
        visit = plan.Visit(SECONDS, fate, stall_s)
        arguments = ["sh", "-c", script, progress_file(self._place, 1)]
        one = Client(self._place, 1, PLAYER, visit, arguments, 0.0)
        self.addCleanup(lambda: one.end() if os.path.exists(progress_file(self._place, 1)) else None)
        return one

    def _play(self, script, **visit):
        """A client that has had its first picture at 1.0."""
        one = self._start(script, **visit)
        wait_until(lambda: one.step(1.0) or one.playing(), "the client plays", DEADLINE_S)
        return one

    def _await_end(self, one, now):
        wait_until(lambda: one.step(now), "the client has ended", DEADLINE_S)

    def test_who_leaves_and_who_vanishes_with_the_pictures_of_their_time_are_good(self):
        for fate in (plan.LEAVES, plan.VANISHES):
            one = self._play(ENOUGH, fate=fate)
            self.assertFalse(one.step(SECONDS))
            self._await_end(one, 1.0 + SECONDS + 0.1)
            self.assertEqual((one.failure, one.got), (None, 500))

    def test_too_few_pictures_are_a_failure(self):
        one = self._play("echo frame=140 >>$0; exec sleep 600")
        self._await_end(one, 1.0 + SECONDS + 0.1)
        self.assertIn("less than 30%", one.failure)

    def test_who_never_has_a_picture_fails_in_time(self):
        one = self._start("exec sleep 600")
        self.assertFalse(one.step(START_S - 0.1))
        self._await_end(one, START_S + 0.1)
        self.assertIn("nothing within", one.failure)

    def test_who_ends_by_itself_fails(self):
        one = self._start("exit 1")
        self._await_end(one, 1.0)
        self.assertEqual(one.failure, "ended by itself, before its first picture")

    def test_who_does_not_end_when_told_fails_and_is_gone(self):
        one = self._play("trap '' TERM; echo frame=500 >>$0; exec sleep 600")
        self.assertFalse(one.step(1.0 + SECONDS + 0.1))
        self.assertFalse(one.step(SECONDS + LEAVE_S))
        self.assertTrue(one.step(SECONDS + LEAVE_S + 2.0))
        self.assertIn("did not end", one.failure)

    def test_who_stalls_is_stopped_in_the_middle_and_goes_on(self):
        one = self._play(ENOUGH, fate=plan.STALLS, stall_s=4.0)
        one.step(1.0 + 7.9)
        wait_until(lambda: _state(one.pid()) == "S", "the client still plays", DEADLINE_S)
        one.step(1.0 + 8.1)
        wait_until(lambda: _state(one.pid()) == "T", "the client is stopped", DEADLINE_S)
        one.step(1.0 + 12.2)
        wait_until(lambda: _state(one.pid()) == "S", "the client goes on", DEADLINE_S)
        self._await_end(one, 1.0 + SECONDS + 0.1)
        self.assertIsNone(one.failure)


class Samples(unittest.TestCase):
    def test_a_process_is_counted_with_its_children_and_what_they_hold(self):
        with tempfile.TemporaryDirectory(prefix="rtmpt-test-") as folder, \
                Program(["sh", "-c", "sleep 600 & exec sleep 600"], os.path.join(folder, "log")) as program:
            found = wait_until(lambda: self._take_two(program.pid), "both run", DEADLINE_S)
        self.assertEqual(found[samples.PARENT, samples.THREADS], 1)
        self.assertGreaterEqual(found[samples.PARENT, samples.DESCRIPTORS], 3)
        self.assertGreater(found[samples.CHILDREN, samples.MEMORY], 0)
        self.assertEqual(found[samples.GATEWAY, samples.PROCESSES], 0)

    def _take_two(self, pid):
        found, gateways = samples.take(pid)
        self.assertEqual(gateways, set())
        return found if found[samples.CHILDREN, samples.PROCESSES] == 1 else None

    def test_a_descriptor_more_is_seen(self):
        before, _ = samples.take(os.getpid())
        with open(os.devnull, "rb"):
            after, _ = samples.take(os.getpid())
        self.assertEqual(after[samples.PARENT, samples.DESCRIPTORS] - before[samples.PARENT, samples.DESCRIPTORS], 1)


if __name__ == "__main__":
    unittest.main()
