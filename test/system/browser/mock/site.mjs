// SPDX-License-Identifier: Apache-2.0
// The site of the checks, made up: what they ask to happen happens at once.
import { expect } from '../checks/expect.mjs';
import { MockGateway } from './gateway.mjs';
import { two_streams } from './sample_data.mjs';
import { MockServer } from './server.mjs';

export class MockSite {
  #ids = new Map();
  #number = 0;
  server;
  streams = ['live/cam1', 'live/cam2'];

  constructor(assets) {
    this.server = new MockServer(assets, new MockGateway(two_streams()));
  }

  async publish(name) {
    const [app, stream] = name.split('/');
    const id = `new${this.#number++}`;
    this.#ids.set(name, id);
    this.server.gateway.add({
      id, virtual_host: 'live.example.com', client: '203.0.113.77', app, stream, kind: 'publish',
      backend: 'rtmp://10.0.8.11:1935',
    });
  }

  async stop(name) {
    expect(this.server.gateway.end(this.#ids.get(name)), `${name} ran until now`);
  }

  // The session of `name` was ended by the server, through the page.
  async ended(name) {
    expect(this.server.ended.includes(this.#ids.get(name)), `the server has ended ${name}`);
  }

  stop_server() {
    return this.server.stop();
  }

  start_server() {
    return this.server.start();
  }
}
