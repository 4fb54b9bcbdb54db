# SPDX-License-Identifier: Apache-2.0
"""What httpd's parent, its children and the gateway have at one moment."""

import os

from side_by_side import guard

PARENT, CHILDREN, GATEWAY = "httpd's parent", "httpd's children", "rtmpt-gateway"
ROLES = (PARENT, CHILDREN, GATEWAY)
MEMORY, DESCRIPTORS, THREADS, PROCESSES = "memory KiB", "descriptors", "threads", "processes"
FIGURES = (MEMORY, DESCRIPTORS, THREADS, PROCESSES)


def role_of(pid, parent_pid):
    if pid == parent_pid:
        return PARENT
    with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as name:
        return GATEWAY if name.read().startswith("rtmpt-gateway") else CHILDREN


def _of_process(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as text:
        status = dict(line.split(":", 1) for line in text if ":" in line)
    # Memory that the process has written, whether it shares it with the one that it was forked from or not: what is
    # shared changes with every process that comes and goes, and would say nothing about this one.
    return {MEMORY: int(status.get("RssAnon", "0 kB").split()[0]), THREADS: int(status["Threads"]), PROCESSES: 1,
            DESCRIPTORS: len(os.listdir(f"/proc/{pid}/fd"))}


def take(parent_pid):
    """{(role, figure): number} of httpd and all its descendants, and the set of gateways' process ids."""
    found = {(role, figure): 0 for role in ROLES for figure in FIGURES}
    gateways = set()
    for pid in guard.tree(parent_pid):
        try:
            role, figures = role_of(pid, parent_pid), _of_process(pid)
        except (OSError, KeyError):
            continue  # it has ended just now
        for figure, number in figures.items():
            found[role, figure] += number
        if role == GATEWAY:
            gateways.add(pid)
    return found, gateways
