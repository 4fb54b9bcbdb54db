# SPDX-License-Identifier: Apache-2.0
"""The measurements of clients that speak RTMP to httpd's own ports, and of what that costs its pages."""

import contextlib
import functools

from . import media
from .bench import Contender, interleave, take_sample
from .clients import LibrtmpClients, count_requests
from .contenders import direct, gateway_of, group, haproxy, ours_rtmp
from .loads import take_publishers
from .process import cpu_seconds

PAGE_ROUNDS = 4  # of seconds each, by turns: a difference of two in a hundred is looked for
PAGE_CONNECTIONS = 32
FIRST_VIEWERS = 5


def rtmp_viewers(bench):
    """Real librtmp clients that play one stream by RTMP."""
    scale = bench.scale
    contenders = [ours_rtmp(bench), haproxy(bench), direct(bench)]

    def take(key, carrier):
        memory_pid = _warm_gateway(bench, carrier) if key == "ours" else None
        return take_sample(carrier, lambda url: LibrtmpClients(bench.place, url, scale.clients), scale.window_s,
                           memory_pid=memory_pid)

    return group(f"{scale.clients} librtmp viewers by RTMP", contenders,
                 interleave(bench, contenders, take, scale.rounds), "memory of rtmpt-gateway alone")


def rtmp_publishers(bench):
    """Real librtmp clients that publish by RTMP."""
    contenders = [ours_rtmp(bench), haproxy(bench)]
    return group(f"{bench.scale.clients} librtmp publishers by RTMP", contenders,
                 interleave(bench, contenders, functools.partial(take_publishers, bench), bench.scale.rounds))


def _warm_gateway(bench, carrier):
    """The gateway, when it has what its first sessions make it load and allocate for all."""
    gateway = gateway_of(carrier.pid)
    with LibrtmpClients(bench.place, carrier.url, FIRST_VIEWERS) as first:
        first.await_start()
    return gateway


def many_rtmp_viewers(bench):
    """As many as a busy site has, of a stream that leaves the machine time for them."""
    count = bench.scale.many_rtmp_clients
    contenders = [Contender("ours", "mod_rtmpt_proxy, RTMP", lambda: bench.ours_rtmp(stream=media.LOW))]

    def take(_key, carrier):
        memory_pid = gateway_of(carrier.pid)
        return take_sample(
            carrier, lambda url: LibrtmpClients(bench.place, url, count, picture_rate=media.LOW_PICTURES_PER_SECOND),
            bench.scale.window_s, memory_pid=memory_pid)

    with bench.publishing_low():
        samples = interleave(bench, contenders, take, 1)
    return group(f"{count} librtmp viewers by RTMP of a slow stream", contenders, samples,
                 f"{media.LOW_PICTURES_PER_SECOND} pictures a second; memory of rtmpt-gateway alone")


def page(bench):
    """Apache's static page where RTMP is accepted, and where it is not."""
    kinds = {"ours": ("On", False), "off": ("Off", False), "ours_closing": ("On", True), "off_closing": ("Off", True)}
    samples, contenders = take_pages(bench, bench.page_beside_streams, "RTMPTAcceptRTMP", kinds)
    return group("requests a second for a static page beside streams", contenders, samples,
                 f"wrk, {PAGE_CONNECTIONS} connections",
                 {"ours_closing": "ours_closing", "off_closing": "ours_closing"})


def take_pages(bench, serve, directive, kinds):
    """Samples of requests to two servers that are alike but for the value of `directive`, by turns, and their
    contenders. `kinds`: {key: (value, whether each request gets a connection of its own)}. `serve(directives, name)`."""
    def take(key, carrier):
        arguments = ("-H", "Connection: close") if kinds[key][1] else ()
        rate, cores = count_requests(carrier.url, PAGE_CONNECTIONS, bench.scale.rate_s,
                                     lambda: cpu_seconds(carrier.pid), arguments)
        return {"requests_per_s": rate, "busy_cores": cores, "requests_per_cpu_s": rate / cores}

    with contextlib.ExitStack() as stack:
        running = {value: stack.enter_context(serve(f"{directive} {value}", f"page-{value}"))
                   for value in {value for value, _ in kinds.values()}}
        contenders = [
            Contender(key, f"{directive} {value}" + (", a connection for each request" if closing else ""),
                      functools.partial(contextlib.nullcontext, running[value]))
            for key, (value, closing) in kinds.items()]
        return interleave(bench, contenders, take, PAGE_ROUNDS), contenders
