# SPDX-License-Identifier: Apache-2.0
"""Who comes, for how long, and how it leaves. Pure: the same seed gives each place the same visits."""

from dataclasses import dataclass

from side_by_side.media import PICTURES_PER_SECOND

LEAVES, VANISHES, STALLS = "leaves", "vanishes", "stalls"
SHORTEST_S, LONGEST_S = 8.0, 40.0
STALL_S = (3.0, 8.0)
PAGES_PER_SECOND = 4

PUBLISHER, PLAYER, WATCHER, READER, OPENER = "publisher", "player", "watcher", "reader", "opener"


@dataclass(frozen=True)
class Kind:
    """`target`: "server", the media server behind httpd, or "hub"."""
    role: str
    scheme: str
    target: str

    def name(self):
        return f"{self.target} {self.scheme} {self.role}"

    def encrypted(self):
        return self.scheme in ("rtmps", "rtmpts", "https", "wss")

    def per_second(self):
        """What it gets or sends when all is well: pictures, pages or connections."""
        return PICTURES_PER_SECOND if self.role in (PUBLISHER, PLAYER, WATCHER) else PAGES_PER_SECOND


@dataclass(frozen=True)
class Visit:
    """`seconds` from the first picture on; `stall_s` of them, in the middle, the client reads nothing."""
    seconds: float
    fate: str
    stall_s: float = 0.0


def places():
    """Each of the places at the table has clients of one kind, one after the other: the mixture stays the same over the
    whole time, and so does what it needs, however the visits fall."""
    rtmp_all = ("rtmp", "rtmpt", "rtmps", "rtmpts")
    found = [Kind(PUBLISHER, scheme, "server") for scheme in ("rtmp", "rtmpt", "rtmps")]
    found += [Kind(PUBLISHER, scheme, "hub") for scheme in ("rtmp", "rtmpt", "rtmpts")]
    found += [Kind(PLAYER, scheme, target) for target in ("server", "hub") for scheme in rtmp_all]
    found += [Kind(PLAYER, "rtmp", "server"), Kind(PLAYER, "rtmpt", "server"), Kind(PLAYER, "http", "hub")]
    found += [Kind(WATCHER, scheme, "hub") for scheme in ("http", "http", "https", "ws", "ws", "wss")]
    found += [Kind(READER, "http", "server"), Kind(READER, "https", "server"), Kind(READER, "http", "hub")]
    found += [Kind(OPENER, "rtmp", "server"), Kind(OPENER, "rtmp", "hub")]
    return found


def draw(random, kind):
    """The next visit of a place. Who publishes does not stall: that would be its viewers' picture."""
    seconds = random.uniform(SHORTEST_S, LONGEST_S)
    stalls = kind.role in (PLAYER, WATCHER)
    fate = random.choices((LEAVES, VANISHES, STALLS), (2, 1, 1 if stalls else 0))[0]
    return Visit(seconds, fate, random.uniform(*STALL_S) if fate == STALLS else 0.0)
