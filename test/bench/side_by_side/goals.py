"""What the project wants to reach, each a figure of this run and its limit."""

from dataclasses import dataclass
from typing import Callable, Optional

from .bench import median, ratio

CPU = "cpu_ms_per_stream_s"
MEMORY_LIMIT_KIB = 12


@dataclass(frozen=True)
class Goal:
    text: str
    find: Callable  # from all samples, {load: {contender: [sample, ...]}}: the figure, or None
    limit: float
    unit: str
    at_most: bool = True

    def verdict(self, samples):
        found: Optional[float] = self.find(samples)
        met = None if found is None else (found <= self.limit if self.at_most else found >= self.limit)
        return {"goal": self.text, "found": found, "limit": self.limit, "unit": self.unit, "at_most": self.at_most,
                "met": met}


def _of(samples, load, contender):
    return samples.get(load, {}).get(contender, [])


def _cpu(load, peer):
    return lambda samples: ratio(_of(samples, load, "ours"), _of(samples, load, peer), CPU)


def _delay(figure):
    return lambda samples: median(_of(samples, "delay", "ours"), figure)


def _scaling(samples):
    many = median(_of(samples, "many", "ours"), CPU)
    few = median(_of(samples, "viewers", "ours"), CPU)
    return many / few if many and few else None


def _complete(samples):
    ours = _of(samples, "many", "ours")
    counts = [one["complete"] / one["clients"] for one in ours if "complete" in one]
    return 100 * min(counts) if counts else None


def _gap(samples):
    return ratio(_of(samples, "many", "ours"), _of(samples, "many", "direct"), "gap_p95_ms")


def _memory(samples):
    found = median(_of(samples, "memory", "ours"), "memory_bytes_per_session")
    return found / 1024 if found else None


def _rate(samples):
    return ratio(_of(samples, "rate", "ours"), _of(samples, "rate", "page"), "requests_per_s")


GOALS = [
    Goal("librtmp viewers: CPU against HAProxy TCP", _cpu("viewers", "haproxy"), 1.1, "×"),
    Goal("ffmpeg viewers: CPU against HAProxy TCP", _cpu("ffmpeg", "haproxy"), 2.0, "×"),
    Goal("librtmp publishers: CPU against HAProxy TCP", _cpu("publishers", "haproxy"), 0.8, "×"),
    Goal("delay added, median", _delay("median_ms"), 25, "ms"),
    Goal("delay added, p95", _delay("p95_ms"), 60, "ms"),
    Goal("CPU of a stream among many against few", _scaling, 1.1, "×"),
    Goal("many viewers: complete", _complete, 100, "%", at_most=False),
    Goal("many viewers: longest gap p95 against direct RTMP", _gap, 2.0, "×"),
    Goal("memory of an idle session", _memory, MEMORY_LIMIT_KIB, "KiB"),
    Goal("empty idles a second against Apache's static page", _rate, 4.0, "×", at_most=False),
    Goal("RTMPTS: CPU against mod_proxy_http", _cpu("forwarded", "mod_proxy_http"), 0.5, "×"),
]


def verdicts(samples):
    return [goal.verdict(samples) for goal in GOALS]
