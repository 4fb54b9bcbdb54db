#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents hang together: each link leads to a file or a heading that is there, each file of docs/ that a source, a
script, a manual page or a configuration names is there, README.md is short and leads to every document, and
docs/messages.md has a row for each message id of mod_rtmpt_proxy/ and for no other.   usage: documents.py <project>"""
import pathlib
import re
import sys

import message_ids

MOST_README_BYTES = 6000
FENCED = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)")
DOCUMENT = re.compile(r"\bdocs/[\w./-]*\w\.(?:md|8|svg|png)\b")
MESSAGES = "docs/messages.md"
ROW = re.compile(r"^\| (RTMPT\d{3}(?:, RTMPT\d{3})*) \|", re.MULTILINE)


def slug(heading):
    """The anchor that GitHub gives to a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors_of(path):
    found, text = set(), FENCED.sub("", path.read_text())
    for heading in HEADING.findall(text):
        anchor, number = slug(heading), 0
        while (name := anchor if number == 0 else f"{anchor}-{number}") in found:
            number += 1
        found.add(name)
    return found


def documents_of(root):
    return sorted(root.glob("*.md")) + sorted((root / "docs").rglob("*.md")) + sorted((root / "docker").glob("*.md"))


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_links(root, path, problems):
    """Returns the files that `path` leads to."""
    text, targets = path.read_text(), set()
    blanked = FENCED.sub(lambda block: re.sub(r"[^\n]", " ", block.group()), text)
    for link in LINK.finditer(blanked):
        target, _, anchor = link.group(1).partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        where = f"{path.relative_to(root)}:{line_of(text, link.start())}"
        file = (path.parent / target).resolve() if target else path
        if not file.exists():
            problems.append(f"{where}: the link to '{link.group(1)}' leads nowhere: expected a file that is there")
        elif anchor and file.suffix == ".md" and anchor not in anchors_of(file):
            problems.append(f"{where}: the link to '{link.group(1)}': {file.name} has no heading '#{anchor}'")
        targets.add(file)
    return targets


def check_mentions(root, problems):
    """Comments and texts of other files that name a document by its path."""
    places = [path for folder in ("include", "mod_rtmpt_proxy", "test", "scripts", "conf.d", "docs", ".ci")
              for path in sorted((root / folder).rglob("*")) if path.is_file() and "corpus" not in path.parts]
    for path in places + sorted(root.glob("*.*")):
        # Lints plant bad names on purpose.
        if path.parent == root / "test" / "lint" or path.suffix in (".png", ".pyc") or not path.is_file():
            continue
        text = path.read_text(errors="replace")
        for name in DOCUMENT.finditer(text):
            if not (root / name.group()).exists():
                problems.append(f"{path.relative_to(root)}:{line_of(text, name.start())}: there is no {name.group()}")


def check_readme(root, led_to, problems):
    readme = root / "README.md"
    size = len(readme.read_bytes())
    if size > MOST_README_BYTES:
        problems.append(f"README.md has {size} bytes: expected at most {MOST_README_BYTES}; details belong into docs/")
    for path in sorted((root / "docs").glob("*.md")):
        if path.resolve() not in led_to:
            problems.append(f"README.md: expected a link to docs/{path.name}")


def check_messages(root, problems):
    path = root / MESSAGES
    described = [number for row in ROW.findall(path.read_text()) for number in row.split(", ")] if path.exists() else []
    known = message_ids.places_of(root)
    for number, place in sorted(known.items()):
        if number not in described:
            problems.append(f"{place}: {number} has no row in {MESSAGES}: expected its meaning, and what to do")
    for number in sorted(set(described)):
        if described.count(number) > 1:
            problems.append(f"{MESSAGES}: {number} has {described.count(number)} rows: expected one")


def check_message_mentions(root, path, problems):
    known, text = message_ids.places_of(root), path.read_text()
    for number in re.finditer(r"\bRTMPT\d{3}\b", text):
        if number.group() not in known:
            where = f"{path.relative_to(root)}:{line_of(text, number.start())}"
            problems.append(f"{where}: {number.group()} is in no source: expected the number of a message")


def main(project):
    root, problems = pathlib.Path(project).resolve(), []
    documents = documents_of(root)
    led_to = {path: check_links(root, path, problems) for path in documents}
    check_mentions(root, problems)
    for path in documents:
        if path.name != "CHANGELOG.md":  # it may name what is gone
            check_message_mentions(root, path, problems)
    check_readme(root, led_to[root / "README.md"], problems)
    check_messages(root, problems)
    print("\n".join(problems) or f"{len(documents)} documents hang together")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
