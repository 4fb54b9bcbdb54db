#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The level that docs/messages.md gives to a message is the one at which the code logs it.
usage: message_levels.py <project>"""
import pathlib
import re
import sys

DOCUMENT = "docs/messages.md"
# What the code calls a level, and the document's word for it.
WORDS = {"APLOG_ERR": "error", "APLOG_WARNING": "warning", "APLOG_NOTICE": "notice", "APLOG_INFO": "info",
         "APLOG_DEBUG": "debug", "APLOG_TRACE1": "trace1", "error": "error", "warn": "warning", "info": "info",
         "debug": "debug"}
NAME = re.compile(r'\b(k\w+) = "(RTMPT\d{3})"')
OF_MODULE = re.compile(r"\bap_log_[rc]?error\((.*?)\);", re.DOTALL)
OF_GATEWAY = re.compile(r'\.(error|warn|info|debug)\(\s*"(RTMPT\d{3})')
LEVEL = re.compile(r"\bAPLOG_(?:ERR|WARNING|NOTICE|INFO|DEBUG|TRACE1)\b")


def levels_in_code(root):
    """The document's words for the levels at which each id is logged; ids of which that cannot be seen are left out."""
    sources = [path.read_text() for path in sorted((root / "mod_rtmpt_proxy").rglob("*.[ch]pp"))]
    ids = {name: number for source in sources for name, number in NAME.findall(source)}
    found = {}
    for source in sources:
        for call in OF_MODULE.findall(source):
            words = {WORDS[level] for level in LEVEL.findall(call)}
            for name in re.findall(r"\bids::(k\w+)", call):
                if name in ids:
                    found.setdefault(ids[name], set()).update(words)
        for level, number in OF_GATEWAY.findall(source):
            found.setdefault(number, set()).add(WORDS[level])
    return found


def levels_in_document(text):
    """(line number, id, level) of each row in a table that has levels."""
    column = None
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if not line.startswith("|"):
            column = None
        elif cells[0] == "Message":
            column = cells.index("Level") if "Level" in cells else None
        elif column is not None:
            for found in re.findall(r"RTMPT\d{3}", cells[0]):
                yield number, found, cells[column]


def main(project):
    root, problems, compared = pathlib.Path(project), [], 0
    known = levels_in_code(root)
    for number, found, level in levels_in_document((root / DOCUMENT).read_text()):
        if found not in known:
            continue
        compared += 1
        if set(re.findall(r"\w+", level)) & set(WORDS.values()) != known[found]:
            expected = " and ".join(sorted(known[found]))
            problems.append(f"{DOCUMENT}:{number}: {found} has the level '{level}': expected {expected}")
    if not compared:
        problems.append(f"{DOCUMENT}: no level to compare: expected tables with the columns Message and Level")
    print("\n".join(problems) or f"{compared} levels, as in the code")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
