# SPDX-License-Identifier: Apache-2.0
"""The media: one file, encoded once, and published without encoding."""

import os
import subprocess
import time

from .process import BenchError, Program, wait_until

PICTURES_PER_SECOND = 25
SECONDS = 20
KEY_FRAME_S = 1.2  # in so long there has been one
BITS_PER_SECOND = 900_000
_AUDIO_BITS = 96_000
_VIDEO_BITS = BITS_PER_SECOND - _AUDIO_BITS - 24_000  # the rest frames them

# A stream that two thousand can play on a small machine: little beside the names of its messages.
LOW = "low"
LOW_PICTURES_PER_SECOND = 5


def make_file(path):
    """H.264 at a constant bit rate and AAC, a key frame every second. Kept from one run to the next."""
    if os.path.exists(path):
        return
    rate = str(_VIDEO_BITS)
    command = ["ffmpeg", "-y", "-nostdin", "-loglevel", "error",
               "-f", "lavfi", "-i", f"testsrc2=size=640x360:rate={PICTURES_PER_SECOND},noise=alls=12:allf=t",
               "-f", "lavfi", "-i", "anoisesrc=color=pink:sample_rate=44100", "-t", str(SECONDS),
               "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p",
               "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", str(_VIDEO_BITS // 2),
               "-x264-params", f"nal-hrd=cbr:force-cfr=1:keyint={PICTURES_PER_SECOND}:scenecut=0",
               "-c:a", "aac", "-b:a", str(_AUDIO_BITS), "-f", "flv", path + ".part"]
    _make(command, path)


def make_low_file(path):
    """H.264 with few small pictures, a key frame every second, and no sound."""
    if os.path.exists(path):
        return
    rate = LOW_PICTURES_PER_SECOND
    _make(["ffmpeg", "-y", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc2=size=160x90:rate={rate}",
           "-t", str(SECONDS), "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p",
           "-crf", "40", "-x264-params", f"keyint={rate}:scenecut=0", "-f", "flv", path + ".part"], path)


def _make(command, path):
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if result.returncode != 0:
        raise BenchError(f"ffmpeg made no {path}: {result.stderr.strip()}")
    os.rename(path + ".part", path)


def bit_rate(path):
    return os.path.getsize(path) * 8 / SECONDS


def publish(path, url, log):
    """ffmpeg publishing the file in real time, over and over."""
    return Program(["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "warning", "-re", "-stream_loop", "-1", "-i", path,
                    "-c", "copy", "-f", "flv", url], log)


def await_stream(is_published, publisher):
    wait_until(lambda: is_published() or not publisher.running(), "the stream is published", 15)
    time.sleep(KEY_FRAME_S)  # node-rtsp-rtmp-server never serves a player that comes before the first key frame
    if not publisher.running():
        raise BenchError(f"the publisher ended: {publisher.log_end()}")
