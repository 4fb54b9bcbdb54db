# SPDX-License-Identifier: Apache-2.0
"""The measurements of the hub: the gateway as the media server, beside other media servers."""

from . import media
from .bench import Contender, interleave, take_sample
from .clients import FlvClients, LibrtmpClients
from .contenders import direct, gateway_of, group

FIRST_VIEWERS = 5
KINDS = {"ours": ("http", "20ms", "hub, HTTP-FLV"), "ours_gathered": ("http", "100ms", "hub, HTTP-FLV, gather 100 ms"),
         "ours_websocket": ("ws", "20ms", "hub, WebSocket-FLV"), "ours_rtmp": ("rtmp", "20ms", "hub, RTMP"),
         "ours_rtmpt": ("rtmpt", "20ms", "hub, RTMPT")}


def _hub(bench, kind):
    scheme, gather, name = KINDS[kind]
    return Contender(kind, f"mod_rtmpt_proxy, {name}", lambda: bench.ours_hub(scheme, gather))


def _viewers(bench, url, count):
    """Viewers as the URL's scheme wants them."""
    byte_rate = media.bit_rate(bench.media_file) / 8
    if url.startswith(("http:", "ws:")):
        return FlvClients(bench.place, url, count, byte_rate)
    return LibrtmpClients(bench.place, url, count, byte_rate=byte_rate)


def _warm_gateway(bench, carrier):
    """The gateway, when it has what its first viewers make it load and allocate for all."""
    gateway = gateway_of(carrier.pid)
    with _viewers(bench, carrier.url, FIRST_VIEWERS) as first:
        first.await_start()
    return gateway


def _take(bench, key, carrier, count):
    memory_pid = _warm_gateway(bench, carrier) if key.startswith("ours") else None
    return take_sample(carrier, lambda url: _viewers(bench, url, count), bench.scale.window_s, memory_pid=memory_pid)


def viewers(bench):
    """One stream, with viewers of each kind, and what other media servers take for it."""
    count = bench.scale.hub_viewers
    contenders = [_hub(bench, kind) for kind in KINDS] + [
        direct(bench), Contender("node", "node-media-server, HTTP-FLV", bench.node_flv)]

    def take(key, carrier):
        return _take(bench, key, carrier, count)

    return group(f"{count} viewers of a hub", contenders, interleave(bench, contenders, take, bench.scale.rounds),
                 "memory of rtmpt-gateway alone, and of the others whole")


def many_viewers(bench):
    """Whether a viewer among many costs what a viewer among few does."""
    counts = {"ours": bench.scale.many_hub_viewers, "ours_few": bench.scale.hub_viewers}
    contenders = [Contender(key, f"mod_rtmpt_proxy, hub, HTTP-FLV, {count} viewers", lambda: bench.ours_hub("http"))
                  for key, count in counts.items()]

    def take(key, carrier):
        return _take(bench, key, carrier, counts[key])

    return group(f"{counts['ours']} HTTP-FLV viewers of a hub", contenders,
                 interleave(bench, contenders, take, bench.scale.rounds), "memory of rtmpt-gateway alone")
