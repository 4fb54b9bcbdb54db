# SPDX-License-Identifier: Apache-2.0
"""Nothing that a measurement starts outlives it, however it ends.

The measuring process is a child of a guard. Whatever the measurement leaves behind, also grandchildren whose parents
are gone, becomes the guard's (it is their subreaper), and the guard ends it. A guard that is killed takes its child
along, which ends what it started as on any other end.
"""

import ctypes
import os
import signal
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
END_GRACE_S = 20

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signal_number=signal.SIGKILL):
    """For a child between fork and exec."""
    _libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def keep_niceness():
    """For the same child, in a session of its own: Linux gives each session a group of its own to share the processors,
    as if nobody had said `nice`. See sched(7)."""
    niceness = os.nice(0)
    if niceness > 0:
        try:
            with open("/proc/self/autogroup", "w", encoding="ascii") as group:
                group.write(str(niceness))
        except OSError:
            pass  # no such groups, or too many changes at once


def children(pid):
    """The live and the dead-but-unreaped children of a process."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as text:
                found += [int(child) for child in text.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def tree(pid):
    """A process and all its descendants."""
    found = [pid]
    for child in children(pid):
        found += tree(child)
    return found


def _end_children():
    while left := children(os.getpid()):
        for pid in left:
            for one in tree(pid):
                try:
                    os.kill(one, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            os.waitpid(pid, 0)


def run_guarded(measure, limit_s, program="bench"):
    """Calls measure() in a child and returns its exit status; after `limit_s` seconds the child is told to end, and
    `program` is said to be over."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    guard = os.getpid()
    child = os.fork()
    if child == 0:
        die_with_parent(signal.SIGTERM)
        if os.getppid() != guard:
            os._exit(1)
        os._exit(measure())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _frame: os.kill(child, signal.SIGTERM))
    status = _wait(child, limit_s, program)
    _end_children()
    return status


def _wait(child, limit_s, program):
    deadline = time.monotonic() + limit_s
    told = False
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid == child:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline + END_GRACE_S:
            os.kill(child, signal.SIGKILL)
        elif time.monotonic() > deadline and not told:
            print(f"{program}: {limit_s:.0f} s are over; ending", flush=True)
            os.kill(child, signal.SIGTERM)
            told = True
        time.sleep(0.1)
