// SPDX-License-Identifier: Apache-2.0
// Notes whatever a page must not do: complain, break its policy, ask another host, run foreign markup.
import { visible_in } from './words.mjs';

export class Watch {
  #origin;
  #complaints = [];
  #expected = [];
  requests = 0;

  // To be made before the page is opened. Requests to other places than `origin` are complaints.
  static async on(page, origin) {
    const watch = new Watch(origin);
    await page.exposeFunction('note_violation', (text) => watch.#note(`policy violated: ${text}`));
    await page.evaluateOnNewDocument(() => {
      addEventListener('securitypolicyviolation', (event) =>
        window.note_violation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    });
    page.on('console', (message) => {
      if (['error', 'warn', 'warning', 'issue'].includes(message.type())) watch.#note(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => watch.#note(`script: ${error.stack ?? error}`));
    page.on('dialog', async (dialog) => {
      watch.#note(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    page.on('request', (request) => watch.#asked(request.url()));
    return watch;
  }

  constructor(origin) {
    this.#origin = origin;
  }

  // Complaints that contain `text` are part of the test from now on.
  expect(text) {
    this.#expected.push(text);
  }

  // What nobody expected, so far.
  complaints() {
    return this.#complaints.filter((complaint) => !this.#expected.some((text) => complaint.includes(text)));
  }

  #asked(url) {
    this.requests += 1;
    if (new URL(url).origin !== this.#origin) this.#note(`request to another origin: ${url}`);
  }

  #note(text) {
    this.#complaints.push(visible_in(text));
  }
}
