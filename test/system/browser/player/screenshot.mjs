// SPDX-License-Identifier: Apache-2.0
// A picture of the player page for the documents, with a stream that plays.
// usage: node screenshot.mjs <folder of the page's files> <node_modules with puppeteer-core> <picture to write>
import { with_chromium } from '../lib/chromium.mjs';
import { eventually } from '../lib/eventually.mjs';
import { reduce } from '../lib/reduced_picture.mjs';
import { PlayerView } from './player_view.mjs';
import { StandIn } from './stand_in/server.mjs';

const [assets, modules, target] = process.argv.slice(2);
if (!assets || !modules || !target) {
  console.error('usage: screenshot.mjs <folder of the page> <node_modules> <picture>');
  process.exit(2);
}

const kPath = '/live/cam1';
const kLight = (page) => page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);

const server = new StandIn(assets);
await server.start();
try {
  server.publish(kPath, { picture: 'mandelbrot' });
  await eventually('the stream can be watched', () => server.streams.get(kPath).beginning());
  await with_chromium(modules, (browser) => PlayerView.open(browser, server.url(kPath), async (view) => {
    await view.becomes('playing');
    await view.plays(100);
    await eventually('it is hardly late', async () => (await view.of_player((player) => player.delay)) < 0.4);
    await view.page.mouse.move(400, 300); // the bar is there
    await view.page.screenshot({ path: `${target}.raw.png` });
  }, { viewport: { width: 1120, height: 720 }, prepare: kLight }));
} finally {
  await server.end();
}
reduce(`${target}.raw.png`, target);
console.log(target);
