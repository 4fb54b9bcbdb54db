# SPDX-License-Identifier: Apache-2.0
"""Programs that a measurement starts, and what they use."""

import os
import signal
import socket
import subprocess
import time

from . import guard


class BenchError(Exception):
    """A measurement that cannot be had; the text says why."""


def wait_until(condition, what, seconds=10.0, period=0.02):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise BenchError(f"{what}: not within {seconds:.0f} s")
        time.sleep(period)
    return result


def free_port():
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _in_child():
    guard.die_with_parent()
    guard.keep_niceness()


class Program:
    """A running program; `with` ends it and all its descendants."""

    def __init__(self, command, log, stdin=subprocess.DEVNULL, stdout=None, cwd=None):
        self.name = os.path.basename(command[0])
        self.log = log
        with open(log, "ab") as output:
            self._popen = subprocess.Popen(
                command, stdin=stdin, stdout=stdout or output, stderr=output, cwd=cwd, start_new_session=True,
                preexec_fn=_in_child, text=stdin == subprocess.PIPE)
        self.pid = self._popen.pid
        self.stdin = self._popen.stdin
        self.stdout = self._popen.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def running(self):
        return self._popen.poll() is None

    def wait(self, seconds):
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise BenchError(f"{self.name} did not end in {seconds:.0f} s; its log is {self.log}") from None

    def await_port(self, port):
        wait_until(lambda: not self.running() or accepts(port), f"{self.name} accepts connections")
        if not self.running():
            raise BenchError(f"{self.name} ended while it started: {self.log_end()}")

    def log_end(self):
        with open(self.log, encoding="utf-8", errors="replace") as text:
            return " / ".join(text.read().strip().splitlines()[-5:])

    def kill(self):
        self._popen.kill()

    def end(self, seconds=10.0):
        """SIGTERM, and SIGKILL for whatever of its family is still there after a while."""
        family = guard.tree(self.pid)
        if self.running():
            self._popen.terminate()
            try:
                self._popen.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        for pid in family:
            if is_alive(pid):
                wait_gone(pid, 2.0)
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self._popen.wait()
        for stream in (self.stdin, self.stdout):
            if stream:
                stream.close()


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as text:
            return text.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_gone(pid, seconds):
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def cpu_seconds(pid):
    """Processor time of a process and its descendants so far, user and system, also of children that have ended."""
    total = 0.0
    for one in guard.tree(pid):
        try:
            # The process's own clock has nanoseconds, where /proc counts hundredths of a second. See clock_getcpuclockid(3).
            total += time.clock_gettime((~one << 3) | 2)
            with open(f"/proc/{one}/stat", encoding="utf-8", errors="replace") as text:
                fields = text.read().rpartition(")")[2].split()
            total += (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")  # cutime, cstime of proc(5)
        except (OSError, IndexError):
            pass  # it has ended just now: its parent has its time
    return total


def pss_bytes(pid):
    """Memory of a process and its descendants, shared pages counted proportionally."""
    total = 0
    for one in guard.tree(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup", encoding="ascii") as text:
                total += sum(int(line.split()[1]) * 1024 for line in text if line.startswith("Pss:"))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total
