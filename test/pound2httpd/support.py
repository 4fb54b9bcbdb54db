# SPDX-License-Identifier: Apache-2.0
"""What the tests of pound2httpd share."""
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "scripts" / "pound2httpd"
SAMPLES = pathlib.Path(__file__).resolve().parent / "samples"
sys.path.insert(0, str(PROJECT / "scripts" / "lib"))

from pound2httpd import main  # noqa: E402

LISTENER = "ListenHTTP\nAddress 0.0.0.0\nPort 80\n{}End\n"
BACKEND = "BackEnd\nAddress 127.0.0.1\nPort {}\n{}End\n"
SERVICE = "Service\n{}End\n"


def one_service(text):
    """A whole file with one service that has these lines."""
    return LISTENER.format("") + SERVICE.format(text)


class Case(unittest.TestCase):
    """A folder of its own for each test, with an empty ports.conf."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="pound2httpd-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "ports.conf").write_text("")

    def write(self, text, name="pound.cfg"):
        file = self.folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def run_script(self, *arguments):
        """What the script does in a process of its own, which takes twenty times as long."""
        if "--ports" not in arguments:
            arguments = (*arguments, "--ports", self.folder / "ports.conf")
        words = [str(one) for one in arguments]
        out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = main.main(words)
            except SystemExit as end:
                status = end.code
        out.flush()
        return subprocess.CompletedProcess(words, status, out.buffer.getvalue(), err.getvalue().encode())

    def convert(self, text, *options):
        """The lines of the result, without what they are indented by."""
        result = self.run_script(self.write(text), *options)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        return [line.strip() for line in result.stdout.decode(errors="surrogateescape").split("\n")]
