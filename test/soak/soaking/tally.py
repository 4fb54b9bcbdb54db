# SPDX-License-Identifier: Apache-2.0
"""How the clients fared, by kind. Pure."""

import collections

FEWEST_GOOD_SHARE = 0.9  # of all clients: one graceful or one busy moment of the machine may cost some


class Tally:
    def __init__(self):
        self.good = collections.Counter()
        self.got = collections.Counter()  # pictures, pages or connections
        self.failed = {}
        self.fates = collections.Counter()

    def count(self, kind, fate, got, failure=None):
        """One client of `kind` (a name) has gone; `failure` says in words what was wrong with it."""
        self.fates[fate] += 1
        self.got[kind] += got
        if failure:
            self.failed.setdefault(kind, collections.Counter())[failure] += 1
        else:
            self.good[kind] += 1

    def clients(self):
        return self.good.total() + sum(one.total() for one in self.failed.values())

    def problems(self, expected):
        """What is wrong with the run as a whole; `expected` are the names of all kinds."""
        found = [f"no {kind} got what it came for" for kind in sorted(set(expected)) if self.good[kind] == 0]
        clients = self.clients()
        if clients and self.good.total() < FEWEST_GOOD_SHARE * clients:
            found.append(f"only {self.good.total()} of {clients} clients got what they came for, expected "
                         f"{FEWEST_GOOD_SHARE:.0%} of them")
        return found

    def as_dict(self):
        return {kind: {"good": self.good[kind], "got": self.got[kind], "failed": dict(self.failed.get(kind, {}))}
                for kind in sorted(set(self.got) | set(self.failed))}
