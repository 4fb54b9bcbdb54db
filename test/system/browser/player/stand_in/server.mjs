// SPDX-License-Identifier: Apache-2.0
// Serves the player page's files and streams the way httpd and the gateway do: with the same headers and statuses.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { FlvSource } from './flv_source.mjs';
import { WebSocketPeer } from './web_socket.mjs';

const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src blob:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
const kFiles = {
  '': ['page.html', 'text/html; charset=utf-8'],
  css: ['page.css', 'text/css; charset=utf-8'],
  js: ['page.js', 'text/javascript; charset=utf-8'],
  player: ['player.js', 'text/javascript; charset=utf-8'],
  mpegts: ['mpegts.js', 'text/javascript; charset=utf-8'],
  icon: ['icon.svg', 'image/svg+xml'],
};
const kPlace = '/watch';
const kLogin = `Basic ${Buffer.from('alice:secret').toString('base64')}`;
const kNames = { 200: 'OK', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' };

const path_of = (request) => new URL(request.url, 'http://here').pathname;

export class StandIn {
  #assets;
  #server = null;
  #sockets = new Set();
  port = 0;
  streams = new Map(); // path -> FlvSource
  refusals = new Map(); // path -> status, instead of the stream; 'login' wants alice and her password
  pages = new Map(); // path -> text of a page of one's own
  page_headers = {}; // of these
  viewers = new Set(); // {path, peer, sent: [{time, at}]}: `at` is the clock's ms when the tag of that time was sent
  asked = []; // "<method> <path and query>" of all questions for streams; WS for a WebSocket
  retry_after = '2';
  is_silent = false; // streams go on, and nothing of them is sent. Behind it viewers go on at a key frame

  // `assets` is the folder with the page's files.
  constructor(assets) {
    this.#assets = assets;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  url(path = '') {
    return `${this.origin}${kPlace}${path}`;
  }

  // Listens where it did before, or on a free port.
  async start() {
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, socket) => this.#upgrade(request, socket));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = this.#server.address().port;
  }

  async stop() {
    const stopped = new Promise((resolve) => { this.#server.close(resolve); });
    for (const socket of this.#sockets) socket.destroy();
    await stopped;
  }

  publish(path, options) {
    this.streams.set(path, new FlvSource(options));
  }

  // The publisher goes, and its viewers' streams end.
  async unpublish(path) {
    const source = this.streams.get(path);
    this.streams.delete(path);
    for (const viewer of this.viewers) if (viewer.path === path) viewer.peer.close();
    await source?.stop();
  }

  async end() {
    for (const path of [...this.streams.keys()]) await this.unpublish(path);
    await this.stop();
  }

  #status_of(request, path) {
    const refusal = this.refusals.get(path);
    if (refusal === 'login') {
      if (request.headers.authorization !== kLogin) return 401;
    } else if (refusal) return refusal;
    return this.streams.get(path)?.beginning() ? 200 : 404;
  }

  #headers_of(status) {
    return {
      ...(status === 404 || status === 503 ? { 'Retry-After': this.retry_after } : {}),
      ...(status === 401 ? { 'WWW-Authenticate': 'Basic realm="Viewers"' } : {}),
      'Cache-Control': 'no-store', 'Access-Control-Allow-Origin': '*',
    };
  }

  async #serve(request, response) {
    const { pathname, search } = new URL(request.url, this.origin);
    if (pathname.endsWith('.flv')) {
      this.asked.push(`${request.method} ${request.url}`);
      const status = this.#status_of(request, pathname.slice(0, -4));
      response.writeHead(status, this.#headers_of(status)).end();
    } else if (pathname === kPlace || pathname.startsWith(`${kPlace}/`)) await this.#file(response, search.slice(1));
    else if (this.pages.has(pathname)) {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...this.page_headers }).end(this.pages.get(pathname));
    } else response.writeHead(404).end();
  }

  async #file(response, query) {
    const [file, type] = kFiles[query] ?? kFiles[''];
    const text = (await readFile(join(this.#assets, file), 'utf8')).replaceAll('@RTMPT_PLACE@', kPlace);
    response.writeHead(200, {
      'Content-Type': type, 'Content-Security-Policy': kPolicy, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer', 'Access-Control-Allow-Origin': '*',
    });
    response.end(text);
  }

  #upgrade(request, socket) {
    const path = path_of(request).slice(0, -4);
    this.asked.push(`WS ${request.url}`);
    const status = this.#status_of(request, path);
    if (status !== 200) {
      const headers = Object.entries(this.#headers_of(status)).map(([name, value]) => `${name}: ${value}\r\n`).join('');
      socket.end(`HTTP/1.1 ${status} ${kNames[status]}\r\n${headers}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const source = this.streams.get(path);
    const viewer = { path, sent: [], request: request.url };
    let misses = false;
    const send = (tags) => {
      misses = this.is_silent || (misses && !tags[0].is_entrance);
      if (misses) return;
      const at = Date.now();
      for (const { time } of tags) viewer.sent.push({ time, at });
      viewer.peer.send(Buffer.concat(tags.map(({ bytes }) => bytes)));
    };
    const send_tag = (tag) => send([tag]);
    viewer.peer = new WebSocketPeer(request, socket, () => {
      source.off('tag', send_tag);
      this.viewers.delete(viewer);
    });
    this.viewers.add(viewer);
    send(source.beginning());
    source.on('tag', send_tag);
  }
}
