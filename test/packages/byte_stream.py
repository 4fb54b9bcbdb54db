#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One RTMPT session with every byte counted. The program is the client, and the media server behind the tunnel, which
sends back what it gets. It streams until it gets SIGTERM, then waits for what is under way, and compares both ways.

usage: byte_stream.py FRONT-PORT HOST MEDIA-PORT PROGRESS      PROGRESS is a file that has the number of bytes that came
                                                               back so far; exit status 0: no byte was lost or changed"""
import http.client
import os
import random
import signal
import socket
import sys
import threading
import time

PIECE_BYTES = 2000
PAUSE_SECONDS = 0.02
END_SECONDS = 20


class EchoServer(threading.Thread):
    """Takes one connection. `received` grows while it runs."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.received = bytearray()
        self.listener = socket.create_server(("127.0.0.1", port))

    def run(self):
        connection, _ = self.listener.accept()
        while piece := connection.recv(65536):
            self.received += piece
            connection.sendall(piece)


class Session:
    """A client on one kept connection. `received` is what came back."""

    def __init__(self, port, host):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=END_SECONDS)
        self.host, self.number, self.received = host, 0, bytearray()
        self.id = self.post("/open/1", b"\0").decode().strip()
        self.socket = self.connection.sock

    def post(self, target, body):
        self.connection.request("POST", target, body, {"Host": self.host, "Content-Type": "application/x-fcs"})
        reply = self.connection.getresponse()
        body = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{target} was answered {reply.status}, expected 200: {body[:200]}")
        return body

    def carry(self, kind, body):
        self.received += self.post(f"/{kind}/{self.id}/{self.number}", body)[1:]
        self.number += 1
        if self.connection.sock is not self.socket:
            raise RuntimeError("httpd or the gateway closed the connection: expected one for the whole session")


def main(front_port, host, media_port, progress):
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server = EchoServer(int(media_port))
    server.start()
    session, sent = Session(int(front_port), host), bytearray()
    source = random.Random(1)

    def note():
        with open(progress + ".new", "w") as file:
            file.write(f"{len(session.received)}\n")
        os.rename(progress + ".new", progress)

    while not ended.is_set():
        piece = source.randbytes(PIECE_BYTES)
        sent += piece
        session.carry("send", piece)
        session.carry("idle", b"\0")
        note()
        time.sleep(PAUSE_SECONDS)
    deadline = time.monotonic() + END_SECONDS
    while len(session.received) < len(sent) and time.monotonic() < deadline:
        session.carry("idle", b"\0")
    session.post(f"/close/{session.id}/{session.number}", b"\0")
    print(f"{len(sent)} bytes sent, {len(server.received)} came to the media server, {len(session.received)} came back")
    return 0 if sent and sent == server.received == session.received else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 5 else __doc__)
