# SPDX-License-Identifier: Apache-2.0
"""The end of a measurement that the guard, or whoever started it, wants before its time."""

import signal
import sys
import traceback

from .process import BenchError

STATUS = 130


class Interrupted(Exception):
    """Raised wherever the measurement is, so that everything that it has entered is left."""


def _interrupt(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Interrupted


def run(measure, program):
    """Returns measure()'s exit status, or another one when it fails or is interrupted, and says why as `program`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's; the guard passes it on
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return measure()
    except Interrupted:
        print(f"{program}: interrupted", file=sys.stderr)
        return STATUS
    except BenchError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    except Exception:  # pylint: disable=broad-except  # the process must end here, and say why
        traceback.print_exc()
        return 1
