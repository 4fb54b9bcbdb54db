// A table that is brought up to date in place: rows keep their identity, so focus, scroll position and selection stay.
import { element, set_attribute, set_hidden, set_text } from './dom.js';

const kCollator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

// One row, made once for its item's id. `columns` say what its cells contain. A row outside the window, which the
// browser does not lay out either, is written when it comes in; browsers that do not tell have every row written.
class TableRow {
  #updates;
  #skipped = false;
  #written = null;
  node;
  item;

  constructor(columns) {
    const cells = columns.map((column) => element('td', {
      role: 'cell', class: `col-${column.key}`, 'data-label': column.title,
    }));
    this.node = element('tr', { role: 'row' }, ...cells);
    this.#updates = columns.map((column, index) => column.fill(cells[index], this));
    this.node.addEventListener('contentvisibilityautostatechange', (event) => this.#seen(!event.skipped));
  }

  update(item) {
    this.item = item;
    if (!this.#skipped || this.#written === null) this.write();
  }

  // Writes what the cells have to show now.
  write() {
    if (this.#written === this.item) return;
    this.#written = this.item;
    for (const update of this.#updates) update(this.item);
  }

  #seen(seen) {
    this.#skipped = !seen;
    if (seen) this.write();
  }
}

// A column: {key, title, hint?, numeric?, value(item), fill(cell, row) -> update(item)}. `value` is what it is sorted
// by; a column without it has no sort button.
export class LiveTable {
  #columns;
  #id_of;
  #filter_text_of;
  #rank_of;
  #rows = new Map();
  #order = [];
  #headings = new Map();
  #body = element('tbody', { role: 'rowgroup' });
  #sort;
  #words = [];

  constructor({ table, columns, id_of, filter_text_of = () => '', rank_of = () => 0, sort }) {
    this.#columns = columns;
    this.#id_of = id_of;
    this.#filter_text_of = filter_text_of;
    this.#rank_of = rank_of;
    this.#sort = sort;
    const headings = columns.map((column) => this.#heading(column));
    table.append(
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headings)), this.#body);
    this.#show_sort();
    addEventListener('beforeprint', () => this.#order.forEach((row) => row.write()));
  }

  // Shows exactly `items`. Returns {shown, total}.
  update(items) {
    const gone = new Set(this.#rows.keys());
    for (const item of items) {
      const id = this.#id_of(item);
      gone.delete(id);
      this.#row(id).update(item);
    }
    for (const id of gone) {
      this.#rows.get(id).node.remove();
      this.#rows.delete(id);
    }
    if (gone.size > 0) this.#order = this.#order.filter(({ node }) => this.#rows.has(node.dataset.id));
    return this.#arrange();
  }

  // Shows only the rows that contain every word of `text`. Returns {shown, total}.
  set_filter(text) {
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return this.#arrange();
  }

  #row(id) {
    let row = this.#rows.get(id);
    if (!row) {
      row = new TableRow(this.#columns);
      row.node.dataset.id = id;
      this.#rows.set(id, row);
      this.#order.push(row);
    }
    return row;
  }

  #heading(column) {
    const heading = element('th', { role: 'columnheader', scope: 'col', class: `col-${column.key}` });
    if (column.value) {
      const button = element('button', { type: 'button' }, column.title);
      if (column.hint) button.title = column.hint;
      button.addEventListener('click', () => this.#sort_by(column));
      heading.append(button);
      this.#headings.set(column.key, heading);
    } else {
      heading.append(element('span', { class: 'unseen' }, column.title));
    }
    return heading;
  }

  // Numbers begin with the largest, names with the first; a second press turns it around.
  #sort_by(column) {
    const again = this.#sort.key === column.key;
    const descending = again ? !this.#sort.descending : Boolean(column.numeric);
    this.#sort = { key: column.key, descending };
    this.#show_sort();
    this.#arrange();
  }

  #show_sort() {
    for (const [key, heading] of this.#headings) {
      const order = this.#sort.descending ? 'descending' : 'ascending';
      set_attribute(heading, 'aria-sort', key === this.#sort.key ? order : 'none');
    }
  }

  #arrange() {
    this.#sort_rows();
    let shown = 0;
    for (const { node, item } of this.#order) {
      const hidden = !this.#matches(item);
      set_hidden(node, hidden);
      if (!hidden) shown += 1;
    }
    this.#place();
    return { shown, total: this.#order.length };
  }

  #matches(item) {
    if (this.#words.length === 0) return true;
    const text = this.#filter_text_of(item).toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  // Unknown values are last in either direction; equal ones go by rank and then by id, so that nothing flickers. The
  // order so far is nearly the new one, which makes this cheap.
  #sort_rows() {
    const column = this.#columns.find(({ key }) => key === this.#sort.key);
    const turn = this.#sort.descending ? -1 : 1;
    const keyed = this.#order.map((row) => ({
      row, id: row.node.dataset.id, value: column.value(row.item), rank: this.#rank_of(row.item),
    }));
    const compare = column.numeric ? (a, b) => a - b : kCollator.compare;
    keyed.sort((a, b) => {
      const unknown = (a.value === '') - (b.value === '');
      const order = unknown || a.value === b.value ? 0 : turn * compare(a.value, b.value);
      return unknown || order || a.rank - b.rank || (a.id < b.id ? -1 : 1);
    });
    this.#order = keyed.map(({ row }) => row);
  }

  // Only rows that stand elsewhere are moved. A moved row loses the focus, so it is given back.
  #place() {
    const focused = this.#body.contains(document.activeElement) ? document.activeElement : null;
    let place = this.#body.firstElementChild;
    for (const { node } of this.#order) {
      if (node === place) place = place.nextElementSibling;
      else this.#body.insertBefore(node, place);
    }
    if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
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
