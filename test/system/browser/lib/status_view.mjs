// SPDX-License-Identifier: Apache-2.0
// The status page as a test sees it.
import { eventually } from './eventually.mjs';
import { hurry } from './fast_clock.mjs';
import { Watch } from './watch.mjs';

const kWide = { width: 1280, height: 800 };
export const kPhone = { width: 390, height: 844, isMobile: true, hasTouch: true };

// Other tabs are used at the same time: each believes that it is the one in front.
async function keep_focus(page) {
  const session = await page.createCDPSession();
  await session.send('Emulation.setFocusEmulationEnabled', { enabled: true });
}

// An id inside the quotes of a selector.
const quoted = (id) => id.replace(/["\\]/g, '\\$&');

const kColumns = ['client', 'host', 'stream', 'kind', 'backend', 'age', 'rate', 'bytes'];

export class StatusView {
  page;
  watch;
  url;

  // Opens the page in a tab of its own and waits for the first status. The tab is closed after `work(view)`, and
  // whatever the page did wrong meanwhile is thrown. `prepare(page)` is called before the page is opened; by default the
  // page hardly rests between two answers.
  static async open(browser, url, work, { viewport = kWide, prepare = hurry } = {}) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    try {
      const watch = await Watch.on(page, new URL(url).origin);
      await page.setViewport(viewport);
      await keep_focus(page);
      await prepare(page);
      await page.goto(url);
      const view = new StatusView(page, watch, url);
      await view.becomes('live');
      const told = await work(view);
      const wrong = watch.complaints();
      if (wrong.length > 0) throw new Error(`the page did what it must not:\n${wrong.join('\n')}`);
      return told;
    } finally {
      await context.close();
    }
  }

  constructor(page, watch, url) {
    this.page = page;
    this.watch = watch;
    this.url = url;
  }

  // Every row in its order: {id, client, ..., bytes, shown}, as text.
  rows() {
    return this.page.$$eval('#sessions tbody tr', (rows, columns) => rows.map((row) => {
      const cell = (name) => [name, row.querySelector(`td.col-${name}`).innerText.trim()];
      return { id: row.dataset.id, shown: row.checkVisibility(), ...Object.fromEntries(columns.map(cell)) };
    }), kColumns);
  }

  // The same of their ids alone. Text costs a layout of the page.
  row_ids() {
    return this.page.$$eval('#sessions tbody tr', (rows) => rows.map((row) => row.dataset.id));
  }

  row_count() {
    return this.page.$$eval('#sessions tbody tr', (rows) => rows.length);
  }

  async shown_rows() {
    return (await this.rows()).filter(({ shown }) => shown);
  }

  // The row of a stream, "app/name", or undefined. A stream has one publisher: that row, when `kind` is not given.
  async row(stream, kind = 'publish') {
    const wanted = (row) => row.stream.split('\n')[0] === stream && row.kind.split('\n')[0] === kind;
    return (await this.rows()).find(wanted);
  }

  row_appears(stream, kind) {
    return eventually(`the row of ${stream}`, () => this.row(stream, kind));
  }

  row_disappears(stream, kind) {
    return eventually(`no row of ${stream}`, async () => !(await this.row(stream, kind)));
  }

  text(selector) {
    return this.page.$eval(selector, (node) => node.innerText.trim());
  }

  is_shown(selector) {
    return this.page.$eval(selector, (node) => node.checkVisibility({ visibilityProperty: true }));
  }

  // `state`: live or lost.
  becomes(state) {
    const reached = () => this.page.$eval('#pulse', (node, wanted) => node.dataset.state === wanted, state);
    return eventually(`the page is ${state}`, reached);
  }

  // Waits until the page has shown the status `times` more, of those that it asks for from now on: an answer that is under
  // way does not count.
  async updates(times = 1) {
    const enough = await this.answers() + times + 1;
    await eventually(`${times} more answers are shown`, async () => (await this.answers()) >= enough);
    await this.frame();
  }

  // How many documents the page has shown.
  answers() {
    return this.page.$eval('#main', (node) => Number(node.dataset.answers ?? 0));
  }

  // Shows sessions one after another, instead of each beneath the publisher of its stream.
  async show_list() {
    await this.page.click('#grouping');
    await this.frame();
  }

  // Presses the button that opens or closes a row.
  async toggle(id, table = '#sessions') {
    await this.page.click(`${table} tr[data-id="${quoted(id)}"] .toggle`);
    await this.frame();
  }

  // Every media server in its order: {url, use, health, sessions, failures, weight}, as text.
  servers() {
    return this.page.$$eval('#backends tbody tr', (rows) => rows.map((row) => Object.fromEntries(
      ['url', 'use', 'health', 'sessions', 'failures', 'weight'].map((name) => [name, row.querySelector(`td.col-${name}`).innerText.trim()]))));
  }

  // The number above the table: "20,000", or "1 of 20,000" while there is a filter.
  session_count() {
    return this.text('#sessions-count');
  }

  // Waits until what has changed is drawn.
  frame() {
    return this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  }

  // The document that the server gives now.
  async document() {
    const response = await fetch(`${this.url}?json`);
    return response.json();
  }

  async filter(text) {
    await this.page.$eval('#filter', (node) => { node.value = ''; });
    await this.page.focus('#filter');
    if (text === '') await this.page.keyboard.press('Escape');
    else await this.page.keyboard.type(text);
  }

  heading(column) {
    return this.page.$eval(`#sessions th.col-${column}`, (node) => node.getAttribute('aria-sort'));
  }

  // What has the focus, as "name#id.class text".
  focused() {
    return this.page.evaluate(() => {
      const { localName, id, className } = document.activeElement;
      const name = document.activeElement.ariaLabel ?? document.activeElement.innerText?.trim() ?? '';
      return `${localName}#${id}.${className} ${name}`;
    });
  }
}
