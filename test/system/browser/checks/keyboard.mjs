// SPDX-License-Identifier: Apache-2.0
// Everything can be done without a mouse.
import { eventually } from '../lib/eventually.mjs';
import { expect, expect_equal } from './expect.mjs';

// Presses Tab until `wanted(focused)`; every stop on the way must be seen to have the focus.
async function tab_to(view, what, wanted, most = 400) {
  for (let i = 0; i < most; i += 1) {
    await view.page.keyboard.press('Tab');
    const focused = await view.focused();
    const outlined = await view.page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return document.activeElement === document.body || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
    });
    expect(outlined, `the focus is seen on ${focused}`);
    if (wanted(focused)) return;
  }
  throw new Error(`Tab never reached ${what}`);
}

const expanded = (view) => view.page.evaluate(() => document.activeElement.ariaExpanded);

export async function works_by_keyboard(view, site) {
  const row = await view.row_appears(site.streams[1]);
  await tab_to(view, 'the heading Age', (focused) => focused.endsWith(' Age'));
  await view.page.keyboard.press('Enter');
  expect_equal(await view.heading('age'), 'descending', 'sorted by Enter');
  await view.page.keyboard.press('Space');
  expect_equal(await view.heading('age'), 'ascending', 'turned around by Space');
  await view.updates(2);
  expect((await view.focused()).endsWith(' Age'), 'the focus stays through updates');

  const viewed = `details of ${site.streams[0]}`;
  const inside = () => view.row(site.streams[0], 'play');
  await tab_to(view, viewed, (focused) => focused.startsWith('button#.toggle') && focused.includes(viewed));
  await view.page.keyboard.press('Enter');
  expect_equal(await expanded(view), 'true', 'opened by Enter');
  await eventually('the viewer is shown', inside);
  await view.updates(2);
  expect((await view.focused()).includes(viewed), 'the focus stays on the button that opens');
  expect(await inside(), 'the stream stays open through updates');
  await view.page.keyboard.press('Space');
  expect_equal(await expanded(view), 'false', 'closed by Space');
  expect(!(await inside()), 'the viewer is shown no longer');

  await view.page.keyboard.press('/');
  expect((await view.focused()).startsWith('input#filter'), '/ goes to the filter');
  await view.page.keyboard.type('live/');
  expect_equal(await view.page.$eval('#filter', (node) => node.value), 'live/', 'a / is typed into the filter');
  await view.updates(2);
  expect((await view.focused()).startsWith('input#filter'), 'the focus stays in the filter');
  await view.page.keyboard.press('Escape');
  expect_equal(await view.page.$eval('#filter', (node) => node.value), '', 'Esc clears the filter');
  if (!(await view.document()).control_allowed) return;

  const name = `End ${site.streams[1]} of ${row.client.split('\n')[0]}`;
  await tab_to(view, name, (focused) => focused.startsWith('button#.order end') && focused.includes(`End ${site.streams[1]} of`));
  await view.updates(2);
  expect((await view.focused()).includes(`End ${site.streams[1]} of`), 'the focus stays on the button');
  await view.page.keyboard.press('Enter');
  await eventually('the question is open', () => view.page.$eval('#confirm', (dialog) => dialog.open));
  expect((await view.focused()).startsWith('button#confirm-no'), 'the harmless answer has the focus');
  await view.page.keyboard.press('Escape');
  await eventually('the question is closed', () => view.page.$eval('#confirm', (dialog) => !dialog.open));
  expect((await view.focused()).includes(`End ${site.streams[1]} of`), 'the focus is back on the button');
  await view.updates(1);
  expect(await view.row(site.streams[1]), 'the session goes on');
}
