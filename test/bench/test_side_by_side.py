#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the report of scripts/bench rests on, without a server."""

import os
import subprocess
import sys
import time
import unittest
import xml.dom.minidom

import run
from side_by_side import clients, goals, hub_loads, process, report
from side_by_side.bench import FULL, difference, interleave, median, ratio, Carrier, Contender


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

    def test_a_difference_is_of_samples_of_the_same_round(self):
        ours = [{"x": 5.0}, {"x": 30.0}, {"error": "gone"}]
        theirs = [{"x": 3.0}, {"x": 20.0}, {"x": 1.0}]
        self.assertEqual(difference(ours, theirs, "x"), 6.0)
        self.assertIsNone(difference(ours, [{"error": "gone"}] * 3, "x"))

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

    def test_pictures_are_counted_against_the_streams_own_rate(self):
        seen = clients.count_complete([30, 26, 25], 6.0, tolerance=1.0, picture_rate=5)
        self.assertEqual((seen["clients"], seen["complete"]), (3, 2))

    def test_a_client_without_its_bytes_is_not_complete(self):
        seen = clients.count_complete([125, 125, 0], 5.0, client_bytes=[560000, 200000, 560000], byte_rate=112500)
        self.assertEqual((seen["clients"], seen["complete"]), (3, 1))

    def test_cores_are_processor_time_by_time(self):
        used = iter([1.0, 3.0])
        found, cores = clients.rate_and_cores(lambda: time.sleep(0.1) or 70.0, lambda: next(used))
        self.assertEqual(found, 70.0)
        self.assertTrue(0 < cores <= 20.0, cores)


class Names(unittest.TestCase):
    def test_the_script_knows_each_measurement(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "bench")
        done = subprocess.run([script, "--only", "nonsense"], capture_output=True, text=True, timeout=30, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(f"is none of: {' '.join(run.MEASUREMENTS)}\n", done.stderr)


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

    def test_the_goals_of_rtmp_read_the_figures_of_their_loads(self):
        def sample(**figures):
            return [{"clients": 4, "complete": 4} | figures]

        viewers = {"ours": sample(cpu_ms_per_stream_s=1.0, gap_p95_ms=90.0, start_p50_ms=95.0,
                                  memory_bytes_per_session=20480),
                   "haproxy": sample(cpu_ms_per_stream_s=2.0, start_p50_ms=90.0), "direct": sample(gap_p95_ms=60.0)}
        pair = {"ours": sample(cpu_ms_per_stream_s=3.0), "haproxy": sample(cpu_ms_per_stream_s=4.0)}
        page = {"ours": [{"requests_per_s": one} for one in (1.0, 99.0, 100.0)],
                "off": [{"requests_per_s": one} for one in (100.0, 100.0, 1.0)]}
        many = {"ours": sample(), "direct": sample()}
        many["ours"][0]["complete"] = 3
        found = {one["goal"]: one["found"] for one in goals.verdicts(
            {"rtmpviewers": viewers, "rtmppublishers": pair, "rtmpsviewers": pair, "rtmpmany": many, "page": page,
             "handshakes": {"ours": sample(gap_p95_ms=90.0), "calm": sample(gap_p95_ms=60.0)},
             "tlspage": page | {"ours_closing": [{"requests_per_s": 30.0}], "off_closing": [{"requests_per_s": 40.0}]}})}
        self.assertEqual({name: one for name, one in found.items() if one is not None}, {
            "RTMP viewers: CPU against HAProxy TCP": 0.5, "RTMP viewers: longest gap p95 against direct RTMP": 1.5,
            "RTMP viewers: start p50 beyond HAProxy's": 5.0, "memory of an active RTMP viewer": 20.0,
            "RTMP publishers: CPU against HAProxy TCP": 0.75, "RTMPS viewers: CPU against HAProxy with TLS": 0.75,
            "many RTMP viewers: complete": 75.0, "a static page with RTMPTAcceptRTMP On against Off": 0.99,
            "RTMPS viewers beside handshakes: longest gap p95 against none": 1.5,
            "a page over TLS through the gateway against mod_ssl": 0.99, "the same with a connection for each request": 0.75})


    def test_the_goals_of_the_hub_read_the_figures_of_their_loads(self):
        def sample(cpu, complete=4, memory=4096):
            return [{"clients": 4, "complete": complete, "cpu_ms_per_stream_s": cpu, "memory_bytes_per_session": memory}]

        viewers = {"ours": sample(1.0), "ours_gathered": sample(0.6), "ours_websocket": sample(1.5), "ours_rtmp": sample(2.0, complete=3),
                   "ours_rtmpt": sample(8.0, memory=99999), "direct": sample(4.0), "node": sample(5.0)}
        many = {"ours": sample(0.9, complete=2), "ours_few": sample(1.0)}
        found = {one["goal"]: one["found"] for one in goals.verdicts({"hubviewers": viewers, "hubmany": many})}
        self.assertEqual({name: one for name, one in found.items() if one is not None}, {
            "hub, HTTP-FLV: CPU against nginx-rtmp's RTMP": 0.25,
            "hub, HTTP-FLV gathered for 100 ms: CPU against nginx-rtmp's RTMP": 0.15,
            "hub, RTMP: CPU against nginx-rtmp's RTMP": 0.5,
            "hub, RTMPT: CPU against nginx-rtmp's RTMP": 2.0, "hub, HTTP-FLV: CPU against node-media-server's": 0.2,
            "hub: memory of an HTTP-FLV viewer": 4.0, "hub: complete viewers of the worst kind": 75.0,
            "hub: CPU of an HTTP-FLV viewer among many against few": 0.9,
            "hub, many HTTP-FLV viewers: complete": 50.0})

    def test_the_worst_kind_is_looked_for_among_all_kinds_of_the_hub(self):
        self.assertEqual(list(goals.HUB_KINDS), list(hub_loads.KINDS))


class Reports(unittest.TestCase):
    def test_only_failures_of_ours_and_of_servers_without_a_sample_are_fatal(self):
        samples = {"ours": [{"cpu_ms_per_stream_s": 1.0}], "once": [{"error": "e1"}, {"cpu_ms_per_stream_s": 2.0}],
                   "never": [{"error": "e2"}]}
        found = report.result({"viewers": _group(samples)}, FULL, 9e5)
        self.assertEqual(len(report.failures(found)), 2)
        self.assertEqual(report.failures(found, only_fatal=True), ["some <load>, never: e2"])

    def test_a_row_is_compared_with_what_its_group_names(self):
        samples = {"ours": [{"requests_per_s": 6.0}], "off": [{"requests_per_s": 4.0}],
                   "ours_closing": [{"requests_per_s": 1.0}], "off_closing": [{"requests_per_s": 2.0}]}
        group = _group(samples) | {"against": {"ours_closing": "ours_closing", "off_closing": "ours_closing"}}
        rows = report.result({"page": group}, FULL, 9e5)["loads"]["page"]["rows"]
        self.assertEqual({one["key"]: one["ours_to_it"] for one in rows},
                         {"ours": 1.0, "off": 1.5, "ours_closing": 1.0, "off_closing": 0.5})

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
