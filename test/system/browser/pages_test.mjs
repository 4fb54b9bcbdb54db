// SPDX-License-Identifier: Apache-2.0
// Loads a page in headless Chromium so many times, each time with an empty cache, and writes how: "h2 200", a line each.
// usage: node pages_test.mjs <URL> <times> <text on the page> <node_modules with puppeteer-core>
import { with_chromium } from './lib/chromium.mjs';

const [url, times, text, modules] = process.argv.slice(2);
if (!url || !(Number(times) > 0) || !text || !modules) {
  console.error('usage: pages_test.mjs <URL> <times> <text> <node_modules>');
  process.exit(2);
}

// The site's certificate is signed by nobody.
await with_chromium(modules, async (browser) => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setCacheEnabled(false);
  for (let i = 0; i < Number(times); ++i) {
    const response = await page.goto(url, { timeout: 60_000 });
    const protocol = await page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol);
    if (!(await response.text()).includes(text)) throw new Error(`another page came: ${await response.text()}`);
    console.log(`${protocol} ${response.status()}`);
  }
}, ['--ignore-certificate-errors']);
