// SPDX-License-Identifier: Apache-2.0
// Serves the status page's files and a made-up status document the way httpd does: the headers are the same.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const kFiles = {
  '': ['page.html', 'text/html; charset=utf-8'],
  css: ['page.css', 'text/css; charset=utf-8'],
  js: ['page.js', 'text/javascript; charset=utf-8'],
  icon: ['icon.svg', 'image/svg+xml'],
};
const kPlayerLink = '<a href="/watch">Watch</a>';
const kToken = 'dGhpcyBwYWdlIGFsb25l';

export class MockServer {
  #assets;
  #server = null;
  #port = 0;
  gateway;
  // What `?json` answers instead of the gateway's document: {status, type, text}, or null.
  instead = null;
  // Documents that are told in turn instead of the gateway's, as text: to make one of many sessions takes long.
  prepared = [];
  // How `?json` is told when not at once: {pieces, pause_ms, breaks}; with `breaks` the connection ends before the last.
  slowness = null;
  // Ids that were ended with the right token.
  ended = [];
  // How often the document was asked for.
  asked = 0;
  // The page's text, changed: for pages that are wrong on purpose.
  change_page = (text) => text;

  // `assets` is the folder with the page's files.
  constructor(assets, gateway) {
    this.#assets = assets;
    this.gateway = gateway;
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  // The same page twice: from /admin/streams sessions may be ended, from /look they may not.
  get url() {
    return `${this.origin}/admin/streams`;
  }

  get look_url() {
    return `${this.origin}/look`;
  }

  // Listens where it did before, or on a free port.
  async start() {
    this.#server = createServer((request, response) => this.#serve(request, response));
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = this.#server.address().port;
  }

  async stop() {
    const stopped = new Promise((resolve) => { this.#server.close(resolve); });
    this.#server.closeAllConnections();
    await stopped;
  }

  // Tells of this gateway from now on: how it is at a few moments, over and over.
  prepare(gateway) {
    const kMoments = [0, 2000, 4000];
    const begin = Date.now();
    this.prepared = kMoments.map((later) => JSON.stringify(gateway.document(true, begin + later)));
  }

  async #serve(request, response) {
    const { pathname, search } = new URL(request.url, this.origin);
    const controls = pathname === '/admin/streams';
    const name = search.slice(1);
    if (!controls && pathname !== '/look') this.#answer(response, 404, 'text/plain', 'no such page');
    else if (request.method === 'POST') this.#obey(request, response, controls, name);
    else if (name === 'json') this.#status(response, controls);
    else if (kFiles[name]) await this.#file(response, controls, name);
    else this.#answer(response, 404, 'text/plain', 'no such file');
  }

  #answer(response, status, type, text) {
    response.writeHead(status, {
      'Content-Type': type, 'Content-Security-Policy': kPolicy, 'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin',
    });
    response.end(text);
  }

  async #file(response, controls, name) {
    const [file, type] = kFiles[name];
    let text = await readFile(join(this.#assets, file), 'utf8');
    if (name === '') text = this.change_page(text.replace('@RTMPT_TOKEN@', controls ? kToken : '').replace('@RTMPT_PLAYER@', kPlayerLink));
    this.#answer(response, 200, type, text);
  }

  #status(response, controls) {
    this.asked += 1;
    if (this.instead) this.#answer(response, this.instead.status, this.instead.type, this.instead.text);
    else if (this.prepared.length > 0) {
      this.#answer(response, 200, 'application/json', this.prepared[this.asked % this.prepared.length]);
    } else if (this.slowness) this.#tell_slowly(response, JSON.stringify(this.gateway.document(controls)), this.slowness);
    else this.#answer(response, 200, 'application/json', JSON.stringify(this.gateway.document(controls)));
  }

  async #tell_slowly(response, text, { pieces, pause_ms, breaks }) {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    const size = Math.ceil(text.length / pieces);
    for (let i = 0; i < pieces - (breaks ? 1 : 0); i += 1) {
      if (i > 0) await sleep(pause_ms);
      response.write(text.slice(i * size, (i + 1) * size));
    }
    if (breaks) response.destroy();
    else response.end();
  }

  #obey(request, response, controls, name) {
    const [[verb, object]] = new URLSearchParams(name);
    if (!controls || request.headers['x-rtmpt-token'] !== kToken) return this.#answer(response, 403, 'text/plain', 'no');
    const orders = { end: () => this.gateway.end(object), ban: () => this.gateway.ban(object) };
    const found = orders[verb] ? orders[verb]() : this.gateway.drain(object, verb === 'drain');
    if (!found) return this.#answer(response, 404, 'text/plain', 'there is none');
    if (verb === 'end' || verb === 'ban') this.ended.push(object);
    return this.#answer(response, 204, 'text/plain', '');
  }
}
