# SPDX-License-Identifier: Apache-2.0
"""What several measurements compare, and what they have in common."""

from . import servers
from .bench import Contender
from .guard import tree
from .process import wait_until


def group(title, contenders, samples, note=None, against=None):
    """A measurement as the report takes it. A contender is compared with "ours", or with what `against` names for it."""
    return {"title": title, "names": {one.key: one.name for one in contenders}, "samples": samples, "note": note,
            "against": against or {}}


def ours(bench):
    return Contender("ours", "mod_rtmpt_proxy, RTMPT", bench.ours)


def ours_rtmp(bench):
    return Contender("ours", "mod_rtmpt_proxy, RTMP", bench.ours_rtmp)


def haproxy(bench):
    return Contender("haproxy", "HAProxy TCP, RTMP", lambda: bench.carried_tcp(servers.haproxy_tcp))


def direct(bench):
    return Contender("direct", "nginx-rtmp itself, RTMP", bench.direct)


def gateway_of(pid):
    """The rtmpt-gateway of this httpd, which starts it a moment after itself."""
    def find():
        return next((one for one in tree(pid) if _program_of(one) == "rtmpt-gateway"), None)

    return wait_until(find, "httpd starts rtmpt-gateway")


def _program_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as name:
            return name.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
