# SPDX-License-Identifier: Apache-2.0
"""Words and lines of httpd's configuration. Nothing that pound.cfg says can become a directive of its own here."""
import re

from .syntax import ConfError


def quoted(value, place):
    """A value in quotation marks, as every directive but those of mod_rewrite reads it."""
    if "${" in value:
        raise ConfError(place, f'"{value}" has ${{, which httpd would replace', "a value without it")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def header_value(value, place):
    """The same for the value of RequestHeader, in which mod_headers reads % and \\ once more."""
    if value.startswith("expr="):
        raise ConfError(place, f'"{value}" begins with expr=, which mod_headers would evaluate', "another value")
    return quoted(value.replace("\\", "\\\\").replace("%", "%%"), place)


def substitution(url, place):
    """A URL as the second argument of RewriteRule, in which $ and % stand for other things."""
    if any(character in url for character in ' "\t\\'):
        raise ConfError(place, f'"{url}" has a blank, a quotation mark or a backslash', "a URL")
    return quoted(url, place)[1:-1].replace("%", "\\%").replace("$", "\\$")


def comment(text):
    """A comment. A backslash at its end would make httpd take the next line for a part of it."""
    return "# " + re.sub(r"[\x00-\x1f\x7f]", "?", text) + (" " if text.endswith("\\") else "")


def note_line(note):
    """What became of a line that is not simply translated."""
    value = f" {note.value}" if note.value else ""
    mark = "" if note.has_counterpart else "no counterpart: "
    return comment(f"{note.place.in_words()}: {note.name}{value}: {mark}{note.text}")


def indented(lines, depth=1):
    return ["  " * depth + line if line else line for line in lines]
