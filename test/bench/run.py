#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures; scripts/bench calls it when everything is installed and built."""

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time

from side_by_side import guard, hub_loads, interruption, loads, media, micro, report, rtmp_loads, tls_loads
from side_by_side.bench import FULL, QUICK, Bench
from side_by_side.place import Place
from side_by_side.process import BenchError

MEASUREMENTS = {"rtmpviewers": rtmp_loads.rtmp_viewers, "rtmppublishers": rtmp_loads.rtmp_publishers,
                "rtmpsviewers": tls_loads.rtmps_viewers, "handshakes": tls_loads.handshakes, "tlspage": tls_loads.page,
                "rtmpmany": rtmp_loads.many_rtmp_viewers, "page": rtmp_loads.page, "viewers": loads.viewers, "ffmpeg": loads.ffmpeg_viewers,
                "publishers": loads.publishers, "delay": loads.delay, "many": loads.many_viewers,
                "memory": loads.idle_memory, "rate": loads.idle_rate, "forwarded": loads.forwarded, "busy": loads.busy,
                "hubviewers": hub_loads.viewers, "hubmany": hub_loads.many_viewers, "gather": loads.gather,
                "micro": micro.measure}


LONGEST_LOAD_S = 70  # a load is begun only when so much is left


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--source", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--seconds", type=float, required=True, help="what is left of the ten minutes")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default=",".join(MEASUREMENTS))
    parser.add_argument("--json")
    parser.add_argument("--svg")
    options = parser.parse_args()
    options.only = options.only.split(",")
    unknown = [name for name in options.only if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"--only: '{unknown[0]}' is none of: {' '.join(MEASUREMENTS)}")
    return options


def measure_all(bench, names):
    groups = {}
    for name in names:
        began = time.monotonic()
        if bench.seconds_left() < 0:
            print(f"  {name}: left out, the time is over", flush=True)
            continue
        try:
            groups[name] = MEASUREMENTS[name](bench)
        except (BenchError, OSError) as error:
            print(f"  {name}: failed: {error}", flush=True)
            groups[name] = {"title": name, "names": {}, "samples": {}, "note": None, "error": str(error)}
            continue
        print(f"  {groups[name]['title']}: {time.monotonic() - began:.0f} s", flush=True)
    return groups


def measure(options, root):
    place = Place(options.source, options.build, root)
    kept = os.path.join(options.build, "bench-stream.flv")
    media.make_file(kept)
    scale = QUICK if options.quick else FULL
    with Bench(place, kept, scale, time.monotonic() + options.seconds - LONGEST_LOAD_S) as bench:
        groups = measure_all(bench, [name for name in MEASUREMENTS if name in options.only])
    result = report.result(groups, scale, media.bit_rate(kept))
    print(report.text(result), flush=True)
    for path, contents in ((options.json, report.as_json), (options.svg, report.as_svg)):
        if path:
            with open(path, "w", encoding="utf-8") as file:
                file.write(contents(result))
    return 1 if report.failures(result, only_fatal=True) else 0


def raise_descriptor_limit():
    """A thousand sessions take more than the usual soft limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def guarded(options, root):
    raise_descriptor_limit()
    return interruption.run(lambda: measure(options, root), "bench")


def main():
    options = parse_arguments()
    root = tempfile.mkdtemp(prefix="rtmpt-bench-")
    status = guard.run_guarded(lambda: guarded(options, root), options.seconds)
    if status == 0:
        shutil.rmtree(root)
    else:
        print(f"bench: the servers' logs are in {root}/logs", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
