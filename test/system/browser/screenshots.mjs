// Pictures of the status page for the documents: light, dark and on a phone, of a made-up site.
// usage: node screenshots.mjs <folder of the page's files> <node_modules with puppeteer-core> <folder for the pictures>
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { with_chromium } from './lib/chromium.mjs';
import { kPhone, StatusView } from './lib/status_view.mjs';
import { MockGateway } from './mock/gateway.mjs';
import { concert } from './mock/sample_data.mjs';
import { MockServer } from './mock/server.mjs';

const kPictures = [
  { name: 'status-light', scheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'status-dark', scheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'status-phone', scheme: 'light', viewport: { ...kPhone, deviceScaleFactor: 2 } },
];

const [assets, modules, target] = process.argv.slice(2);
if (!assets || !modules || !target) {
  console.error('usage: screenshots.mjs <folder of the page> <node_modules> <folder for the pictures>');
  process.exit(2);
}

// 256 colours, as tightly packed as PNG allows: a document's picture need not be larger.
function reduce(raw, reduced) {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', raw,
    '-filter_complex', '[0]split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=none',
    '-pred', 'mixed', '-compression_level', '100', reduced]);
  rmSync(raw);
}

async function take(browser, url, { name, scheme, viewport }) {
  const prepare = (page) => page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await StatusView.open(browser, url, async (view) => {
    const height = await view.page.evaluate(() => document.documentElement.scrollHeight);
    await view.page.setViewport({ ...viewport, height: height * 2 });
    await view.updates(2);
    const whole = await view.page.evaluate(() => document.documentElement.getBoundingClientRect().height);
    await view.page.setViewport({ ...viewport, height: Math.ceil(whole) });
    await view.page.screenshot({ path: join(target, `${name}-raw.png`) });
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
