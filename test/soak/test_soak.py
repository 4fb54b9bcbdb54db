#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the verdict of scripts/soak rests on, without a server."""

import json
import os
import random
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "bench"))
sys.path.insert(0, os.path.join(HERE, "soaking"))

# pylint: disable=wrong-import-position
from flv_reader import Chunks, FlvPictures, WebSocketMessages  # noqa: E402
from soaking import limits, plan, report, samples, slopes  # noqa: E402
from soaking.tally import Tally  # noqa: E402

WHOLE_S = 1800.0


def _points(value_of, every_s=5):
    return [(float(second), value_of(second)) for second in range(0, int(WHOLE_S), every_s)]


class Lines(unittest.TestCase):
    def test_a_line_has_its_own_slope_and_no_error(self):
        slope, error = slopes.least_squares([(float(x), 7.0 + 0.25 * x) for x in range(10)])
        self.assertAlmostEqual(slope, 0.25)
        self.assertAlmostEqual(error, 0.0)

    def test_the_slope_and_its_error_are_those_of_the_textbook(self):
        # By hand: the line has 2.5, 3 and 3.5, so -0.5, 1 and -0.5 are left over; the squares of x about its mean are 2.
        slope, error = slopes.least_squares([(1.0, 2.0), (2.0, 4.0), (3.0, 3.0)])
        self.assertAlmostEqual(slope, 0.5)
        self.assertAlmostEqual(error, (1.5 / 1 / 2) ** 0.5)

    def test_a_block_is_the_median_of_its_samples_at_their_middle(self):
        found = slopes.medians_of_blocks([(0.0, 1.0), (30.0, 900.0), (59.0, 3.0), (60.0, 5.0)], 60.0)
        self.assertEqual([value for _, value in found], [3.0, 5.0])
        self.assertAlmostEqual(found[0][0], 89.0 / 3)
        self.assertEqual(found[1][0], 60.0)

    def test_the_warm_up_does_not_count(self):
        found = slopes.judge(_points(lambda second: 1000.0 + max(0, 400 - second) * 50), WHOLE_S, 10.0)
        self.assertEqual((found.verdict, found.level), (slopes.FLAT, 1000.0))
        self.assertAlmostEqual(found.per_hour, 0.0)


class Verdicts(unittest.TestCase):
    def test_a_leak_rises_and_is_told_in_its_unit_per_hour(self):
        noise = random.Random(1)
        found = slopes.judge(_points(lambda second: 9000 + second * 2.0 + noise.gauss(0, 100)), WHOLE_S, 4096.0)
        self.assertEqual(found.verdict, slopes.RISES)
        self.assertLess(abs(found.per_hour - 7200), found.doubt)

    def test_noise_alone_is_flat(self):
        noise = random.Random(2)
        found = slopes.judge(_points(lambda second: 9000 + noise.gauss(0, 200)), WHOLE_S, 4096.0)
        self.assertEqual(found.verdict, slopes.FLAT)
        self.assertGreater(found.doubt, 0.0)

    def test_too_much_noise_is_neither_flat_nor_rising(self):
        noise = random.Random(3)
        found = slopes.judge(_points(lambda second: 9000 + noise.gauss(0, 4000)), WHOLE_S, 100.0)
        self.assertEqual(found.verdict, slopes.UNSURE)

    def test_what_falls_is_flat(self):
        self.assertEqual(slopes.judge(_points(lambda second: 9000 - second), WHOLE_S, 1.0).verdict, slopes.FLAT)

    def test_the_doubt_decides_on_both_sides_of_the_limit(self):
        self.assertEqual(slopes.verdict(60.0, 40.0, 100.0), slopes.FLAT)
        self.assertEqual(slopes.verdict(60.0, 41.0, 100.0), slopes.UNSURE)
        self.assertEqual(slopes.verdict(140.0, 40.0, 100.0), slopes.UNSURE)
        self.assertEqual(slopes.verdict(141.0, 40.0, 100.0), slopes.RISES)

    def test_too_few_samples_prove_nothing(self):
        self.assertEqual(slopes.judge(_points(lambda _: 1.0)[:-200], WHOLE_S, 1.0).verdict, slopes.UNSURE)
        self.assertEqual(slopes.judge([], WHOLE_S, 1.0).verdict, slopes.UNSURE)

    def test_a_short_run_has_blocks_enough(self):
        self.assertEqual(slopes.block_length(WHOLE_S), 60.0)
        found = slopes.judge([(float(second), 5.0) for second in range(120)], 120.0, 1.0)
        self.assertEqual(found.verdict, slopes.FLAT)


class Plans(unittest.TestCase):
    def test_every_scheme_and_both_targets_have_a_place(self):
        kinds = {kind.name() for kind in plan.places()}
        for target in ("server", "hub"):
            for scheme in ("rtmp", "rtmpt", "rtmps", "rtmpts"):
                self.assertIn(f"{target} {scheme} player", kinds)
        for scheme in ("http", "https", "ws", "wss"):
            self.assertIn(f"hub {scheme} watcher", kinds)
        self.assertLessEqual(len(plan.places()), 32)

    def test_a_seed_gives_the_same_visits_again(self):
        kind = plan.Kind(plan.PLAYER, "rtmp", "hub")
        first, again, other = (
            [plan.draw(source, kind) for _ in range(20)] for source in (random.Random(5), random.Random(5), random.Random(6)))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_viewers_stall_within_their_visit_and_publishers_never(self):
        source = random.Random(7)
        viewers = [plan.draw(source, plan.Kind(plan.WATCHER, "ws", "hub")) for _ in range(200)]
        self.assertEqual({one.fate for one in viewers}, {plan.LEAVES, plan.VANISHES, plan.STALLS})
        for one in viewers:
            self.assertLessEqual(one.stall_s, one.seconds)
            self.assertEqual(one.stall_s > 0, one.fate == plan.STALLS)
        publishers = [plan.draw(source, plan.Kind(plan.PUBLISHER, "rtmp", "hub")) for _ in range(200)]
        self.assertEqual({one.fate for one in publishers}, {plan.LEAVES, plan.VANISHES})


class Tallies(unittest.TestCase):
    def test_failures_are_told_by_kind(self):
        tally = Tally()
        tally.count("hub ws watcher", plan.LEAVES, 500)
        tally.count("hub ws watcher", plan.VANISHES, 0, "had nothing")
        self.assertEqual(tally.as_dict(), {"hub ws watcher": {"good": 1, "got": 500, "failed": {"had nothing": 1}}})
        self.assertEqual(tally.clients(), 2)

    def test_nobody_who_plays_is_a_problem(self):
        self.assertEqual(Tally().problems(["a", "b", "b"]), ["no a got what it came for", "no b got what it came for"])

    def test_too_many_failures_are_a_problem(self):
        tally = Tally()
        for number in range(100):
            tally.count("a", plan.LEAVES, 1, "gone" if number < 10 else None)
        self.assertEqual(tally.problems(["a"]), [])
        tally.count("a", plan.LEAVES, 0, "gone")
        self.assertEqual(len(tally.problems(["a"])), 1)


class Reports(unittest.TestCase):
    def setUp(self):
        self.samples = [(float(second), {key: 10 for key in limits.LIMITS}) for second in range(0, 1800, 5)]

    def test_every_figure_of_every_role_has_a_limit(self):
        self.assertEqual(set(limits.LIMITS), {(role, figure) for role in samples.ROLES for figure in samples.FIGURES}
                         - {(samples.PARENT, samples.PROCESSES)})

    def test_one_figure_that_rises_makes_the_run_bad(self):
        self.assertEqual(report.status(report.slopes_of(self.samples, WHOLE_S), []), report.GOOD)
        for seconds, figures in self.samples:
            figures[samples.GATEWAY, samples.DESCRIPTORS] = int(seconds)
        found = report.slopes_of(self.samples, WHOLE_S)
        self.assertEqual(report.status(found, []), report.BAD)
        self.assertIn(slopes.RISES, report.text(found, Tally(), {}, []))

    def test_a_problem_makes_a_flat_run_bad_and_a_short_run_is_neither(self):
        self.assertEqual(report.status(report.slopes_of(self.samples, WHOLE_S), ["no one played"]), report.BAD)
        self.assertEqual(report.status(report.slopes_of(self.samples[:50], WHOLE_S), []), report.TOO_SHORT)

    def test_the_result_of_any_run_is_json(self):
        found = report.as_dict(report.slopes_of(self.samples[:50], WHOLE_S), Tally(), {}, [], self.samples[:2])
        again = json.loads(json.dumps(found, allow_nan=False))
        self.assertEqual(again["slopes"][0]["doubt"], None)
        self.assertEqual(again["samples"][1]["rtmpt-gateway memory KiB"], 10)


class Streams(unittest.TestCase):
    def test_pictures_are_counted_however_the_bytes_are_cut(self):
        tags = b"".join(bytes([kind, 0, 0, 3]) + bytes(7) + b"abc" + bytes(4) for kind in (9, 8, 9, 18, 9))
        stream = b"FLV\x01\x05\x00\x00\x00\x09" + bytes(4) + tags
        for size in range(1, len(stream) + 1):
            pictures = FlvPictures()
            for at in range(0, len(stream), size):
                pictures.take(stream[at:at + size])
            self.assertEqual(pictures.count, 3)

    def test_what_is_no_flv_is_told(self):
        with self.assertRaisesRegex(ConnectionError, "expected FLV"):
            FlvPictures().take(b"<html> and so on ...")

    def test_chunks_and_messages_are_unwrapped_however_the_bytes_are_cut(self):
        long = bytes(300)
        chunked = b"3\r\nabc\r\n12c;x=y\r\n" + long + b"\r\n1\r\nd\r\n"
        messages = b"\x82\x03abc\x89\x00\x82\x7e\x01\x2c" + long + b"\x82\x01d"
        for framed, make in ((chunked, Chunks), (messages, WebSocketMessages)):
            for size in range(1, len(framed) + 1):
                reader = make()
                found = b"".join(reader.take(framed[at:at + size]) for at in range(0, len(framed), size))
                self.assertEqual(found, b"abc" + long + b"d")

    def test_the_end_of_a_stream_is_told(self):
        with self.assertRaisesRegex(ConnectionError, "ended"):
            Chunks().take(b"0\r\n\r\n")
        with self.assertRaisesRegex(ConnectionError, "closed"):
            WebSocketMessages().take(b"\x88\x00")


if __name__ == "__main__":
    unittest.main()
