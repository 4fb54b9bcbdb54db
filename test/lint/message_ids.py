#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A message id (RTMPTnnn, three digits) stands in one string literal of mod_rtmpt_proxy/ and nowhere else, so that an id
in a log leads to one place.   usage: message_ids.py <project>"""
import pathlib
import re
import sys

LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
COMMENT = re.compile(r"//[^\n]*")
ID = re.compile(r"RTMPT\d+")


def ids_in(source):
    """Yields (line number, id) for each id in a string literal; comments may refer to ids freely."""
    for number, line in enumerate(source.splitlines(), 1):
        literals = [m for m in LITERAL.finditer(line)]
        comment = next((c for c in COMMENT.finditer(line) if not any(l.start() < c.start() < l.end() for l in literals)), None)
        for literal in literals:
            if comment is None or literal.start() < comment.start():
                yield from ((number, found) for found in ID.findall(literal.group()))


def uses_of(project):
    """Yields (place, id) for each use of an id."""
    for path in sorted(pathlib.Path(project, "mod_rtmpt_proxy").rglob("*.[ch]pp")):
        for number, found in ids_in(path.read_text()):
            yield f"{path.relative_to(project)}:{number}", found


def places_of(project):
    """The first place of each id."""
    places = {}
    for place, found in uses_of(project):
        places.setdefault(found, place)
    return places


def main(project):
    places, problems = {}, []
    for place, found in uses_of(project):
        if not re.fullmatch(r"RTMPT\d{3}", found):
            problems.append(f"{place}: {found} is no message id: expected RTMPT and three digits")
        elif found in places:
            problems.append(f"{place}: {found} is already used at {places[found]}: expected an id of its own")
        places.setdefault(found, place)
    if not places:
        problems.append(f"no message id found below {project}/mod_rtmpt_proxy: expected RTMPTnnn in string literals")
    print("\n".join(problems) or f"{len(places)} message ids, each in one place")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
