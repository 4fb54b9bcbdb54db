# SPDX-License-Identifier: Apache-2.0
"""The measurements, each a function of a Bench that returns a group of the report: title, contenders, samples."""

import functools

from . import apache, servers
from .bench import Contender, interleave, take_sample
from .clients import COMPLETE_SHARE, FfmpegViewers, LibrtmpClients, count_requests, rate_and_cores, run_json
from .contenders import direct, gateway_of, group, haproxy, ours
from .idle_sessions import open_sessions, poll_all
from .process import BenchError, cpu_seconds, pss_bytes


def viewers(bench):
    """Real librtmp clients that play one stream."""
    scale = bench.scale
    contenders = [ours(bench), haproxy(bench),
                  Contender("nginx_stream", "nginx stream, RTMP", lambda: bench.carried_tcp(servers.nginx_stream))]

    def take(_key, carrier):
        return take_sample(carrier, lambda url: LibrtmpClients(bench.place, url, scale.clients), scale.window_s)

    return group(f"{scale.clients} librtmp viewers", contenders, interleave(bench, contenders, take, scale.rounds))


def busy(bench):
    """librtmp through reverse proxies, before a server that answers at once: few clients, for they never rest."""
    scale = bench.scale
    with bench.node() as node:
        contenders = [
            Contender("nginx_proxy", "nginx proxy_pass, RTMPT",
                     lambda: bench.proxied(servers.nginx_proxy_pass, node.port)),
            Contender("mod_proxy_http", "mod_proxy_http, RTMPT",
                      lambda: bench.proxied(apache.with_proxy_http, node.port)),
            ours(bench)]

        def take(_key, carrier):
            return take_sample(carrier, lambda url: LibrtmpClients(bench.place, url, scale.busy_clients),
                               min(3.0, scale.window_s))

        samples = interleave(bench, contenders, take, scale.rounds)
    return group(f"{scale.busy_clients} librtmp viewers through a reverse proxy", contenders, samples,
                 "behind the proxies: node-rtsp-rtmp-server, which answers each poll at once; the proxy's CPU alone counts")


def ffmpeg_viewers(bench):
    """Real ffmpeg processes, with their own pace."""
    scale = bench.scale
    contenders = [ours(bench), haproxy(bench)]

    def take(_key, carrier):
        return take_sample(carrier, lambda url: FfmpegViewers(bench.place, url, scale.ffmpeg_clients), scale.window_s)

    return group(f"{scale.ffmpeg_clients} ffmpeg viewers", contenders, interleave(bench, contenders, take, scale.rounds))


def take_publishers(bench, _key, carrier):
    """A sample of publishers, whose bytes are counted where they arrive."""
    sample = take_sample(
        carrier,
        lambda url: LibrtmpClients(bench.place, url.removesuffix("/s") + "/p", bench.scale.clients, bench.media_file),
        bench.scale.window_s, bench.media.bytes_in)
    if sample["arrived_bytes"] < COMPLETE_SHARE * sample["bytes"]:
        raise BenchError(f"of {sample['bytes']} bytes only {sample['arrived_bytes']} came to the media server")
    del sample["gap_p50_ms"], sample["gap_p95_ms"]  # of writes: no viewer's gaps
    return sample


def publishers(bench):
    """Real librtmp clients that publish the file, each under a name of its own."""
    contenders = [ours(bench), haproxy(bench)]
    return group(f"{bench.scale.clients} librtmp publishers", contenders,
                 interleave(bench, contenders, functools.partial(take_publishers, bench), bench.scale.rounds))


def many_viewers(bench):
    """As many librtmp viewers as fill the machine."""
    scale = bench.scale
    contenders = [ours(bench), direct(bench)]

    def take(_key, carrier):
        return take_sample(carrier, lambda url: LibrtmpClients(bench.place, url, scale.many_clients), scale.window_s)

    return group(f"{scale.many_clients} librtmp viewers", contenders, interleave(bench, contenders, take, 1))


def forwarded(bench):
    """ffmpeg over RTMPTS."""
    scale = bench.scale
    with bench.node() as node:
        contenders = [Contender("ours", "mod_rtmpt_proxy, RTMPTS, TLS ends at the gateway",
                                lambda: bench.ours_tls("rtmpts", "gateway")),
                     Contender("ours_httpd", "mod_rtmpt_proxy, RTMPTS, TLS ends at httpd",
                               lambda: bench.ours_tls("rtmpts", "httpd")),
                     Contender("mod_proxy_http", "mod_proxy_http, RTMPTS", lambda: bench.proxied_tls(node.port))]

        def take(_key, carrier):
            # Longer: few clients, and five processes' clock ticks.
            return take_sample(carrier, lambda url: FfmpegViewers(bench.place, url, scale.forwarded_clients),
                               1.6 * scale.window_s)

        samples = interleave(bench, contenders, take, scale.rounds)
    return group(f"{scale.forwarded_clients} ffmpeg viewers over TLS", contenders, samples,
                 "behind mod_proxy_http: node-rtsp-rtmp-server; httpd's CPU alone counts")


def delay(bench):
    """How much later a packet comes through the tunnel than straight from the media server."""
    contenders = [ours(bench)]

    def take(_key, carrier):
        seconds = bench.scale.delay_s
        return run_json(bench.place, "rtmp_delay", [bench.media.url + "/live/s", carrier.url, seconds],
                        seconds + 20)

    return group("delay added to direct RTMP", contenders, interleave(bench, contenders, take, 1))


GATHERS_MS = (0, 10, 20, 40)


def gather(bench):
    """What longer gathers save, and what they cost in delay."""
    scale = bench.scale

    def ours(milliseconds):
        # Not "ours", which is what peers are compared with: here each is.
        return Contender(f"gather_{milliseconds}", f"RTMPTGather {milliseconds}ms",
                        lambda: bench.ours(f"RTMPTGather {milliseconds}ms"))

    def take(key, carrier):
        sample = take_sample(carrier, lambda url: LibrtmpClients(bench.place, url, scale.clients),
                             min(4.0, scale.window_s))
        if key == "haproxy":
            return sample
        seconds = min(6, scale.delay_s)
        return sample | run_json(bench.place, "rtmp_delay", [bench.media.url + "/live/s", carrier.url, seconds],
                                 seconds + 20)

    contenders = [ours(milliseconds) for milliseconds in GATHERS_MS] + [haproxy(bench)]
    return group(f"RTMPTGather, {scale.clients} librtmp viewers", contenders, interleave(bench, contenders, take, 1))


def idle_memory(bench):
    """Sessions that are connected and do nothing."""
    count = bench.scale.idle_sessions

    def take(_key, carrier):
        gateway = gateway_of(carrier.pid)
        first = open_sessions(carrier.port(), 20)  # what the first sessions make grow for all is not theirs
        poll_all(first)
        before = pss_bytes(gateway)
        more = open_sessions(carrier.port(), count)
        for _ in range(2):
            poll_all(first + more)
        after = pss_bytes(gateway)
        for one in first + more:
            one.close()
        return {"clients": count, "complete": count, "memory_bytes_per_session": (after - before) / count}

    contenders = [ours(bench)]
    return group(f"{count} idle sessions", contenders, interleave(bench, contenders, take, 1),
                 "memory of rtmpt-gateway alone")


RATE_CONNECTIONS = 32


def idle_rate(bench):
    """Empty idles a second with nothing held, against Apache's static page."""
    contenders = [Contender("ours", "rtmpt-gateway, empty idles", lambda: bench.ours("RTMPTIdleHold 0", threads=1)),
                  Contender("page", "Apache, a static page (wrk)", bench.page),
                  Contender("ours_pipelined", "rtmpt-gateway, 5 idles under way as librtmp has",
                            lambda: bench.ours("RTMPTIdleHold 0", threads=1))]
    rates = {"ours": lambda carrier: _idles(bench, carrier, 1),
             "page": lambda carrier: count_requests(carrier.url, RATE_CONNECTIONS, bench.scale.rate_s,
                                                    lambda: cpu_seconds(carrier.pid)),
             "ours_pipelined": lambda carrier: _idles(bench, carrier, 5)}

    def take(key, carrier):
        rate, cores = rates[key](carrier)
        return {"requests_per_s": rate, "busy_cores": cores, "requests_per_cpu_s": rate / cores}

    return group("requests a second", contenders, interleave(bench, contenders, take, bench.scale.rounds),
                 f"{RATE_CONNECTIONS} connections, RTMPTIdleHold 0, RTMPTGatewayThreads 1")


def _idles(bench, carrier, depth):
    def idles():
        seconds = bench.scale.rate_s
        found = run_json(bench.place, "idle_rate", [carrier.port(), RATE_CONNECTIONS, depth, seconds], seconds + 20)
        return found["replies"] / found["seconds"]

    return rate_and_cores(idles, lambda: cpu_seconds(carrier.pid))
