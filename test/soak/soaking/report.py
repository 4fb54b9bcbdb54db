# SPDX-License-Identifier: Apache-2.0
"""What a run found: the slopes, the clients, and whether it is good. Pure."""

from .limits import LIMITS
from .slopes import FLAT, RISES, judge

GOOD, BAD, TOO_SHORT = 0, 1, 3


def slopes_of(samples, whole_s):
    """`samples` are (seconds, {(role, figure): number}). Returns {(role, figure): Slope}."""
    return {key: judge([(seconds, figures[key]) for seconds, figures in samples], whole_s, limit)
            for key, limit in LIMITS.items()}


def status(slopes, problems):
    """The exit status: TOO_SHORT when nothing is wrong, but the noise leaves open whether something rises."""
    verdicts = [one.verdict for one in slopes.values()]
    if problems or RISES in verdicts:
        return BAD
    return GOOD if all(one == FLAT for one in verdicts) else TOO_SHORT


def slope_lines(slopes):
    rows = [("", "", "level", "an hour", "+/-", "limit", "")]
    rows += [(role, figure, f"{one.level:.0f}", f"{one.per_hour:+.0f}", f"{one.doubt:.0f}", f"{one.limit:.0f}", one.verdict)
             for (role, figure), one in slopes.items()]
    return [f"{role:<17} {figure:<12} {level:>8} {per_hour:>9} {doubt:>8} {limit:>8}  {verdict}".rstrip()
            for role, figure, level, per_hour, doubt, limit, verdict in rows]


def client_lines(tally):
    lines = [f"{'clients':<24} {'good':>6} {'failed':>6} {'got':>8}"]
    for kind, one in tally.as_dict().items():
        lines.append(f"{kind:<24} {one['good']:>6} {sum(one['failed'].values()):>6} {one['got']:>8}")
        lines += [f"    {number} {why}" for why, number in sorted(one["failed"].items())]
    fates = ", ".join(f"{number} {fate}" for fate, number in sorted(tally.fates.items()))
    return lines + [f"{tally.clients()} clients, by what they were to do: {fates}"]


def text(slopes, tally, events, problems):
    """All of it for a terminal. `events` are {what: how often}."""
    happened = ", ".join(f"{what} {number}" for what, number in events.items())
    verdict = {GOOD: "flat", BAD: "NOT GOOD", TOO_SHORT: "nothing wrong, but too noisy to say that all is flat: "
               "--minutes with more"}[status(slopes, problems)]
    return "\n".join(slope_lines(slopes) + [""] + client_lines(tally) + [f"events: {happened}"]
                     + [f"PROBLEM: {one}" for one in problems] + [f"soak: {verdict}"])


def as_dict(slopes, tally, events, problems, samples):
    return {
        "status": status(slopes, problems), "problems": problems, "events": events,
        "slopes": [{"of": role, "figure": figure, "level": one.level, "per_hour": one.per_hour,
                    "doubt": one.doubt if one.doubt < float("inf") else None, "limit": one.limit, "verdict": one.verdict}
                   for (role, figure), one in slopes.items()],
        "clients": tally.as_dict(), "fates": dict(tally.fates),
        "samples": [{"seconds": round(seconds, 1)} | {f"{role} {figure}": number for (role, figure), number in one.items()}
                    for seconds, one in samples]}
