# SPDX-License-Identifier: Apache-2.0
"""What a run found, as a table for people, as JSON, and as a chart."""

import dataclasses
import datetime
import json
import os
import platform

from . import chart, goals
from .bench import median, ratio

_COLUMNS = [  # heading, figure, scale, digits
    ("CPU ms/s", "cpu_ms_per_stream_s", 1, 3), ("start p50", "start_p50_ms", 1, 0), ("p95 ms", "start_p95_ms", 1, 0),
    ("gap p95 ms", "gap_p95_ms", 1, 0),
    ("handshakes/s", "handshakes_per_s", 1, 0), ("KiB", "memory_bytes_per_session", 1 / 1024, 1),
    ("requests/s", "requests_per_s", 1, 0), ("cores", "busy_cores", 1, 2),
    ("requests per CPU s", "requests_per_cpu_s", 1, 0), ("delay p50", "median_ms", 1, 1), ("p95 ms", "p95_ms", 1, 1),
    ("CPU ns", "cpu_ns", 1, 0), ("instructions", "instructions", 1, 0)]
_COMPARED = ("cpu_ms_per_stream_s", "requests_per_s")


def result(groups, scale, bit_rate):
    """Everything, in a form that JSON takes."""
    samples = {load: group["samples"] for load, group in groups.items()}
    return {"when": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "machine": _machine(),
            "scale": dataclasses.asdict(scale), "stream_bits_per_s": round(bit_rate),
            "loads": {load: group | {"rows": _rows(group)} for load, group in groups.items()},
            "goals": goals.verdicts(samples)}


def _machine():
    with open("/proc/cpuinfo", encoding="utf-8") as text:
        model = next((line.partition(":")[2].strip() for line in text if line.startswith("model name")), "unknown")
    return {"processors": os.cpu_count(), "model": model, "kernel": platform.release(), "load_average": os.getloadavg()[0]}


def _rows(group):
    """One per contender: the median of each figure over the rounds, and the ratio of ours to it."""
    rows = []
    for key, name in group["names"].items():
        samples = group["samples"].get(key, [])
        good = [one for one in samples if "error" not in one]
        row = {"key": key, "name": name, "errors": [one["error"] for one in samples if "error" in one],
               "complete_of": _complete(good)}
        row |= {figure: median(good, figure) for figure in {name for one in good for name in one}}
        ours = group["samples"].get(group.get("against", {}).get(key, "ours"), [])
        row["ours_to_it"] = next((found for figure in _COMPARED if (found := ratio(ours, samples, figure))), None)
        rows.append(row)
    return rows


def _complete(samples):
    counted = [one for one in samples if "complete" in one]
    worst = min(counted, key=lambda one: one["complete"], default=None)
    return f"{worst['complete']}/{worst['clients']}" if worst else None


def failures(found, only_fatal=False):
    """Every sample that could not be had. Fatal is one of ours, and a server without any."""
    texts = []
    for group in found["loads"].values():
        texts += [f"{group['title']}: {group['error']}"] if "error" in group else []
        for row in group["rows"]:
            fatal = row["key"].startswith("ours") or len(row["errors"]) == len(group["samples"][row["key"]])
            texts += [f"{group['title']}, {row['name']}: {error}" for error in row["errors"] if fatal or not only_fatal]
    return texts


def as_json(found):
    return json.dumps(found, indent=1) + "\n"


as_svg = chart.draw


def text(found):
    """A Markdown table for each load, then the goals: docs/performance.md takes them as they are."""
    lines = []
    for group in found["loads"].values():
        lines += ["", f"**{group['title']}**" + (f" ({group['note']})" if group.get("note") else ""), ""]
        lines += _table(group["rows"])
    lines += ["", "| Goal | found | wanted | |", "|---|---:|---:|---|"]
    lines += [_goal_line(one) for one in found["goals"] if one["found"] is not None]
    lines += [f"failed: {one}" for one in failures(found)]
    return "\n".join(lines)


def _table(rows):
    columns = [one for one in _COLUMNS if any(row.get(one[1]) is not None for row in rows)]
    compared = len(rows) > 1 and any(row["ours_to_it"] for row in rows)
    complete = any(row["complete_of"] for row in rows)
    heads = [""] + [one[0] for one in columns] + ["ours / it"] * compared + ["complete"] * complete
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    for row in rows:
        cells = [row["name"]] + [_number(row.get(figure), scale, digits) for _, figure, scale, digits in columns]
        cells += [_number(row["ours_to_it"], 1, 2)] * compared + [row["complete_of"] or "–"] * complete
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _number(value, scale, digits):
    return "–" if value is None else f"{value * scale:,.{digits}f}"


def _goal_line(one):
    sign = "≤" if one["at_most"] else "≥"
    unit = one["unit"]
    return (f"| {one['goal']} | {one['found']:.2f} {unit} | {sign} {one['limit']:g} {unit} | "
            f"{'met' if one['met'] else 'missed'} |")
