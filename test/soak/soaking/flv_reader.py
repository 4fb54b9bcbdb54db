# SPDX-License-Identifier: Apache-2.0
"""The pictures in a stream of FLV, and what chunks and the messages of a WebSocket hold. Pure."""

_FLV_HEAD_BYTES = 13  # with the size of the tag before the first one, which is 0
_TAG_HEAD_BYTES = 11
_VIDEO_TAG = 9


class FlvPictures:
    """Counts the tags of pictures. Bytes that are no FLV raise ConnectionError."""

    def __init__(self):
        self.count = 0
        self._left = b""
        self._begun = False

    def take(self, data):
        self._left += data
        if not self._begun:
            if len(self._left) < _FLV_HEAD_BYTES:
                return
            if not self._left.startswith(b"FLV\x01"):
                raise ConnectionError(f"the stream begins with {self._left[:4]!r}: expected FLV")
            self._left = self._left[_FLV_HEAD_BYTES:]
            self._begun = True
        at = 0
        while (end := self._tag_end(at)) is not None:
            self.count += self._left[at] & 0x1F == _VIDEO_TAG
            at = end
        self._left = self._left[at:]

    def _tag_end(self, at):
        if len(self._left) < at + _TAG_HEAD_BYTES:
            return None
        end = at + _TAG_HEAD_BYTES + int.from_bytes(self._left[at + 1:at + 4], "big") + 4
        return end if len(self._left) >= end else None


class Chunks:
    """What the chunks of an HTTP answer hold."""

    def __init__(self):
        self._left = b""

    def take(self, data):
        self._left += data
        found = []
        while (line_end := self._left.find(b"\r\n")) >= 0:
            size = int(self._left[:line_end].partition(b";")[0], 16)
            if size == 0:
                raise ConnectionError("the stream ended")
            end = line_end + 2 + size
            if len(self._left) < end + 2:
                break
            found.append(self._left[line_end + 2:end])
            self._left = self._left[end + 2:]
        return b"".join(found)


class WebSocketMessages:
    """What a server's messages hold, one after the other. Only messages of bytes: others are left out."""

    def __init__(self):
        self._left = b""

    def take(self, data):
        self._left += data
        found = []
        while (frame := self._frame()) is not None:
            opcode, begin, end = frame
            if opcode in (0, 2):
                found.append(self._left[begin:end])
            elif opcode == 8:
                raise ConnectionError("the server closed the WebSocket")
            self._left = self._left[end:]
        return b"".join(found)

    def _frame(self):
        """(opcode, where the content begins and ends) of the first frame, when all of it is there."""
        if len(self._left) < 2:
            return None
        size, begin = self._left[1] & 0x7F, 2
        if size >= 126:
            begin += 2 if size == 126 else 8
            size = int.from_bytes(self._left[2:begin], "big")
        if len(self._left) < begin + size:
            return None
        return self._left[0] & 0x0F, begin, begin + size
