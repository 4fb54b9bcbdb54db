#!/usr/bin/env python3
"""What the report of scripts/bench rests on, without a server."""

import os
import subprocess
import sys
import unittest
import xml.dom.minidom

from side_by_side import clients, goals, process, report
from side_by_side.bench import FULL, interleave, median, ratio, Carrier, Contender


class _Endless:
    """A Bench with any time."""

    def seconds_left(self):
        return 1.0


class _Start:
    def __enter__(self):
        return Carrier(os.getpid(), "rtmp://127.0.0.1:1935/live/s")

    def __exit__(self, *_):
        pass


def _group(samples):
    return {"title": "some <load>", "names": {key: key for key in samples}, "samples": samples, "note": None}


class Figures(unittest.TestCase):
    def test_a_ratio_compares_samples_of_the_same_round(self):
        ours = [{"x": 1.0}, {"x": 20.0}, {"error": "gone"}]
        theirs = [{"x": 2.0}, {"x": 40.0}, {"x": 1.0}]
        self.assertEqual(ratio(ours, theirs, "x"), 0.5)
        self.assertIsNone(ratio([], theirs, "x"))

    def test_a_median_leaves_failed_samples_out(self):
        self.assertEqual(median([{"x": 1.0}, {"error": "gone"}, {"x": 3.0}], "x"), 2.0)
        self.assertIsNone(median([{"error": "gone"}], "x"))

    def test_contenders_take_turns_and_a_failure_is_one_sample(self):
        order = []

        def take(key, _carrier):
            order.append(key)
            if key == "b":
                raise process.BenchError("no stream")
            return {"x": 1}

        found = interleave(_Endless(), [Contender("a", "A", _Start), Contender("b", "B", _Start)], take, 2)
        self.assertEqual(order, ["a", "b", "a", "b"])
        self.assertEqual(found, {"a": [{"x": 1}, {"x": 1}], "b": [{"error": "no stream"}, {"error": "no stream"}]})

    def test_a_client_without_its_pictures_is_not_complete(self):
        seen = clients.count_complete([250, 226, 224, 0], 10.0)
        self.assertEqual((seen["clients"], seen["complete"], seen["pictures_least"]), (4, 2, 0))


class Goals(unittest.TestCase):
    def test_a_goal_is_met_on_the_right_side_of_its_limit(self):
        def verdict(limit, at_most):
            return goals.Goal("", lambda _: 2.0, limit, "", at_most).verdict({})["met"]

        self.assertEqual([verdict(3, True), verdict(1, True), verdict(3, False), verdict(1, False)],
                         [True, False, False, True])

    def test_every_goal_of_an_empty_run_is_open(self):
        self.assertEqual({one["met"] for one in goals.verdicts({})}, {None})

    def test_the_goals_read_the_figures_of_their_loads(self):
        cpu = {"ours": [{"cpu_ms_per_stream_s": 1.0}], "haproxy": [{"cpu_ms_per_stream_s": 2.0}]}
        found = {one["goal"]: one["found"] for one in goals.verdicts({"viewers": cpu})}
        self.assertEqual(found["librtmp viewers: CPU against HAProxy TCP"], 0.5)


class Reports(unittest.TestCase):
    def test_only_failures_of_ours_and_of_servers_without_a_sample_are_fatal(self):
        samples = {"ours": [{"cpu_ms_per_stream_s": 1.0}], "once": [{"error": "e1"}, {"cpu_ms_per_stream_s": 2.0}],
                   "never": [{"error": "e2"}]}
        found = report.result({"viewers": _group(samples)}, FULL, 9e5)
        self.assertEqual(len(report.failures(found)), 2)
        self.assertEqual(report.failures(found, only_fatal=True), ["some <load>, never: e2"])

    def test_the_chart_is_well_formed_and_has_a_bar_for_each_server(self):
        samples = {"ours": [{"cpu_ms_per_stream_s": 1.0}], "peer & co": [{"cpu_ms_per_stream_s": 2.0}]}
        found = report.result({"viewers": _group(samples)}, FULL, 9e5)
        self.assertEqual(len(xml.dom.minidom.parseString(report.as_svg(found)).getElementsByTagName("rect")), 2)
        self.assertIn("| ours | 1.000 | 1.00 |", report.text(found))
        self.assertIn("| peer & co | 2.000 | 0.50 |", report.text(found))


class Processes(unittest.TestCase):
    def test_processor_time_counts_children_that_live_and_that_have_ended(self):
        burn = "import time\nwhile time.process_time() < 0.3: pass\n"
        script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])\n{burn}print(flush=True)\nsys.stdin.read()"
        with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as busy:
            busy.stdout.readline()
            used = process.cpu_seconds(busy.pid)
            busy.stdin.close()
        self.assertGreater(used, 0.55)
        self.assertLess(used, 1.5)

    def test_what_a_measurement_leaves_behind_is_ended(self):
        # The orphan holds the pipe's writing end: its end of file is the orphan's end.
        script = ("import os, subprocess, sys\nfrom side_by_side import guard\n"
                  "def measure():\n"
                  "  subprocess.Popen(['sh', '-c', 'sleep 600 & echo started'], start_new_session=True).wait()\n"
                  "  return 7\n"
                  "sys.exit(guard.run_guarded(measure, 60))")
        done = subprocess.run([sys.executable, "-B", "-c", script], cwd=os.path.dirname(os.path.abspath(__file__)),
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.returncode, done.stdout), (7, "started\n"))

    def test_a_measurement_that_takes_too_long_is_ended(self):
        script = ("import sys, time\nfrom side_by_side import guard\n"
                  "sys.exit(guard.run_guarded(lambda: time.sleep(600), 0.5) != -15)")
        done = subprocess.run([sys.executable, "-B", "-c", script], cwd=os.path.dirname(os.path.abspath(__file__)),
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
