// SPDX-License-Identifier: Apache-2.0
// Pictures of the status page for the documents: light, dark and on a phone, of a made-up site.
// usage: node screenshots.mjs <folder of the page's files> <node_modules with puppeteer-core> <folder for the pictures>
import { join } from 'node:path';

import { with_chromium } from './lib/chromium.mjs';
import { hurry } from './lib/fast_clock.mjs';
import { reduce } from './lib/reduced_picture.mjs';
import { kPhone, StatusView } from './lib/status_view.mjs';
import { MockGateway } from './mock/gateway.mjs';
import { concert } from './mock/sample_data.mjs';
import { MockServer } from './mock/server.mjs';

const kPictures = [
  { name: 'status-light', scheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'status-dark', scheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'status-phone', scheme: 'light', viewport: { ...kPhone, deviceScaleFactor: 2 }, height: 1000 },
];
// The stream that is shown with its viewers.
const kOpen = 'k3v9q2m8xa';

const [assets, modules, target] = process.argv.slice(2);
if (!assets || !modules || !target) {
  console.error('usage: screenshots.mjs <folder of the page> <node_modules> <folder for the pictures>');
  process.exit(2);
}

// `height`: a part of so many pixels, from the sessions on.
async function take(browser, url, { name, scheme, viewport, height }) {
  const prepare = async (page) => {
    await hurry(page);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  };
  await StatusView.open(browser, url, async (view) => {
    await view.toggle(kOpen);
    const scrolled = await view.page.evaluate(() => document.documentElement.scrollHeight);
    await view.page.setViewport({ ...viewport, height: scrolled * 2 });
    await view.updates(2);
    const whole = await view.page.evaluate(() => document.documentElement.getBoundingClientRect().height);
    await view.page.setViewport({ ...viewport, height: Math.ceil(whole) });
    const top = await view.page.$eval('section.panel', (panel) => panel.getBoundingClientRect().top - 12);
    const clip = height ? { x: 0, y: top, width: viewport.width, height } : undefined;
    await view.page.screenshot({ path: join(target, `${name}-raw.png`), clip });
  }, { viewport, prepare });
  reduce(join(target, `${name}-raw.png`), join(target, `${name}.png`));
  console.log(join(target, `${name}.png`));
}

const server = new MockServer(assets, new MockGateway(concert()));
await server.start();
try {
  await with_chromium(modules, async (browser) => {
    for (const picture of kPictures) await take(browser, server.url, picture);
  });
} finally {
  await server.stop();
}
