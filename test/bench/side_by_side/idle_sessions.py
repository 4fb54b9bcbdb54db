# SPDX-License-Identifier: Apache-2.0
"""RTMPT sessions that do nothing: connected, through the RTMP handshake, and now and then a poll."""

import re
import socket

from .process import BenchError

_C0_C1 = b"\x03" + bytes(1536)
_S0_S1_S2_BYTES = 1 + 2 * 1536
_OPENED_BETWEEN_POLLS = 250


class IdleSession:
    """One session on one keep-alive connection."""

    def __init__(self, port):
        self._host = f"127.0.0.1:{port}"
        self._number = 0
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._id = ""
        self._input = b""
        self._post("/open/1", b"\0")
        self._id = self._reply().decode("ascii").strip()

    def shake_hands(self):
        """The server's half comes with the replies; after that nothing of the stream waits anywhere."""
        self._send(_C0_C1)
        got = self._reply()[1:]
        while len(got) < _S0_S1_S2_BYTES:
            self.ask()
            got += self.answer()
        self._send(got[1:1537])
        self._reply()

    def ask(self):
        self._post(self._target("idle"), b"\0")

    def answer(self):
        return self._reply()[1:]

    def close(self):
        self._socket.close()

    def _send(self, body):
        self._post(self._target("send"), body)

    def _target(self, kind):
        self._number += 1
        return f"/{kind}/{self._id}/{self._number - 1}"

    def _post(self, target, body):
        self._socket.sendall(f"POST {target} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/x-fcs\r\n"
                             f"Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def _reply(self):
        while b"\r\n\r\n" not in self._input:
            self._receive()
        head, _, self._input = self._input.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if not head.startswith(b"HTTP/1.1 200 ") or not length:
            raise BenchError(f"an idle session was answered {head.splitlines()[0].decode()}")
        size = int(length.group(1))
        while len(self._input) < size:
            self._receive()
        body, self._input = self._input[:size], self._input[size:]
        return body

    def _receive(self):
        piece = self._socket.recv(65536)
        if not piece:
            raise BenchError("the server closed an idle session")
        self._input += piece


def open_sessions(port, count):
    sessions = []
    for number in range(1, count + 1):
        sessions.append(IdleSession(port))
        sessions[-1].shake_hands()
        if number % _OPENED_BETWEEN_POLLS == 0:
            poll_all(sessions)  # or the first of many would be timed out before the last is there
    return sessions


def poll_all(sessions):
    """One idle of each, held side by side."""
    for one in sessions:
        one.ask()
    for one in sessions:
        one.answer()
