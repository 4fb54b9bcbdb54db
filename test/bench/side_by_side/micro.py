# SPDX-License-Identifier: Apache-2.0
"""The micro benchmarks and the count of instructions."""

import json
import os
import subprocess

from .process import BenchError


def measure(bench):
    place = bench.place
    output = place.path("micro.json")
    _run([place.program("micro_benchmarks"), "--benchmark_min_time=0.2", "--benchmark_out_format=json",
          f"--benchmark_out={output}"], 90)
    with open(output, encoding="utf-8") as text:
        found = {one["name"]: {"cpu_ns": one["cpu_time"]} for one in json.load(text)["benchmarks"]}
    instructions = _run([os.path.join(place.source, "test/bench/instructions"), place.program("count_idles")], 90)
    found["instructions of an idle"] = {"instructions": int(instructions)}
    return {"title": "parts of the gateway alone", "names": {name: name for name in found},
            "samples": {name: [figures] for name, figures in found.items()}, "note": None}


def _run(command, seconds):
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{command[0]} did not end in {seconds} s") from None
    if result.returncode != 0:
        raise BenchError(f"{os.path.basename(command[0])}: {result.stdout} {result.stderr}".strip())
    return result.stdout
