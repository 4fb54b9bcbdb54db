// SPDX-License-Identifier: Apache-2.0
// A table's rows, and what their cells are made of.
import { element, set_attribute, set_hidden, set_text } from './dom.js';
import { count } from './format.js';

// The width up to which a row is a card; page.css has the same.
const kCards = matchMedia('screen and (max-width: 1023px)');

// One row, made once for its item's id. `columns` say what its cells contain; `on_toggle` is called when the reader opens
// or closes it. A row outside the window, which the browser does not lay out either, is written when it comes in; browsers
// that do not tell have every row written.
export class TableRow {
  #updates;
  #skipped = false;
  #written = null;
  #on_toggle;
  node;
  item;
  open = false;
  inner = 0; // how many rows belong beneath it

  constructor(columns, on_toggle) {
    const cells = columns.map((column) => element('td', {
      role: 'cell', class: `col-${column.key}${column.numeric ? ' numeric' : ''}`, 'data-label': column.title,
    }));
    this.node = element('tr', { role: 'row' }, ...cells);
    this.#on_toggle = on_toggle;
    this.#updates = columns.map((column, index) => column.fill(cells[index], this));
    this.node.addEventListener('contentvisibilityautostatechange', (event) => this.#seen(!event.skipped));
    this.node.addEventListener('click', (event) => this.#tapped(event));
  }

  // `open`: what belongs to the row is shown. `inner`: how many rows do. `nested`: it stands beneath another one.
  update(item, { open, inner, nested }) {
    if (open !== this.open || inner !== this.inner) this.#written = null;
    this.open = open;
    this.inner = inner;
    this.item = item;
    this.node.classList.toggle('open', open);
    this.node.classList.toggle('nested', nested);
    if (!this.#skipped || this.#written === null) this.write();
  }

  // Writes what the cells have to show now.
  write() {
    if (this.#written === this.item) return;
    this.#written = this.item;
    for (const update of this.#updates) update(this.item);
  }

  toggle() {
    this.#on_toggle();
  }

  #seen(seen) {
    this.#skipped = !seen;
    if (seen) this.write();
  }

  // A card opens wherever it is touched, but not by the end of a selection.
  #tapped(event) {
    if (kCards.matches && !event.target.closest('button, a') && getSelection().isCollapsed) this.toggle();
  }
}

// Fills a cell with a line and a smaller one beneath it; returns (line, small, title) -> void.
export function two_lines(cell) {
  const line = element('bdi', { class: 'line1' });
  const small = element('bdi', { class: 'line2' });
  cell.append(line, small);
  return (text, small_text, title = text) => {
    set_text(line, text);
    set_attribute(line, 'title', title);
    set_text(small, small_text);
    set_attribute(small, 'title', small_text);
    set_hidden(small, small_text === '');
  };
}

// Fills a cell by lines_of(item) -> [line, small line].
export const fill_lines = (lines_of) => (cell) => {
  const show = two_lines(cell);
  return (item) => show(...lines_of(item));
};

// The first cell: a button that opens the row. `name_of(item, inner)` names it. A row without rows beneath it has the button
// on a card alone.
export const fill_toggle = (name_of) => (cell, row) => {
  const inner = element('span', { class: 'inner' });
  const button = element('button', { type: 'button', class: 'toggle' }, inner);
  button.addEventListener('click', () => row.toggle());
  cell.append(button);
  return (item) => {
    set_text(inner, row.inner > 0 ? count(row.inner) : '');
    cell.classList.toggle('alone', row.inner === 0);
    set_attribute(button, 'aria-expanded', String(row.open));
    set_attribute(button, 'aria-label', name_of(item, row.inner));
  };
};
