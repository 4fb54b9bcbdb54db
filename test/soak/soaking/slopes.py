# SPDX-License-Identifier: Apache-2.0
"""Whether a figure stays as it is: a line through its samples, how sure that line is, and what is too steep. Pure."""

import math
import statistics
from dataclasses import dataclass

HOUR_S = 3600.0
WARM_UP_SHARE = 0.25  # of the whole time: caches fill, allocators and thread pools find their size
BLOCK_S = 60.0        # longer than most clients stay: one block's median says little about the next one's
FEWEST_BLOCKS = 8
ERRORS_OF_DOUBT = 2.0  # standard errors to both sides: nineteen lines of twenty lie within

FLAT, RISES, UNSURE = "flat", "RISES", "unsure"


@dataclass(frozen=True)
class Slope:
    """`per_hour` in the figure's unit, give or take `doubt`; `level` is the median; `limit` is the steepest that passes."""
    level: float
    per_hour: float
    doubt: float
    limit: float
    verdict: str


def after_warm_up(points, whole_s):
    """The (seconds, value) pairs behind the warm-up of a run of `whole_s` seconds."""
    return [point for point in points if point[0] >= whole_s * WARM_UP_SHARE]


def block_length(whole_s):
    """Blocks of a minute, or shorter ones where a short run would have too few."""
    return min(BLOCK_S, whole_s * (1 - WARM_UP_SHARE) / (FEWEST_BLOCKS + 1))


def medians_of_blocks(points, length_s):
    """One (middle time, median value) for each block of time that has samples: neighbouring samples see the same clients,
    so they are not independent, and one odd sample must not count."""
    blocks = {}
    for seconds, value in points:
        blocks.setdefault(int(seconds // length_s), []).append((seconds, value))
    return [(statistics.fmean(seconds for seconds, _ in block), statistics.median(value for _, value in block))
            for _, block in sorted(blocks.items())]


def least_squares(points):
    """(slope, its standard error) of the line through at least three points, per unit of the first coordinate."""
    middle_x = statistics.fmean(x for x, _ in points)
    middle_y = statistics.fmean(y for _, y in points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in points) / spread
    left_over = sum((y - middle_y - slope * (x - middle_x)) ** 2 for x, y in points)
    return slope, math.sqrt(left_over / (len(points) - 2) / spread)


def verdict(per_hour, doubt, limit):
    """Flat and rising only where the doubt leaves no other answer. A figure that falls is flat."""
    if per_hour + doubt <= limit:
        return FLAT
    return RISES if per_hour - doubt > limit else UNSURE


def judge(points, whole_s, limit):
    """`points` are (seconds since the run began, value) of the whole run; `limit` is in the value's unit per hour."""
    blocks = medians_of_blocks(after_warm_up(points, whole_s), block_length(whole_s))
    level = statistics.median(value for _, value in blocks) if blocks else 0.0
    if len(blocks) < FEWEST_BLOCKS:
        return Slope(level, 0.0, math.inf, limit, UNSURE)
    per_second, error = least_squares(blocks)
    per_hour, doubt = per_second * HOUR_S, error * HOUR_S * ERRORS_OF_DOUBT
    return Slope(level, per_hour, doubt, limit, verdict(per_hour, doubt, limit))
