// SPDX-License-Identifier: Apache-2.0
// The page around the player, and pages of one's own.
import { expect, expect_equal } from '../../checks/expect.mjs';
import { eventually } from '../../lib/eventually.mjs';
import { StandIn } from '../stand_in/server.mjs';

export async function asks_for_a_name(view) {
  expect_equal(await view.page.$eval('rtmpt-player', (node) => node.checkVisibility()), false, 'a player without a stream');
  expect_equal(await view.page.evaluate(() => document.activeElement.id), 'stream', 'what has the focus');
  await view.page.keyboard.type('cam1');
  await view.page.keyboard.press('Enter');
  expect(await view.page.$eval('#wrong', (node) => node.checkVisibility()), 'it says what is wrong');
  await view.page.$eval('#stream', (node) => { node.value = ''; });
  await view.page.keyboard.type('rtmp://host/live/cam1?user=alice&pass=secret&e=1');
  await view.page.keyboard.press('Enter');
  const shown = await view.page.evaluate(() => [document.getElementById('no-login').checkVisibility(), document.getElementById('wrong').checkVisibility()]);
  expect_equal(shown, [true, false], 'that a login is left out, and nothing is wrong');
  expect_equal(await view.page.$eval('#stream', (node) => node.value), 'live/cam1?e=1', 'what is left');
  await Promise.all([view.page.waitForNavigation(), view.page.keyboard.press('Enter')]);
  expect_equal(await view.page.evaluate(() => location.pathname + location.search), '/watch/live/cam1?e=1', 'the address');
  await view.becomes('playing');
  await view.plays(25);
}

export async function shows_a_hostile_name_as_text(view) {
  view.watch.expect('WebSocket connection to');
  view.watch.expect('Failed to load resource');
  await view.becomes('offline');
  expect_equal(await view.page.$eval('h1', (node) => node.textContent), 'live/<img src=x onerror=alert(1)>\\u202e"', 'the name');
  expect_equal(await view.page.$$eval('h1 *, img', (nodes) => nodes.length), 0, 'elements made of it');
  const snippet = await view.page.$eval('#snippet', (node) => node.textContent);
  expect(snippet.includes('src="/live/%3Cimg%20src=x%20onerror=alert(1)%3E%E2%80%AE%22"'), `a snippet that may be copied: ${snippet}`);
}

// Nothing reaches over the window's edge, and whatever can be pressed has the size of a finger.
export async function fits_every_width(view) {
  await view.becomes('playing');
  await view.page.$eval('#own', (node) => { node.open = true; });
  for (const [width, height] of [[320, 640], [390, 844], [844, 390], [768, 1024], [1280, 800], [1920, 1080]]) {
    await view.page.setViewport({ width, height });
    await view.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    const found = await view.page.evaluate(() => {
      const player = document.querySelector('rtmpt-player');
      const box = player.getBoundingClientRect();
      const buttons = [...player.shadowRoot.querySelectorAll('button, input'), ...document.querySelectorAll('button, input, summary')]
        .filter((node) => node.checkVisibility());
      return {
        over: document.documentElement.scrollWidth - innerWidth, tall: Math.round(box.height - innerHeight), width: box.width,
        out: [...player.shadowRoot.querySelectorAll('.bar > *')].filter((node) => node.checkVisibility() &&
          (node.getBoundingClientRect().right > box.right + 0.5 || node.getBoundingClientRect().left < box.left - 0.5)).map((node) => node.className),
        small: buttons.map((node) => [node, node.getBoundingClientRect()]).filter(([, { height: high, width: wide }]) => high < 43.5 || wide < 43.5)
          .map(([node, { width: wide, height: high }]) => `${node.className || node.localName} ${wide}x${high}`),
      };
    });
    expect(found.over <= 0, `${found.over} pixels over the edge at ${width}`);
    expect(found.tall <= 0, `the picture is ${found.tall} pixels higher than the window at ${width}x${height}`);
    expect(found.width >= Math.min(260, width - 30), `a picture of ${found.width} pixels at ${width}`);
    expect_equal([found.out, found.small], [[], []], `outside, and small, at ${width}`);
  }
}

export async function is_light_and_dark(view) {
  await view.becomes('playing');
  const seen = new Set();
  for (const value of ['light', 'dark']) {
    await view.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    seen.add(await view.page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    const contrasts = await view.page.evaluate(() => {
      const luminance = (text) => {
        const [r, g, b] = text.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground_of = (node) => {
        const colour = node ? getComputedStyle(node).backgroundColor : 'rgb(255, 255, 255)';
        return colour === 'rgba(0, 0, 0, 0)' ? ground_of(node.parentElement) : colour;
      };
      return [...document.querySelectorAll('h1, label, summary, button, input')].map((node) => {
        const pair = [luminance(getComputedStyle(node).color), luminance(ground_of(node))].sort((a, b) => a - b);
        return [node.localName, (pair[1] + 0.05) / (pair[0] + 0.05)];
      });
    });
    for (const [name, contrast] of contrasts) expect(contrast >= 4.5, `${name} has a contrast of ${contrast.toFixed(2)}, ${value}`);
  }
  expect_equal(seen.size, 2, 'grounds');
}

// The page that a server of one's own has: the element alone. `site` is where the player's script is.
export const page_with = (paths, site = '') => `<!doctype html><html lang="en"><title>own</title><link rel="icon" href="data:,">
<style>rtmpt-player { width: 160px; float: left }</style>
<script type="module" src="${site}/watch?player"></script>
${paths.map((path, i) => `<rtmpt-player id="p${i}" src="${path}"></rtmpt-player>`).join('\n')}</html>`;

export async function plays_sixteen_in_a_page_of_ones_own(view, site) {
  const count = 16;
  await eventually('all play', async () => (await view.page.$$eval('rtmpt-player', (players) =>
    players.filter(({ state, video }) => state === 'playing' && video.getVideoPlaybackQuality().totalVideoFrames > 10).length)) === count, 45_000);
  expect_equal(site.server.viewers.size, count, 'connections');
  await view.page.evaluate(() => { for (const player of document.querySelectorAll('rtmpt-player')) player.remove(); });
  await eventually('all connections are closed', () => site.server.viewers.size === 0);
}

// A page that lets in only what other sites say they give away, as one with SharedArrayBuffer must.
export async function plays_in_a_careful_page_of_another_site(view, site) {
  view.watch.expect('request to another origin: http://127.0.0.1:');
  const other = new StandIn('no files');
  other.page_headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  other.pages.set('/own', page_with([`${site.server.origin}/live/cam1`], site.server.origin));
  await other.start();
  try {
    await view.page.goto(`${other.origin}/own`);
    expect(await view.page.evaluate(() => window.crossOriginIsolated), 'a page that is isolated');
    await view.becomes('playing');
    await view.plays(25);
  } finally {
    await other.end();
  }
}

export async function another_source_is_another_stream(view, site) {
  await view.becomes('playing');
  await site.publish('/live/cam2', { size: '320x180' });
  await view.of_player((player) => player.setAttribute('src', '/live/cam2'));
  await eventually('the other stream', () => view.of_player(({ state, video }) => state === 'playing' && video.videoWidth === 320));
  expect_equal([...site.server.viewers].map(({ path }) => path), ['/live/cam2'], 'viewers');
  await view.of_player((player) => player.removeAttribute('src'));
  await view.becomes('unnamed');
  await eventually('no connection is left', () => site.server.viewers.size === 0);
}

export async function works_without_script(browser, url) {
  const page = await browser.newPage();
  try {
    await page.setJavaScriptEnabled(false);
    await page.goto(url);
    expect(await page.$eval('noscript', (node) => node.innerText.includes('needs JavaScript')), 'it says so');
  } finally {
    await page.close();
  }
}
