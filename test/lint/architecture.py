#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/architecture.md says nothing that the code does not have: each file, type and function that it names in `code` is
there, each RTMPT directive is one of the module's, and its list of rooms is that of the CMakeLists.txt, in the same
order and with the same sentences.   usage: architecture.py <project>"""
import pathlib
import re
import sys

from rooms import lines_of

DOCUMENT = "docs/architecture.md"
# A name in the document may leave these folders out.
BASES = ("", "mod_rtmpt_proxy", "include/rtmpt_proxy")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#]+)\)")
PATH = re.compile(r"[\w.-]+(/[\w.-]*)+|[\w-]+\.(?:cpp|hpp|py|md|txt|8)")
DIRECTIVE = re.compile(r"RTMPT[A-Z]\w*")
FUNCTION = re.compile(r"(?:([A-Z]\w*)::)?([a-z]\w*)\(\)")
TYPE = re.compile(r"[A-Z][A-Za-z0-9]+")
WORD = re.compile(r"[a-z]+(?:_[a-z]+)+")
ROOM = re.compile(r"^\| `([\w/]+)/` \| (.+) \|$", re.MULTILINE)
ROOMS_HEADING = "| Room | What it is for |"
SUBDIRECTORY = re.compile(r"^add_subdirectory\((\w+)\)", re.MULTILINE)


def sentence_of(folder):
    lines = lines_of(folder / "CMakeLists.txt")
    return lines[0].removeprefix("# ") if lines else ""


def rooms_in_code(code):
    """(room, sentence) of each room, in the order of the CMakeLists.txt; a folder without rooms is one."""
    found = []
    for folder in SUBDIRECTORY.findall((code / "CMakeLists.txt").read_text()):
        rooms = SUBDIRECTORY.findall((code / folder / "CMakeLists.txt").read_text())
        for name in [f"{folder}/{room}" for room in rooms] or [folder]:
            found.append((name, sentence_of(code / name)))
    return found


def check_rooms(root, text, problems):
    expected = rooms_in_code(root / "mod_rtmpt_proxy")
    table = text.partition(ROOMS_HEADING)[2].partition("\n\n")[0]
    if not table:
        problems.append(f"{DOCUMENT}: it has no list of rooms: expected a table that begins with '{ROOMS_HEADING}'")
    found = ROOM.findall(table)
    for name, sentence in expected:
        if (name, sentence) not in found:
            problems.append(f"{DOCUMENT}: expected the line '| `{name}/` | {sentence} |' in its list of rooms")
    for name, sentence in found:
        if (name, sentence) not in expected:
            problems.append(f"{DOCUMENT}: the room {name} with '{sentence}' is in no CMakeLists.txt")
    if sorted(found) == sorted(expected) and found != expected:
        problems.append(f"{DOCUMENT}: its list of rooms is not in the order of the CMakeLists.txt")


def exists(root, name):
    return any((root / base / name).exists() for base in BASES)


def problem_of(root, sources, token):
    """Why `token`, which stands in backticks, names nothing; None when it does, or is no name of this code."""
    if token.startswith("/"):
        return None  # a request
    if PATH.fullmatch(token):
        return None if exists(root, token) else "no such file or folder"
    if DIRECTIVE.fullmatch(token):
        return None if f'"{token}"' in sources else "no such directive"
    if function := FUNCTION.fullmatch(token):
        owner, name = function.groups()
        if owner and not is_declared(sources, owner):
            return f"no type {owner}"
        return None if re.search(rf"\b{name}\(", sources) else "no such function"
    if TYPE.fullmatch(token):
        return None if is_declared(sources, token) else "no such type"
    if WORD.fullmatch(token):
        return None if re.search(rf"\b{token}\b", sources) else "no such name"
    return None


def is_declared(sources, name):
    return re.search(rf"\b(?:class|struct|enum) {name}\b|\busing {name} =", sources) is not None


def main(project):
    root, problems = pathlib.Path(project), []
    document = root / DOCUMENT
    if not document.exists():
        print(f"{DOCUMENT}: there is none")
        return 1
    whole = document.read_text()
    text = FENCED.sub("", whole)
    sources = "\n".join(path.read_text() for folder in ("include", "mod_rtmpt_proxy")
                        for path in sorted((root / folder).rglob("*.[ch]pp")))
    tokens = sorted(set(CODE.findall(text)))
    for token in tokens:
        problem = problem_of(root, sources, token)
        if problem:
            line = whole[:whole.index(f"`{token}`")].count("\n") + 1
            problems.append(f"{DOCUMENT}:{line}: `{token}`: {problem}")
    for target in LINK.findall(text):
        if "://" not in target and not (document.parent / target).exists():
            problems.append(f"{DOCUMENT}: the link to '{target}' leads nowhere")
    check_rooms(root, text, problems)
    print("\n".join(problems) or f"{len(tokens)} names in {DOCUMENT}, and its rooms, are those of the code")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
