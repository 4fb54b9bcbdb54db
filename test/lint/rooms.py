#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The order of rooms: a file includes files of its own room, of the rooms above it, and of the folders that its folder
stands on. The order is that of add_subdirectory in the folder's CMakeLists.txt. A room says in its first line what it is
for, and holds at most two dozen names (a .cpp and its .hpp are one).   usage: rooms.py <project>"""
import pathlib
import re
import sys

# What a folder of mod_rtmpt_proxy/ may include of the others.
STANDS_ON = {
    "protocol": set(),
    "policy": {"protocol"},
    "local": {"protocol"},
    "gateway": {"protocol", "policy", "local"},
    "page_assets": set(),
    "status_page": {"page_assets"},
    "player_page": {"page_assets"},
    "probe": {"protocol"},
    "control": {"protocol", "policy", "local", "probe"},
    "module": {"protocol", "policy", "local", "page_assets", "status_page", "player_page"},
}
MOST_NAMES = 24
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<rtmpt_proxy/([^>]+)>)', re.MULTILINE)
SUBDIRECTORY = re.compile(r"^add_subdirectory\((\w+)\)", re.MULTILINE)


def rooms_of(folder):
    """The folder's rooms in their order; none for a folder that is one room."""
    return SUBDIRECTORY.findall((folder / "CMakeLists.txt").read_text())


def place_of(path, order):
    """(folder, room) of a path such as gateway/http/reply_queue.hpp; None when there is no such folder or room."""
    parts = pathlib.PurePath(path).parts
    if parts[0] not in STANDS_ON:
        return None
    if not order[parts[0]]:
        return (parts[0], None) if len(parts) == 2 else None
    return (parts[0], parts[1]) if len(parts) == 3 and parts[1] in order[parts[0]] else None


def include_problem(here, there, order):
    """Why a file of place `here` must not include one of place `there`; None when it may."""
    (folder, room), (other, other_room) = here, there
    if folder != other:
        return None if other in STANDS_ON[folder] else f"{folder}/ must not include {other}/"
    rooms = order[folder]
    if room != other_room and rooms.index(other_room) > rooms.index(room):
        return f"the room {other_room} stands below {room}"
    return None


def check_file(root, path, name, order, problems):
    """`name` is the path from mod_rtmpt_proxy/ or include/rtmpt_proxy/ on."""
    here = place_of(name, order)
    where = path.relative_to(root)
    if here is None:
        if len(pathlib.PurePath(name).parts) > 1:
            problems.append(f"{where}: its folder is no room: expected a folder that a CMakeLists.txt adds")
        return
    for quoted, public in INCLUDE.findall(path.read_text()):
        target = quoted or public
        # The project's version belongs to no room, and Apache's headers are looked at by another check.
        if public == "version.hpp" or (here[0] == "module" and quoted.endswith(".h")):
            continue
        there = place_of(target, order)
        problem = "it names no file of a room" if there is None else include_problem(here, there, order)
        if problem:
            problems.append(f"{where} includes {target}: {problem}")


def lines_of(path):
    """The lines of a CMakeLists.txt but the one that names its licence."""
    return [line for line in path.read_text().splitlines() if "SPDX-License-Identifier:" not in line]


def check_room(root, room, problems):
    where = room.relative_to(root)
    lines = lines_of(room / "CMakeLists.txt")
    if not lines or not re.match(r"# [A-Z].*\w", lines[0]):
        problems.append(f"{where}/CMakeLists.txt: expected a first line that says what the room is for")


def check_sizes(root, problems):
    for top in ("include", "mod_rtmpt_proxy", "test"):
        below = [path for path in (root / top).rglob("*") if path.is_dir() and "corpus" not in path.parts]
        for folder in [root / top, *below]:
            names = {path.stem for path in folder.iterdir() if path.suffix in (".cpp", ".hpp")}
            if len(names) > MOST_NAMES:
                problems.append(f"{folder.relative_to(root)} holds {len(names)} names: expected at most {MOST_NAMES}")


def main(project):
    root, problems, files = pathlib.Path(project), [], 0
    code = root / "mod_rtmpt_proxy"
    order = {folder: rooms_of(code / folder) for folder in STANDS_ON}
    for base in (code, root / "include" / "rtmpt_proxy"):
        for path in sorted(base.rglob("*.[ch]pp")):
            files += 1
            check_file(root, path, path.relative_to(base), order, problems)
    for folder, rooms in order.items():
        for room in [code / folder / room for room in rooms] or [code / folder]:
            check_room(root, room, problems)
    check_sizes(root, problems)
    if not files:
        problems.append(f"no source file found below {code}")
    print("\n".join(problems) or f"{files} files, each in its room")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
