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

export async function fits_every_width(view) {
  for (const viewport of [kPhone, { width: 640, height: 800 }, { width: 641, height: 800 }, { width: 800, height: 800 },
    { width: 1024, height: 768 }, { width: 1280, height: 800 }, { width: 2560, height: 1300 }]) {
    await view.page.setViewport(viewport);
    await view.frame();
    expect_equal(await overhang(view), { pixels: 0, elements: [] }, `content beyond ${viewport.width} px`);
  }
}

export async function shows_cards_on_a_phone(view, site) {
  const row = await view.row_appears(site.streams[0]);
  expect_equal(await overhang(view), { pixels: 0, elements: [] }, 'content beyond the phone');
  const [width, labels] = await view.page.$eval(`tr[data-id="${row.id}"]`, (node) => [
    node.getBoundingClientRect().width,
    [...node.cells].filter((cell) => cell.checkVisibility()).map((cell) => getComputedStyle(cell, '::before').content),
  ]);
  expect(width <= 360, `a card is as wide as the phone at most: ${width}`);
  for (const label of ['Client', 'Stream', 'Kind', 'Age', 'Bit rate', 'Bytes']) {
    expect(labels.includes(`"${label}"`), `the card tells its ${label}`);
  }
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
  for (const value of ['light', 'dark']) {
    await view.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    grounds.add(await view.page.$eval('body', (body) => getComputedStyle(body).backgroundColor));
    expect_equal(await poor_contrasts(view), [], `texts of poor contrast, ${value}`);
    await view.page.$eval('#confirm', (dialog) => dialog.showModal());
    expect_equal(await poor_contrasts(view), [], `texts of poor contrast with the question open, ${value}`);
    await view.page.$eval('#confirm', (dialog) => dialog.close());
  }
  expect_equal(grounds.size, 2, 'light and dark are two');
}

export async function moves_nothing_when_asked(view) {
  const moving = () => view.page.evaluate(() => document.getAnimations().length);
  await view.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'no-preference' }]);
  expect_equal(await moving(), 1, 'what moves without being asked not to');
  await view.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
  expect_equal(await moving(), 0, 'what moves');
}
