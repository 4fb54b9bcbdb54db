// SPDX-License-Identifier: Apache-2.0
// Whatever a client calls itself is text.
import { kHostileNames } from '../mock/sample_data.mjs';
import { expect, expect_equal } from './expect.mjs';

const kInvisible = /[\p{Cc}\u200b\u2028-\u202e\u2066-\u2069\ufeff]/u;

const kElements = ['bdi', 'button', 'path', 'span', 'svg', 'tbody', 'td', 'th', 'thead', 'tr'];
const kHostileStream = `live/<script>"'&amp;<b>`;

const elements_in = (view, selector) => view.page.$$eval(selector, (tables) =>
  [...new Set(tables.flatMap((table) => [...table.querySelectorAll('*')].map((node) => node.localName)))].sort());

export async function shows_hostile_names_as_text(view) {
  const names = await view.page.$$eval('#sessions td.col-stream .line1', (lines) => lines.map((line) => line.textContent));
  for (const [index, name] of kHostileNames.entries()) {
    const plain = [...name].filter((character) => !kInvisible.test(character));
    if (plain.length !== [...name].length || name === '') continue;
    expect(names.includes(`${name}/${name}`), `name ${index} is shown as it is`);
  }
  expect(names.some((name) => name.includes('\\u202eevil\\u2066mirror')), 'marks that turn text around are shown');
  expect(names.some((name) => name.includes('line\\u000abreak\\u0000nul')), 'control characters are shown');
  const texts = await view.page.$$eval('bdi, .badge, li', (nodes) => nodes.map((node) => node.textContent));
  expect(!texts.some((text) => kInvisible.test(text)), 'nothing that is invisible is left');
  expect_equal(await elements_in(view, '#sessions, #backends'), kElements, 'the elements of the tables');
  expect_equal((await view.rows()).length, kHostileNames.length, 'the rows');
  expect(!(await view.page.title()).startsWith('run'), 'no script of a name has run');
}

export async function filters_hostile_names(view) {
  for (const name of ['<script>', '"><img', '\\u202e', '</td>']) {
    await view.filter(name);
    const shown = await view.shown_rows();
    expect_equal(shown.length, 1, `rows that match ${name}`);
  }
  await view.filter('(.*[');
  expect_equal((await view.shown_rows()).length, 0, 'rows that match what is no pattern');
  await view.filter('');
}

// One hostile stream among the others, which a real client can publish.
export async function shows_a_hostile_stream(view, site) {
  await site.publish(kHostileStream);
  await view.row_appears(kHostileStream);
  expect_equal(await elements_in(view, '#sessions, #backends'), kElements, 'the elements of the tables');
  await site.stop(kHostileStream);
  await view.row_disappears(kHostileStream);
}
