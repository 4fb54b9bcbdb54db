# SPDX-License-Identifier: Apache-2.0
"""The command line of pound2httpd."""
import argparse
import re
import sys

from .apache import Writer
from .syntax import ConfError, parse

DEFAULT_PORTS = "/etc/apache2/ports.conf"
HOST_AND_PORT = r"(\[[0-9A-Fa-f:.]+\]|[^\s:=/]+):(\d{1,5})"


class Failure(Exception):
    """What is wrong with the command line, and what was expected."""


class Options:
    """Which back-ends are what, and where httpd's files are."""

    def __init__(self, arguments):
        self.kinds, self.roots, self.places = {}, {}, {}
        for kind in ("rtmpt", "rtmp", "local"):
            for value in getattr(arguments, kind):
                self._add(kind, value)
        self.logs = arguments.logs.rstrip("/")
        if re.search(r'["\\\x00-\x1f]', self.logs):
            raise Failure(f"--logs {self.logs}: expected a folder without quotation marks, backslashes and control"
                          " characters")
        self.ports = arguments.ports

    def _add(self, kind, value):
        form = HOST_AND_PORT + (r"=(/[^\x00-\x1f]*)" if kind == "local" else "")
        found = re.fullmatch(form, value, re.ASCII)
        if not found or not 1 <= int(found[2]) <= 65535:
            raise Failure(f"--{kind} {value}: expected HOST:PORT" + ("=FOLDER, a path from /" if kind == "local" else ""))
        key = (found[1].strip("[]").lower(), int(found[2]))
        if key in self.kinds:
            raise Failure(f"--{kind} {value}: expected a back-end that no other option names")
        self.kinds[key], self.places[key] = kind, f"--{kind} {value}"
        if kind == "local":
            self.roots[key] = found[3]

    def kind_of(self, host, port):
        return self.kinds.get((host.lower(), port))

    def root_of(self, host, port):
        return self.roots[(host.lower(), port)]

    def check_used(self, services):
        known = {(one.host.lower(), one.port) for service in services for one in service.backends}
        for key, option in self.places.items():
            if key not in known:
                there = " ".join(sorted(f"{host}:{port}" for host, port in known if port)) or "a file with a BackEnd"
                raise Failure(f"{option}: no BackEnd has this address and port, expected one of {there}")


def parse_command_line(words):
    parser = argparse.ArgumentParser(
        prog="pound2httpd", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Reads the configuration of Pound 2.4 to 2.8 and writes virtual hosts for Apache httpd with"
                    " mod_rtmpt_proxy.",
        epilog="The result is written to standard output. A line of pound.cfg that is not simply translated is a comment\n"
               "there, with its number. No server is asked for anything. docs/from-pound.md says more.\n\n"
               "Exit status: 0 when all was written; 1 when the file or an option's value is bad, and nothing was\n"
               "written; 2 for an unknown option.")
    parser.add_argument("file", metavar="FILE", help="Pound's configuration, such as /etc/pound/pound.cfg")
    parser.add_argument("--rtmpt", metavar="HOST:PORT", action="append", default=[],
                        help="this back-end speaks RTMPT (repeatable)")
    parser.add_argument("--rtmp", metavar="HOST:PORT", action="append", default=[],
                        help="this back-end speaks RTMP (repeatable)")
    parser.add_argument("--local", metavar="HOST:PORT=FOLDER", action="append", default=[],
                        help="httpd serves the pages of this back-end itself, from FOLDER (repeatable)")
    parser.add_argument("--ports", metavar="FILE", default=None,
                        help=f"a file whose Listen lines httpd has already (default: {DEFAULT_PORTS}, if it is there)")
    parser.add_argument("--logs", metavar="FOLDER", default="${APACHE_LOG_DIR}",
                        help="where CustomLog writes (default: ${APACHE_LOG_DIR}, which Debian's httpd knows)")
    return parser.parse_args(words)


def readable(file):
    try:
        with open(file, "rb"):
            return True
    except OSError:
        return False


def main(words):
    arguments = parse_command_line(words)
    if arguments.ports is None and readable(DEFAULT_PORTS):
        arguments.ports = DEFAULT_PORTS
    try:
        if arguments.ports is not None and not readable(arguments.ports):
            raise Failure(f"--ports {arguments.ports}: expected a file that can be read")
        text = Writer(parse(arguments.file), Options(arguments)).text()
    except (ConfError, Failure) as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    sys.stdout.write(text)
    comments = [line.strip() for line in text.split("\n") if line.lstrip().startswith("#")]
    left = len({line for line in comments if ": no counterpart: " in line or "IS NOT CONVERTED" in line})
    if left:
        print(f"pound2httpd: {left} lines have no counterpart in httpd: see the comments that say so", file=sys.stderr)
    return 0
