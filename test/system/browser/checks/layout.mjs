// SPDX-License-Identifier: Apache-2.0
// The page fits its window, in light and dark, and can be read in both.
import { kPhone } from '../lib/status_view.mjs';
import { expect, expect_equal } from './expect.mjs';

const kLeastContrast = 4.5;

// How far content reaches over the window's right edge, and who reaches furthest.
const overhang = (view) => view.page.evaluate(() => {
  const wide = [...document.querySelectorAll('body *')].filter((node) =>
    node.checkVisibility({ visibilityProperty: true }) && node.getBoundingClientRect().right > innerWidth + 1);
  return {
    pixels: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    elements: wide.slice(0, 3).map((node) => `${node.localName}.${node.className}`),
  };
});

const kWidths = [360, 390, 640, 768, 1023, 1024, 1100, 1280, 1501, 2560];

// As high as all of the page: rows outside the window have no size of their own.
async function for_each_width(view, work) {
  const kHeight = 4000;
  for (const width of kWidths) {
    await view.page.setViewport({ width, height: kHeight }); // no mobile one, for which the page would be loaded again
    await view.frame();
    await work(width);
  }
}

// Streams first, because they bring rows that can be opened in turn.
async function open_all(view) {
  for (let i = 0; i < 2; i += 1) {
    await view.page.$$eval('.toggle[aria-expanded="false"]', (buttons) => buttons.forEach((button) => button.click()));
    await view.frame();
  }
}

export async function fits_every_width(view) {
  const fits = async (width) => expect_equal(await overhang(view), { pixels: 0, elements: [] }, `content beyond ${width} px`);
  await for_each_width(view, fits);
  await open_all(view);
  await for_each_width(view, fits);
}

// Texts of which a part is not shown.
const cut_texts = (view) => view.page.$$eval('bdi, .badge, td span, .value, button, th, dd', (nodes) => nodes
  .filter((node) => node.checkVisibility() && getComputedStyle(node).display !== 'inline')
  .filter((node) => node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 2)
  .filter((node) => getComputedStyle(node).overflow !== 'visible')
  .map((node) => `${node.parentElement.className}: ${node.textContent}`));

// Names and addresses that are broken into lines.
const broken_names = (view) => view.page.$$eval('td.col-backend .line1, td.col-host .line1, td.col-url .line1', (nodes) => nodes
  .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height > 1.6 * parseFloat(getComputedStyle(node).lineHeight))
  .map((node) => node.textContent));

const hidden_hosts = (view) => view.page.$$eval('#sessions td.col-host .line1', (nodes) => nodes
  .filter((node) => !node.checkVisibility({ visibilityProperty: true }) || node.getBoundingClientRect().width < 20).length);

const kDesigned = [390, 1100, 1280];

// A usual site: nothing is cut off at the widths that the page was made for, and the host is told at every width.
export async function shows_everything(view) {
  const whole = async (width) => {
    expect_equal(await hidden_hosts(view), 0, `hosts that are not shown at ${width} px`);
    if (!kDesigned.includes(width)) return;
    expect_equal(await cut_texts(view), [], `texts that are cut off at ${width} px`);
    expect_equal(await broken_names(view), [], `names that are broken at ${width} px`);
  };
  await for_each_width(view, whole);
  await open_all(view);
  await for_each_width(view, whole);
}

// Whatever can be pressed, smaller than `least` pixels in width or height.
const small_targets = (view, least) => view.page.$$eval('a, button, input', (nodes, size) => nodes
  .filter((node) => node.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !node.matches('.skip'))
  .map((node) => [node, node.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < size - 0.5 || height < size - 0.5)
  .map(([node, { width, height }]) => `${node.localName}.${node.className} ${node.textContent}: ${width} x ${height}`), least);

export async function can_be_touched(view) {
  const kFinger = 44;
  const kMouse = 24;
  await open_all(view);
  await view.page.setViewport({ ...kPhone, height: 6000 }); // rows outside the window have no size
  await view.frame();
  expect_equal(await small_targets(view, kFinger), [], 'targets that are small for a finger');
  await view.page.$eval('button.end', (button) => button.click());
  expect_equal(await small_targets(view, kFinger), [], 'targets that are small, with the question open');
  await view.page.$eval('#confirm', (dialog) => dialog.close());
  for (const width of [1100, 1280]) {
    await view.page.setViewport({ width, height: 800 });
    await view.frame();
    expect_equal((await small_targets(view, kMouse)).filter((target) => !target.startsWith('a.')), [], `targets at ${width} px`);
  }
}

export async function is_printed_whole(view) {
  await open_all(view);
  await view.page.emulateMediaType('print');
  for (const width of [720, 1000]) { // A4 upright and across
    await view.page.setViewport({ width, height: 1000 });
    await view.frame();
    const buttons = await view.page.$$eval('button, input, a', (nodes) => nodes
      .filter((node) => node.checkVisibility() && !node.closest('thead')).map((node) => node.className));
    expect_equal(buttons, [], 'what could be pressed');
    expect_equal(await cut_texts(view), [], `texts that are cut off on ${width} px`);
    expect_equal(await broken_names(view), [], `names that are broken on ${width} px`);
    expect_equal(await overhang(view), { pixels: 0, elements: [] }, `content beyond ${width} px of paper`);
  }
}

// Numbers stand under each other: they end at the same place, and their digits have one width.
export async function aligns_numbers(view) {
  for (const column of ['age', 'rate', 'bytes']) {
    const ends = await view.page.$$eval(`#sessions td.col-${column}`, (cells) => [...new Set(cells.map((cell) => {
      const range = document.createRange();
      range.selectNode(document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode());
      return Math.round(range.getBoundingClientRect().right);
    }))]);
    expect_equal(ends.length, 1, `places where the ${column} ends`);
  }
  const figures = await view.page.$eval('td.col-rate', (cell) => getComputedStyle(cell).fontVariantNumeric);
  expect_equal(figures, 'tabular-nums', 'the figures');
}

const card = (view, id) => view.page.$eval(`tr[data-id="${id}"]`, (node) => ({
  width: node.getBoundingClientRect().width, height: node.getBoundingClientRect().height,
  labels: [...node.cells].filter((cell) => cell.checkVisibility()).map((cell) => getComputedStyle(cell, '::before').content),
  end: node.querySelector('.end').checkVisibility(), expanded: node.querySelector('.toggle').ariaExpanded,
}));

export async function shows_cards_on_a_phone(view, site) {
  const row = await view.row_appears(site.streams[1]);
  expect_equal(await overhang(view), { pixels: 0, elements: [] }, 'content beyond the phone');
  const closed = await card(view, row.id);
  expect(closed.width <= kPhone.width, `a card is as wide as the phone at most: ${closed.width}`);
  expect(closed.height <= 70, `a card has two lines: ${closed.height}`);
  expect_equal([closed.end, closed.expanded], [false, 'false'], 'End, and whether the card is open');

  await view.page.tap(`tr[data-id="${row.id}"] .col-stream`);
  await view.updates(2);
  const open = await card(view, row.id);
  expect_equal([open.end, open.expanded], [true, 'true'], 'End, and whether the card is open, after a touch');
  for (const label of ['Client', 'Host', 'Server', 'Age', 'Bit rate', 'Bytes']) {
    expect(open.labels.includes(`"${label}"`), `the open card tells its ${label}`);
  }
  await view.page.tap(`tr[data-id="${row.id}"] .col-client`);
  expect_equal((await card(view, row.id)).expanded, 'false', 'closed by a touch');
  await view.page.tap('#sessions th.col-bytes button');
  expect_equal(await view.heading('bytes'), 'descending', 'sorted by a touch');
}

// Every text's contrast with what is behind it, where that is below what is wanted.
const poor_contrasts = (view) => view.page.evaluate((least) => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const over = (colours) => {
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => value / 255).map((value) =>
      (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = (node) => (node ? [...grounds(node.parentElement), getComputedStyle(node).backgroundColor] : ['#fff']);
  const has_text = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  const poor = new Set();
  for (const node of document.querySelectorAll('body *')) {
    if (!has_text(node) || !node.checkVisibility({ visibilityProperty: true })) continue;
    const ground = over(grounds(node));
    const [low, high] = [luminance(ground), luminance(over([...grounds(node), getComputedStyle(node).color]))].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < least) poor.add(`${node.localName}.${node.className}: ${contrast.toFixed(2)}`);
  }
  return [...poor];
}, kLeastContrast);

export async function can_be_read_in_light_and_dark(view) {
  const grounds = new Set();
  await open_all(view);
  for (const value of ['light', 'dark']) {
    await view.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    grounds.add(await view.page.$eval('body', (body) => getComputedStyle(body).backgroundColor));
    for (const width of kDesigned) {
      await view.page.setViewport({ width, height: 800 });
      await view.frame();
      expect_equal(await poor_contrasts(view), [], `texts of poor contrast, ${value}, ${width} px`);
    }
    await view.page.$eval('button.end', (button) => button.click());
    expect_equal(await poor_contrasts(view), [], `texts of poor contrast with the question open, ${value}`);
    await view.page.$eval('#confirm', (dialog) => dialog.close());
  }
  expect_equal(grounds.size, 2, 'light and dark are two');
}

// What screen readers are told: names of all that can be pressed, and the states of what has some.
export async function tells_names_and_states(view) {
  const nameless = await view.page.$$eval('button, a, input', (nodes) => nodes
    .filter((node) => node.checkVisibility() && !(node.ariaLabel || node.innerText.trim() || node.labels?.length))
    .map((node) => node.outerHTML));
  expect_equal(nameless, [], 'what has no name');
  const states = (selector, name) => view.page.$$eval(selector, (nodes, attribute) =>
    [...new Set(nodes.map((node) => node.getAttribute(attribute)))].sort(), name);
  expect_equal(await states('.toggle', 'aria-expanded'), ['false'], 'rows that are closed');
  await open_all(view);
  expect_equal(await states('#sessions .toggle', 'aria-expanded'), ['true'], 'rows that are open');
  expect_equal(await states('#sessions th[aria-sort]', 'aria-sort'), ['ascending', 'none'], 'the order');
  expect_equal(await states('#grouping', 'aria-pressed'), ['true'], 'the grouping');
  expect_equal(await states('tbody .order', 'aria-disabled'), ['false'], 'orders');
}

export async function moves_nothing_when_asked(view) {
  const moving = () => view.page.evaluate(() => document.getAnimations().length);
  await view.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'no-preference' }]);
  expect_equal(await moving(), 1, 'what moves without being asked not to');
  await view.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
  expect_equal(await moving(), 0, 'what moves');
}
