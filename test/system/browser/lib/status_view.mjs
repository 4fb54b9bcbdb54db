// The status page as a test sees it.
import { eventually } from './eventually.mjs';
import { Watch } from './watch.mjs';

const kWide = { width: 1280, height: 800 };
export const kPhone = { width: 360, height: 740, isMobile: true, hasTouch: true };

const kColumns = ['client', 'host', 'stream', 'kind', 'backend', 'age', 'rate', 'bytes'];

export class StatusView {
  page;
  watch;
  url;

  // Opens the page in a tab of its own and waits for the first status. The tab is closed after `work(view)`, and
  // whatever the page did wrong meanwhile is thrown.
  static async open(browser, url, work, { viewport = kWide, prepare = async () => {} } = {}) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    try {
      const watch = await Watch.on(page, new URL(url).origin);
      await page.setViewport(viewport);
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

  row_count() {
    return this.page.$$eval('#sessions tbody tr', (rows) => rows.length);
  }

  async shown_rows() {
    return (await this.rows()).filter(({ shown }) => shown);
  }

  // The row of a stream, "app/name", or undefined. A stream has one publisher: that row, when `kind` is not given.
  async row(stream, kind = 'publish') {
    const wanted = (row) => row.stream.split('\n')[0] === stream && row.kind.endsWith(kind);
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

  // Waits until the page has asked for, and shown, the status `times` more. It asks at once when the network is said to be
  // back, which saves the test two seconds each time; an answer that was under way then does not count.
  async updates(times = 1) {
    for (let i = 0; i < times; i += 1) {
      const answered = this.page.waitForResponse((response) => response.url().endsWith('?json'), { timeout: 20_000 });
      await this.page.evaluate(() => { dispatchEvent(new Event('online')); });
      const before = await this.answers();
      await answered;
      await eventually('the status is shown', async () => (await this.answers()) > before);
      await this.frame();
    }
  }

  // How many documents the page has shown.
  answers() {
    return this.page.$eval('#main', (node) => Number(node.dataset.answers ?? 0));
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
