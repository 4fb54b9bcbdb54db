# SPDX-License-Identifier: Apache-2.0
"""Which Listen lines are needed beside those that httpd has."""
import re

from .text import comment
from .model import host_in_url

LISTEN = re.compile(r"\s*Listen\s+(?:(\[[^\]]+\]|[^\s:\[]+):)?(\d{1,5})(?:\s+\S+)?\s*", re.IGNORECASE | re.ASCII)


def existing(file):
    """{port: [addresses]} of the Listen lines in a file like Debian's ports.conf; an address of None is every address."""
    found = {}
    with open(file, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            if one := LISTEN.fullmatch(line.rstrip("\n")):
                found.setdefault(int(one[2]), []).append(one[1])
    return found


def is_in(address, addresses):
    return any(one is None or one.strip("[]") == address or one in ("0.0.0.0", "*") and ":" not in address
               for one in addresses)


def lines(listeners, there, file):
    """No second Listen for a port that `file` has: httpd would not start."""
    written, own = [], {}
    for listener in listeners:
        own.setdefault(listener.port, []).append(listener)
    for port, group in own.items():
        addresses = list(dict.fromkeys(one.address for one in group))
        if port in there:
            missing = [one for one in addresses if not is_in(one, there[port])]
            words = f"{file} has Listen {port}."
            if missing:
                words = f"{file} listens on port {port} elsewhere than Pound, which had {' '.join(missing)}: change it there."
            written.append(comment(words))
            continue
        tls = " https" if all(one.is_tls for one in group) and port != 443 else ""
        for address in addresses:
            everywhere = "::" if ":" in address else "0.0.0.0"
            if address == everywhere or everywhere not in addresses:
                written.append(f"Listen {host_in_url(address)}:{port}{tls}")
    return written
