// SPDX-License-Identifier: Apache-2.0
// A reader without JavaScript is told where the figures are.
import { Watch } from '../lib/watch.mjs';
import { expect, expect_equal } from './expect.mjs';

export async function works_without_script(browser, server) {
  const page = await browser.newPage();
  try {
    await page.setJavaScriptEnabled(false);
    const watch = await Watch.on(page, server.origin);
    await page.goto(server.url);
    const text = await page.$eval('noscript', (node) => node.innerText);
    expect(text.includes('needs JavaScript'), `it is said that JavaScript is needed: ${text}`);
    const links = await page.$$eval('noscript a', (found) => found.map((link) => link.href));
    expect_equal(links, [`${server.url}?json`, `${server.url}?metrics`], 'where the figures are');
    expect_equal(watch.complaints(), [], 'complaints');
  } finally {
    await page.close();
  }
}
