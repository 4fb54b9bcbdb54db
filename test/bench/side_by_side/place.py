# SPDX-License-Identifier: Apache-2.0
"""Where a measurement keeps its files: a directory that a server's own user can read."""

import os
import pwd
import subprocess


class Place:
    """`build` holds the programs, `root` everything that a run writes."""

    def __init__(self, source, build, root):
        self.source = source
        self.build = build
        self.root = root
        os.makedirs(os.path.join(root, "logs"), exist_ok=True)
        os.chmod(root, 0o755)
        self.server_user = "www-data" if os.geteuid() == 0 else None
        self.apache_modules = _apxs("LIBEXECDIR")
        self.apache = os.path.join(_apxs("sbindir"), _apxs("progname"))

    def path(self, name):
        return os.path.join(self.root, name)

    def log(self, name):
        return os.path.join(self.root, "logs", name + ".log")

    def program(self, name):
        return os.path.join(self.build, name)

    def directory(self, name):
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        if self.server_user:
            os.chown(path, pwd.getpwnam(self.server_user).pw_uid, -1)
        return path

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)


def _apxs(name):
    return subprocess.run(["apxs", "-q", name], capture_output=True, text=True, check=True, timeout=20).stdout.strip()
