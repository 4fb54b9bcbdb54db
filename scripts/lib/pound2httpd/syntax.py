# SPDX-License-Identifier: Apache-2.0
"""Reads pound.cfg: lines, Include, and blocks that end with End. Knows each directive and what its argument may be."""
import re

MOST_NESTED_FILES = 8  # Pound's own limit


class ConfError(Exception):
    """A line that cannot be translated. Its text is `file:line: problem, expected something`."""

    def __init__(self, place, problem, expected):
        super().__init__(f"{place}: {problem}, expected {expected}")


class Place:
    """A line of a file."""

    def __init__(self, file, number, is_main):
        self.file, self.number, self.is_main = file, number, is_main

    def __str__(self):
        return f"{self.file}:{self.number}"

    def in_words(self):
        """How the written comments name it: the main file needs no name."""
        return f"line {self.number}" if self.is_main else f"{self.file} line {self.number}"


class Directive:
    """One directive. `values` are the parts of its argument that Argument.parse found."""

    def __init__(self, name, text, values, place):
        self.name, self.text, self.values, self.place = name, text, values, place
        self.is_used = False

    @property
    def value(self):
        self.is_used = True
        return self.values[0] if self.values else None

    @property
    def number(self):
        return int(self.value)


class Block:
    """What stands between, say, Service and End. `title` is the service's name, or None."""

    def __init__(self, kind, title, place):
        self.kind, self.title, self.place = kind, title, place
        self.directives, self.blocks = [], []

    def all(self, name):
        found = [one for one in self.directives if one.name == name]
        for one in found:
            one.is_used = True
        return found

    def last(self, name):
        """The last one counts, as it does for Pound."""
        found = self.all(name)
        return found[-1] if found else None

    def blocks_of(self, *kinds):
        return [block for block in self.blocks if block.kind in kinds]


class Argument:
    """What may stand behind a directive's name."""

    def __init__(self, pattern, expected, check=None):
        self.pattern, self.expected, self.check = re.compile(pattern, re.IGNORECASE | re.ASCII), expected, check

    def parse(self, name, text, place):
        found = self.pattern.fullmatch(text)
        values = [value for value in found.groups() if value is not None] if found else []
        if not found or (self.check and not self.check(*values)):
            raise ConfError(place, f"{name} {text}".rstrip(), f"{name} {self.expected}".rstrip())
        return values


def number(lowest, highest=None):
    to = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
    return Argument(r"(\d{1,18})", f"and a number {to}",
                    lambda text: int(text) >= lowest and (highest is None or int(text) <= highest))


def is_port(*texts):
    return 1 <= int(texts[-1]) <= 65535


NONE = Argument(r"", "without a value")
TEXT = Argument(r'"(.+)"', "and a value in quotation marks")
WORD = Argument(r'"?([^\s"]+)"?', "and one word")
SWITCH = number(0, 1)
SECONDS = number(1, 999999)
COUNT = number(1)
PORT = Argument(r"(\d{1,5})", "and a port from 1 to 65535", is_port)
ADDRESS = Argument(r'"?([^\s"]+)"?', "and an address")
PROTOCOL = Argument(r"(SSLv2|SSLv3|TLSv1|TLSv1_1|TLSv1_2)", "and one of SSLv2 SSLv3 TLSv1 TLSv1_1 TLSv1_2")

GLOBAL = {
    "User": TEXT, "Group": TEXT, "RootJail": TEXT, "Daemon": SWITCH, "Threads": COUNT, "LogFacility": WORD,
    "LogLevel": number(0, 5), "Grace": number(0, 999999), "Alive": SECONDS, "SSLEngine": TEXT, "Control": TEXT,
    "Client": SECONDS, "TimeOut": SECONDS, "ConnTO": SECONDS, "IgnoreCase": SWITCH, "DynScale": SWITCH,
    "ECDHcurve": TEXT, "Anonymise": NONE,
}
LISTENER = {
    "Address": ADDRESS, "Port": PORT, "xHTTP": number(0, 4), "Client": SECONDS, "CheckURL": TEXT, "Err414": TEXT,
    "Err500": TEXT, "Err501": TEXT, "Err503": TEXT, "MaxRequest": COUNT, "HeadRemove": TEXT,
    "AddHeader": Argument(r'"([\w-]+):[ \t]*(.*)"', 'and "Name: value"'), "RewriteLocation": number(0, 2),
    "RewriteDestination": SWITCH, "LogLevel": number(0, 5),
}
TLS = {
    "Cert": TEXT, "ClientCert": Argument(r"([0-3])\s+([1-9])", "and two numbers, 0 to 3 and 1 to 9"),
    "Disable": PROTOCOL, "SSLAllowClientRenegotiation": number(0, 2), "SSLHonorCipherOrder": SWITCH, "Ciphers": TEXT,
    "CAlist": TEXT, "VerifyList": TEXT, "CRLlist": TEXT, "NoHTTPS11": number(0, 2),
}
SERVICE = {
    "URL": TEXT, "IgnoreCase": SWITCH, "HeadRequire": TEXT, "HeadDeny": TEXT, "DynScale": SWITCH, "Disabled": SWITCH,
    "Redirect": Argument(r'(?:(30[127])\s+)?"(.+)"', 'and, after 301, 302, 307 or nothing, a URL in quotation marks'),
}
BACKEND = {
    "Address": ADDRESS, "Port": PORT, "HTTPS": Argument(r'(?:"(.+)")?', "alone or with a certificate in quotation marks"),
    "Cert": TEXT, "Disable": PROTOCOL, "Ciphers": TEXT, "Priority": number(1, 9), "TimeOut": SECONDS,
    "ConnTO": SECONDS, "HAport": Argument(r"(?:(\S+)\s+)?(\d{1,5})", "and a port, behind an address or alone", is_port),
    "Disabled": SWITCH,
}
EMERGENCY = {name: BACKEND[name] for name in BACKEND if name not in ("Priority", "HAport")}
SESSION = {
    "Type": Argument(r"(IP|BASIC|URL|PARM|COOKIE|HEADER)", "and one of IP BASIC URL PARM COOKIE HEADER"),
    "TTL": Argument(r"(-?\d{1,9})", "and a number of seconds other than 0", lambda text: int(text) != 0), "ID": TEXT,
}
# Each kind of block: its directives, and the blocks that may stand in it.
BLOCKS = {
    "": (GLOBAL, ("ListenHTTP", "ListenHTTPS", "Service")),
    "ListenHTTP": (LISTENER, ("Service",)),
    "ListenHTTPS": ({**LISTENER, **TLS}, ("Service",)),
    "Service": (SERVICE, ("BackEnd", "Emergency", "Session")),
    "BackEnd": (BACKEND, ()),
    "Emergency": (EMERGENCY, ()),
    "Session": (SESSION, ()),
}


def read_lines(name, parents=()):
    """Yields (place, text) of each line that says something, those of included files in their place. The file that
    holds an Include is parents[-1]."""
    where = parents[-1] if parents else name
    if len(parents) >= MOST_NESTED_FILES:
        raise ConfError(where, f'Include "{name}" is nested too deep', f"at most {MOST_NESTED_FILES} files")
    try:
        with open(name, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            lines = file.read().split("\n")
    except OSError as error:
        raise ConfError(where, f'"{name}" cannot be read ({error.strerror})', "a readable file") from None
    for index, line in enumerate(lines, 1):
        place = Place(name, index, not parents)
        text = line.strip(" \t\r")
        if not text or text.startswith("#"):
            continue
        if bad := re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
            raise ConfError(place, f"a control character (0x{ord(bad[0]):02x}) in the line", "text")
        if included := re.fullmatch(r'Include[ \t]+"(.+)"', text, re.IGNORECASE):
            yield from read_lines(included[1], (*parents, place))
        else:
            yield place, text


def begin_block(parent, name, rest, place):
    """The block that this line begins in `parent`."""
    if rest and name != "Service":
        raise ConfError(place, f"{name} {rest}", f"{name} alone in its line")
    title = re.fullmatch(r'"(.+)"', rest)
    if rest and not title:
        raise ConfError(place, f"{name} {rest}", f'{name} alone, or with a name in quotation marks')
    block = Block(name, title[1] if title else None, place)
    parent.blocks.append(block)
    return block


def parse(name):
    """The whole file as a Block of kind "". Raises ConfError."""
    stack = [Block("", None, Place(name, 0, True))]
    for place, text in read_lines(name):
        block = stack[-1]
        directives, inner = BLOCKS[block.kind]
        word, rest = re.fullmatch(r"([^ \t]+)[ \t]*(.*)", text).groups()
        if word.lower() == "end" and not rest and block.kind:
            stack.pop()
            continue
        known = {one.lower(): one for one in (*directives, *inner)}
        if word.lower() not in known:
            inside = f"in {block.kind}" if block.kind else "outside of blocks"
            ends = ("End, " if block.kind else "") + "Include, " + ", ".join((*inner, *directives))
            raise ConfError(place, f'unknown directive "{word}" {inside}', f"one of {ends}")
        name_there = known[word.lower()]
        if name_there in inner:
            stack.append(begin_block(block, name_there, rest, place))
        else:
            values = directives[name_there].parse(name_there, rest, place)
            block.directives.append(Directive(name_there, rest, values, place))
    if len(stack) > 1:
        raise ConfError(stack[-1].place, f"{stack[-1].kind} without an end", "End")
    return stack[0]
