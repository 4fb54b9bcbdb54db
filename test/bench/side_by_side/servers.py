# SPDX-License-Identifier: Apache-2.0
"""The media servers, and the peers that carry what this project carries."""

import json
import os
import re
import shutil
import urllib.error
import urllib.request

from .certificate import write_certificate
from .process import BenchError, Program, free_port

_NGINX_MODULES = "/usr/lib/nginx/modules"


class _Server(Program):
    def __init__(self, command, log, port, cwd=None):
        super().__init__(command, log, cwd=cwd)
        self.port = port
        try:
            self.await_port(port)
        except BaseException:
            self.end()
            raise


class _Nginx(_Server):
    """nginx in the foreground. `body` is what stands behind `events`."""

    def __init__(self, place, name, modules, workers, body, port):
        root = place.directory(name)
        temporary = " ".join(f"{kind}_temp_path {root}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
        config = "\n".join([f"load_module {_NGINX_MODULES}/{one}.so;" for one in modules] + [
            f"user {place.server_user};" if place.server_user else "", "daemon off;", f"worker_processes {workers};",
            f"pid {root}/nginx.pid;", f"error_log {place.log(name)} warn;", "worker_rlimit_nofile 16384;",
            "events { worker_connections 8192; }",
            body.replace("@PLAIN_HTTP@", f"access_log off; client_body_temp_path {root}/client; {temporary}")])
        super().__init__(["/usr/sbin/nginx", "-p", root, "-c", place.write(name + ".conf", config), "-e", place.log(name)],
                         place.log(name), port)


class NginxRtmp(_Nginx):
    """The media server behind everything that carries RTMP. One worker: its streams live in one process."""

    def __init__(self, place):
        self._statistics_port = free_port()
        port = free_port()
        super().__init__(place, "nginx-rtmp", ["ngx_rtmp_module"], 1, f"""
rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; }} }} }}
http {{ @PLAIN_HTTP@ server {{ listen 127.0.0.1:{self._statistics_port}; location / {{ rtmp_stat all; }} }} }}""", port)
        self.url = f"rtmp://127.0.0.1:{port}"

    def bytes_in(self):
        """What all publishers together have sent."""
        return int(re.search("<bytes_in>([0-9]+)<", self._statistics()).group(1))

    def publishers(self):
        return self._statistics().count("<publishing/>") // 2  # once in the stream, once in its client

    def is_published(self, name):
        text = self._statistics()
        begin = text.find(f"<name>{name}</name>")
        return begin >= 0 and "<publishing/>" in text[begin:text.find("</stream>", begin)]

    def _statistics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self._statistics_port}/", timeout=5) as answer:
            return answer.read().decode()


def nginx_stream(place, target_port):
    """nginx passing TCP connections on."""
    port = free_port()
    return _Nginx(place, "nginx-stream", ["ngx_stream_module"], "auto", f"""
stream {{ server {{ listen 127.0.0.1:{port} backlog=4096; proxy_pass 127.0.0.1:{target_port}; }} }}""", port)


def nginx_proxy_pass(place, target_port):
    """nginx as a reverse proxy in front of an RTMPT server."""
    port = free_port()
    return _Nginx(place, "nginx-proxy", [], "auto", f"""
http {{ @PLAIN_HTTP@ keepalive_requests 100000000;
  upstream rtmpt {{ server 127.0.0.1:{target_port}; keepalive 64; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://rtmpt; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}""", port)


def haproxy_tcp(place, target_port):
    """HAProxy passing TCP connections on, with its own defaults."""
    return _haproxy(place, target_port, "")


def haproxy_tls(place, target_port):
    """The same for TLS connections, whose TLS ends at HAProxy."""
    write_certificate(place)
    return _haproxy(place, target_port, f" ssl crt {place.path('both.pem')}")


def _haproxy(place, target_port, bind_words):
    port = free_port()
    config = place.write("haproxy.cfg", f"""global
  maxconn 1024
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen rtmp
  bind 127.0.0.1:{port}{bind_words}
  server media 127.0.0.1:{target_port}
""")
    return _Server(["/usr/sbin/haproxy", "-db", "-f", config], place.log("haproxy"), port)


class NodeRtmpt(_Server):
    """node-rtsp-rtmp-server, an RTMPT server of somebody else's that answers each request at once, as all known ones do."""

    def __init__(self, place):
        installed = os.path.join(place.build, "node", "node_modules")
        folder = os.path.join(place.path("node_modules"), "node-rtsp-rtmp-server")
        if not os.path.exists(os.path.join(installed, "node-rtsp-rtmp-server", "server.js")):
            raise BenchError(f"{installed} has no node-rtsp-rtmp-server: npm has not installed it")
        if not os.path.exists(folder):
            shutil.copytree(installed, place.path("node_modules"), symlinks=True)
            os.rename(os.path.join(folder, "config.js"), os.path.join(folder, "config_as_published.js"))
        port = free_port()
        rtmp_port = free_port()
        config = {"serverPort": port, "rtmpServerPort": rtmp_port, "liveApplicationName": "live", "receiverType": "unix"}
        for kind in ("videoControl", "audioControl", "videoData", "audioData"):
            config[kind + "ReceiverPath"] = place.path("node-" + kind)
        for kind in ("audioRTPServerPort", "audioRTCPServerPort", "videoRTPServerPort", "videoRTCPServerPort",
                     "rtspVideoDataUDPListenPort", "rtspVideoControlUDPListenPort", "rtspAudioDataUDPListenPort",
                     "rtspAudioControlUDPListenPort"):
            config[kind] = 0
        with open(os.path.join(folder, "config.js"), "w", encoding="ascii") as file:
            file.write(_LISTEN_ON_LOOPBACK + "module.exports = Object.assign(require('./config_as_published'), "
                       + json.dumps(config) + ");\n")
        # Its algorithms are what OpenSSL 3 calls legacy.
        super().__init__(["node", "--openssl-legacy-provider", "server.js"], place.log("node"), port, cwd=folder)
        self.url = f"rtmp://127.0.0.1:{rtmp_port}"

    def is_published(self, name):
        with open(self.log, encoding="utf-8", errors="replace") as text:
            return f"[rtmp] publish: stream=live/{name} " in text.read()


# It has no setting for the address.
_LISTEN_ON_LOOPBACK = """const net = require('net');
const dgram = require('dgram');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, address, ...rest) {
  return typeof port === 'number' ? listen.call(this, port, '127.0.0.1', ...rest) : listen.call(this, port, address, ...rest);
};
const bind = dgram.Socket.prototype.bind;
dgram.Socket.prototype.bind = function (port) { return bind.call(this, port, '127.0.0.1'); };
"""


class Hub:
    """The hub of an httpd that takes RTMP and shows FLV on `port`: not a program of its own."""

    def __init__(self, port):
        self.url = f"rtmp://127.0.0.1:{port}"
        self._pages = f"http://127.0.0.1:{port}"

    def is_published(self, name):
        question = urllib.request.Request(f"{self._pages}/live/{name}.flv", method="HEAD")
        try:
            with urllib.request.urlopen(question, timeout=5) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise BenchError(f"the hub answered {error.code} when it was asked for a stream") from None
            return False


class NodeFlv(_Server):
    """node-media-server, which shows streams as FLV over HTTP as the hub does."""

    def __init__(self, place):
        program = os.path.join(place.build, "flv_server", "node_modules", "node-media-server", "bin", "app.js")
        if not os.path.exists(program):
            raise BenchError(f"there is no {program}: npm has not installed it")
        port = free_port()
        rtmp_port = free_port()
        config = place.write("flv-server.json", json.dumps({"store": {"path": place.directory("flv-server")}}))
        super().__init__(["node", program, "--config", config, "--bind", "127.0.0.1", "--http-port", str(port),
                          "--rtmp-port", str(rtmp_port), "--no-admin"], place.log("flv-server"), port)
        self.url = f"rtmp://127.0.0.1:{rtmp_port}"

    def is_published(self, name):
        with open(self.log, encoding="utf-8", errors="replace") as text:
            return f" start push /live/{name}\n" in text.read()
