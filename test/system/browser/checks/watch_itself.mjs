// SPDX-License-Identifier: Apache-2.0
// The watch sees what it is there to see: on a page that does all of it.
import { Watch } from '../lib/watch.mjs';
import { eventually } from '../lib/eventually.mjs';

const kWrong = '<script>document.title = "run"</script><p style="color: red">x</p><img src="http://localhost:9/x.png">' +
  '<script type="module" src="?none"></script></body>';

export async function sees_every_wrong(browser, server) {
  const page = await browser.newPage();
  const watch = await Watch.on(page, server.origin);
  server.change_page = (text) => text.replace('</body>', kWrong);
  try {
    await page.goto(server.look_url);
    for (const text of ['policy violated: script-src', 'policy violated: style-src', 'policy violated: img-src', 'console: ',
      'status of 404']) {
      await eventually(`a complaint of "${text}"`, () => watch.complaints().some((found) => found.includes(text)), 5000);
    }
    await page.evaluate(() => { setTimeout(() => { throw new Error('thrown on purpose'); }); });
    await eventually('a complaint of an error', () => watch.complaints().some((found) => found.includes('thrown on purpose')));
  } finally {
    server.change_page = (text) => text;
    await page.close();
  }
}
