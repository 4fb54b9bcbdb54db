#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client that is no ffmpeg, until somebody ends it.   usage: visitor.py watcher|reader|opener URL PROGRESS
A watcher counts the pictures of FLV from http, https, ws or wss; a reader gets a page again and again; an opener begins
RTMP connections and breaks them off. PROGRESS gets lines "frame=NUMBER"."""

import base64
import http.client
import os
import socket
import ssl
import struct
import sys
import time
import urllib.parse

from flv_reader import Chunks, FlvPictures, WebSocketMessages

PAGE_PERIOD_S = 0.25
PAGES_OF_A_CONNECTION = 10
READ_BYTES = 16384
TIMEOUT_S = 30.0


def _unverified():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _connect(url):
    plain = socket.create_connection((url.hostname, url.port), timeout=TIMEOUT_S)
    return _unverified().wrap_socket(plain) if url.scheme in ("https", "wss") else plain


def _read_head(connection):
    """The status line, and what already came behind the head."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        more = connection.recv(READ_BYTES)
        if not more:
            raise ConnectionError("no answer")
        seen += more
    head, _, rest = seen.partition(b"\r\n\r\n")
    return head, rest


def watch(url, say):
    socketed = url.scheme in ("ws", "wss")
    connection = _connect(url)
    lines = [f"GET {url.path} HTTP/1.1", f"Host: {url.netloc}"]
    if socketed:
        lines += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                  "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode()]
    connection.sendall("\r\n".join(lines + ["", ""]).encode())
    head, data = _read_head(connection)
    status = head.split(b" ")[1]
    if status != (b"101" if socketed else b"200"):
        raise ConnectionError(f"answered {status.decode()}")
    framing = WebSocketMessages() if socketed else Chunks() if b"transfer-encoding: chunked" in head.lower() else None
    pictures = FlvPictures()
    while True:
        pictures.take(framing.take(data) if framing else data)
        say(pictures.count)
        data = connection.recv(READ_BYTES)
        if not data:
            raise ConnectionError("the stream ended")


def read(url, say):
    count = 0
    while True:
        if url.scheme == "https":
            connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=TIMEOUT_S, context=_unverified())
        else:
            connection = http.client.HTTPConnection(url.hostname, url.port, timeout=TIMEOUT_S)
        for number in range(PAGES_OF_A_CONNECTION):
            try:
                connection.request("GET", url.path)
                answer = connection.getresponse()
            except (ConnectionError, ssl.SSLEOFError):
                if number == 0:
                    raise
                break  # a child of httpd that retires has closed it between two pages: a browser comes again too
            if answer.status != 200 or answer.read() != b"a page of the site\n":
                raise ConnectionError(f"answered {answer.status}, or another page")
            count += 1
            say(count)
            if answer.will_close:  # a child of httpd that retires says so
                break
            time.sleep(PAGE_PERIOD_S)
        connection.close()


def open_only(url, say):
    """Turns: a part of the handshake, all of it without what follows, and one that ends with a reset."""
    count = 0
    while True:
        connection = _connect(url)
        connection.sendall((b"\x03" + bytes(8) + os.urandom(1528))[:(100, 1537, 1537)[count % 3]])
        if count % 3 > 0:
            connection.recv(READ_BYTES)
        if count % 3 == 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        count += 1
        say(count)
        time.sleep(PAGE_PERIOD_S)


def main():
    role, url, progress = sys.argv[1:4]
    with open(progress, "a", encoding="ascii", buffering=1) as said:
        last = 0

        def say(count):
            nonlocal last
            if count != last:
                said.write(f"frame={count}\n")
                last = count

        {"watcher": watch, "reader": read, "opener": open_only}[role](urllib.parse.urlsplit(url), say)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        print(f"{sys.argv[1]}: {error}", file=sys.stderr)
        sys.exit(1)
