# SPDX-License-Identifier: Apache-2.0
"""scripts/completion: bash offers the commands and options that rtmptctl and pound2httpd tell of themselves, and the
names that a gateway has.   usage: test_completion.py <project> <rtmptctl>"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(sys.argv[1])
RTMPTCTL = pathlib.Path(sys.argv[2])
POUND2HTTPD = PROJECT / "scripts" / "pound2httpd"
# A line is completed as bash does it: split at COMP_WORDBREAKS, the cursor at its end.
DRIVER = r"""
. "$1"
COMP_LINE=$2 COMP_POINT=${#2}
words=${2//:/ : }
read -r -a COMP_WORDS <<<"$words"
case $2 in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
"$3"
printf '%s\n' "${COMPREPLY[@]}"
"""


def offered(program, line, path=""):
    environment = dict(os.environ, PATH=f"{path}:{os.environ['PATH']}")
    result = subprocess.run(
        ["bash", "-u", "-c", DRIVER, "bash", PROJECT / "scripts" / "completion" / program, line, f"_{program}"],
        capture_output=True, text=True, timeout=20, env=environment)
    if result.returncode != 0 or result.stderr:
        raise AssertionError(f"bash ended with {result.returncode}: {result.stderr}")
    return set(result.stdout.split())


def help_of(*words):
    return subprocess.run([*map(str, words), "--help"], capture_output=True, text=True, timeout=20, check=True).stdout


def options_in(text):
    """Those that begin a line of a help text, short and long ones."""
    found = set()
    for line in re.findall(r"^ +(-[^\n]*)", text, re.MULTILINE):
        names = re.match(r"-{1,2}[\w-]+(?:, ?-{1,2}[\w-]+)*", line).group()
        found.update(re.split(r", ?", names))
    return found


class Rtmptctl(unittest.TestCase):
    commands = set(re.findall(r"^  (\w+) ", help_of(RTMPTCTL).partition("Subcommands:")[2], re.MULTILINE))
    options = options_in(help_of(RTMPTCTL).partition("Subcommands:")[0])

    def test_commands_are_those_that_there_are(self):
        self.assertGreaterEqual(len(self.commands), 8)
        self.assertEqual(offered("rtmptctl", "rtmptctl "), self.commands)
        self.assertEqual(offered("rtmptctl", "rtmptctl -j s"), {c for c in self.commands if c.startswith("s")})

    def test_options_are_those_that_there_are(self):
        self.assertIn("--socket", self.options)
        self.assertEqual(offered("rtmptctl", "rtmptctl -"), self.options)
        for command in self.commands:
            with self.subTest(command=command):
                own = options_in(help_of(RTMPTCTL, command))
                self.assertEqual(offered("rtmptctl", f"rtmptctl {command} -"), self.options | own)

    def test_orders_of_top_are_those_that_there_are(self):
        names = re.search(r"--sort TEXT:\{([\w,]+)\}", help_of(RTMPTCTL, "top")).group(1)
        self.assertEqual(offered("rtmptctl", "rtmptctl top --sort "), set(names.split(",")))

    def test_names_come_from_the_gateway_of_the_named_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "rtmptctl")
            program.write_text('#!/bin/sh\necho "$*" >>"$(dirname "$0")/calls"\n'
                               'case "$*" in *sessions) echo SESSION; echo k3v9; echo k4;;\n'
                               '*backends) echo URL; echo "rtmp://10.0.0.11 -"; echo rtmp://[::1]:1936;; esac\n')
            program.chmod(0o755)
            self.assertEqual(offered("rtmptctl", "rtmptctl end k3", folder), {"k3v9"})
            self.assertEqual(offered("rtmptctl", "rtmptctl -s /x.sock drain rtmp://10", folder), {"//10.0.0.11"})
            self.assertEqual(offered("rtmptctl", "rtmptctl enable ", folder), {"rtmp://10.0.0.11", "rtmp://[::1]:1936"})
            self.assertIn("-s /x.sock -t 1 backends", pathlib.Path(folder, "calls").read_text())

    def test_without_a_gateway_nothing_is_offered(self):
        folder = RTMPTCTL.parent
        self.assertEqual(offered("rtmptctl", "rtmptctl -s /nowhere/x end k", folder), set())
        self.assertEqual(offered("rtmptctl", "rtmptctl -t ", folder), set())

    def test_urls_of_probe(self):
        self.assertEqual(offered("rtmptctl", "rtmptctl probe rt"), {"rtmpt://", "rtmpts://"})


class Pound2httpd(unittest.TestCase):
    def test_options_are_those_that_there_are(self):
        self.assertEqual(offered("pound2httpd", "pound2httpd -"), options_in(help_of(POUND2HTTPD)))

    def test_files_and_folders(self):
        self.assertEqual(offered("pound2httpd", f"pound2httpd {PROJECT}/READ"), {f"{PROJECT}/README.md"})
        self.assertEqual(offered("pound2httpd", f"pound2httpd --logs {PROJECT}/scrip"), {f"{PROJECT}/scripts"})
        self.assertEqual(offered("pound2httpd", "pound2httpd --rtmp "), set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
