#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each source file names its licence among its first lines.

usage: spdx.py PROJECT          names the files that do not
       spdx.py --add PROJECT    adds the line to them: first of all, or behind a line that must be the first"""
import pathlib
import re
import sys

LICENCE = "SPDX-License-Identifier: Apache-2.0"
FIRST_LINES = 5
# How a comment begins and ends, by the file's ending.
COMMENTS = {
    **dict.fromkeys((".cpp", ".hpp", ".js", ".mjs"), ("// ", "")),
    **dict.fromkeys((".py", ".sh", ".cmake", ".toml", ".yaml"), ("# ", "")),
    ".css": ("/* ", " */"),
    ".html": ("<!-- ", " -->"),
}
# Lines that have to be the first of their file.
MUST_BE_FIRST = re.compile(r"#!|<!DOCTYPE|# shellcheck shell=", re.IGNORECASE)
FOLDERS = (".ci", "conf.d", "docker", "docs", "include", "mod_rtmpt_proxy", "scripts", "test")
# Made by others, or input of tests whose every byte counts.
EXCEPT = {"corpus", "samples", "node_modules", "__pycache__"}


def comment_of(path):
    """How a comment looks in that file; None for a file that is no source."""
    if path.name == "CMakeLists.txt" or path.name == "Dockerfile" or path.name.endswith(".cmake.in"):
        return "# ", ""
    if not path.suffix and path.read_bytes()[:2] == b"#!":
        return "# ", ""
    return COMMENTS.get(path.suffix)


def sources_of(root):
    places = [path for folder in FOLDERS for path in (root / folder).rglob("*")]
    for path in sorted([*places, root / "CMakeLists.txt"]):
        if path.is_file() and not EXCEPT & set(path.relative_to(root).parts) and comment_of(path):
            yield path


def names_licence(path):
    return any(LICENCE in line for line in path.read_text(errors="replace").splitlines()[:FIRST_LINES])


def add_to(path):
    begin, end = comment_of(path)
    lines = path.read_text().splitlines(keepends=True)
    place = 0
    while place < len(lines) and MUST_BE_FIRST.match(lines[place]):
        place += 1
    lines.insert(place, f"{begin}{LICENCE}{end}\n")
    path.write_text("".join(lines))


def main(project, add):
    root = pathlib.Path(project)
    sources = list(sources_of(root))
    without = [path for path in sources if not names_licence(path)]
    for path in without:
        if add:
            add_to(path)
        else:
            print(f"{path.relative_to(root)}: expected '{LICENCE}' among its first {FIRST_LINES} lines")
    print(f"{len(sources)} sources, {len(without)} {'got the line' if add else 'without it'}")
    return 2 if not sources else 1 if without and not add else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    adding = words[:1] == ["--add"]
    if len(words) != 1 + adding:
        sys.exit(__doc__)
    sys.exit(main(words[-1], adding))
