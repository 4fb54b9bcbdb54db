// SPDX-License-Identifier: Apache-2.0
// A page with a player as a test sees it.
import { eventually } from '../lib/eventually.mjs';
import { Watch } from '../lib/watch.mjs';

const kWide = { width: 1280, height: 800 };

export class PlayerView {
  page;
  watch;

  // Opens `url` in a tab of its own; the tab is closed after `work(view)`, and whatever the page did wrong meanwhile is
  // thrown. `prepare(page)` is called before the page is opened. `login` is {username, password}.
  static async open(browser, url, work, { viewport = kWide, prepare = async () => {}, login = null } = {}) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    try {
      const watch = await Watch.on(page, new URL(url).origin);
      await page.setViewport(viewport);
      const session = await page.createCDPSession();
      await session.send('Emulation.setFocusEmulationEnabled', { enabled: true });
      if (login) await page.authenticate(login);
      await prepare(page);
      await page.goto(url);
      const view = new PlayerView(page, watch);
      const told = await work(view);
      const wrong = watch.complaints();
      if (wrong.length > 0) throw new Error(`the page did what it must not:\n${wrong.join('\n')}`);
      return told;
    } finally {
      await context.close();
    }
  }

  constructor(page, watch) {
    this.page = page;
    this.watch = watch;
  }

  // What `read` makes of the first player, or of the one that `selector` finds, and of what else it is given.
  of_player(read, selector = 'rtmpt-player', ...more) {
    return this.page.$eval(selector, read, ...more);
  }

  state() {
    return this.of_player((player) => player.getAttribute('state'));
  }

  async becomes(state, patience_ms) {
    let seen = null;
    try {
      await eventually(`the player is ${state}`, async () => {
        seen = await this.state();
        return seen === state;
      }, patience_ms);
    } catch (error) {
      throw new Error(`${error.message}; it is ${seen}`);
    }
  }

  // It is paused, and nothing has made it begin.
  async rests(what) {
    const begun = await this.of_player((player) => new Promise((done) => {
      player.addEventListener('statechange', () => done(player.state), { once: true });
      setTimeout(() => done(player.state), 500); // a beginning is told at once
    }));
    if (begun !== 'idle') throw new Error(`${what} is ${begun}`);
  }

  // Pictures that were decoded since the connection.
  pictures(selector) {
    return this.of_player((player) => player.video.getVideoPlaybackQuality().totalVideoFrames, selector);
  }

  // Waits for `count` pictures more, and tells how many there are.
  async plays(count = 25, selector = 'rtmpt-player') {
    const before = await this.pictures(selector);
    let now = before;
    await eventually(`${count} more pictures of ${selector}`, async () => {
      now = await this.pictures(selector);
      return now >= before + count;
    });
    return now;
  }

  // A part of the player, by a selector inside it: a function of it.
  inside(selector, read, player = 'rtmpt-player') {
    return this.page.$eval(`${player} >>> ${selector}`, read);
  }

  press_inside(selector, player = 'rtmpt-player') {
    return this.inside(selector, (node) => node.click(), player);
  }
}
