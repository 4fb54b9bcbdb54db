#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Soaks; scripts/soak calls it when everything is installed and built."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "bench"))

# pylint: disable=wrong-import-position
from side_by_side import guard, interruption, media  # noqa: E402
from side_by_side.place import Place  # noqa: E402
from soaking import report  # noqa: E402
from soaking.servers import Servers  # noqa: E402
from soaking.soak import Soak  # noqa: E402

START_AND_END_S = 180  # beside the minutes themselves


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/soak")
    parser.add_argument("--source", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json")
    parser.add_argument("--no-reloads", action="store_true")
    options = parser.parse_args()
    if not 0 < options.minutes <= 7 * 24 * 60:
        parser.error(f"--minutes '{options.minutes}': expected more than 0 and at most a week")
    return options


def soak(options, root):
    place = Place(options.source, options.build, root)
    kept = os.path.join(options.build, "bench-stream.flv")
    media.make_file(kept)
    seconds = options.minutes * 60
    with Servers(place, kept) as servers:
        run = Soak(place, servers, kept, options.seed, seconds, not options.no_reloads)
        run.run()
        messages, problems = run.log_messages(), run.problems()
    slopes = report.slopes_of(run.samples, seconds)
    print(report.text(slopes, run.tally, dict(run.events) | messages, problems), flush=True)
    if options.json:
        result = {"began": options.began, "minutes": options.minutes, "seed": options.seed,
                  "reloads": not options.no_reloads} | report.as_dict(
            slopes, run.tally, dict(run.events) | messages, problems, run.samples)
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    return report.status(slopes, problems)


def main():
    options = parse_arguments()
    options.began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    root = tempfile.mkdtemp(prefix="rtmpt-soak-")
    status = guard.run_guarded(lambda: interruption.run(lambda: soak(options, root), "soak"),
                               options.minutes * 60 + START_AND_END_S, "soak")
    if status == report.GOOD:
        shutil.rmtree(root)
    else:
        print(f"soak: the servers' and the clients' logs are in {root}/logs", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
