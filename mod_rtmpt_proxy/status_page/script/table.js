// A table that is brought up to date in place: rows keep their identity, so focus, scroll position and selection stay.
import { element, set_attribute, set_hidden, set_text } from './dom.js';
import { Pager } from './pager.js';

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

// What is kept of an item, shown or not. It lives as long as the item's id comes again, so that the order of before,
// which is nearly the next one, is still there.
class Entry {
  id;
  item;
  value; // what it is sorted by
  rank;
  row = null; // while it is shown

  constructor(id) {
    this.id = id;
  }
}

// A column: {key, title, hint?, numeric?, value(item), fill(cell, row) -> update(item)}. `value` is what it is sorted
// by; a column without it has no sort button.
//
// All items are sorted and filtered, and one page of them has rows: thousands of rows would lock the browser at each
// update.
export class LiveTable {
  #columns;
  #id_of;
  #filter_text_of;
  #rank_of;
  #entries = new Map();
  #order = [];
  #found = [];
  #shown = new Set();
  #headings = new Map();
  #body = element('tbody', { role: 'rowgroup' });
  #pager;
  #sort;
  #words = [];

  // `pages` is the element that the page's buttons come into.
  constructor({ table, pages, columns, id_of, filter_text_of = () => '', rank_of = () => 0, sort }) {
    this.#columns = columns;
    this.#id_of = id_of;
    this.#filter_text_of = filter_text_of;
    this.#rank_of = rank_of;
    this.#sort = sort;
    this.#pager = new Pager(pages, () => this.#turn(table));
    const headings = columns.map((column) => this.#heading(column));
    table.append(
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...headings)), this.#body);
    this.#show_sort();
    addEventListener('beforeprint', () => this.#shown.forEach(({ row }) => row.write()));
  }

  // The table is of exactly `items` now. Returns {shown, total}: how many match the filter, of how many.
  update(items) {
    const before = this.#entries;
    this.#entries = new Map();
    let come = false;
    for (const item of items) {
      const id = this.#id_of(item);
      let entry = before.get(id);
      if (!entry) {
        entry = new Entry(id);
        this.#order.push(entry);
        come = true;
      }
      entry.item = item;
      this.#entries.set(id, entry);
    }
    if (come || this.#entries.size !== before.size) {
      this.#order = this.#order.filter((entry) => this.#entries.get(entry.id) === entry);
    }
    return this.#arrange();
  }

  // Shows only the rows that contain every word of `text`. Returns {shown, total}.
  set_filter(text) {
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.#pager.first();
    return this.#arrange();
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
    this.#pager.first();
    this.#arrange();
  }

  #show_sort() {
    for (const [key, heading] of this.#headings) {
      const order = this.#sort.descending ? 'descending' : 'ascending';
      set_attribute(heading, 'aria-sort', key === this.#sort.key ? order : 'none');
    }
  }

  #arrange() {
    this.#sort_entries();
    this.#found = this.#words.length === 0 ? this.#order : this.#order.filter(({ item }) => this.#matches(item));
    this.#show_page();
    return { shown: this.#found.length, total: this.#order.length };
  }

  #matches(item) {
    const text = this.#filter_text_of(item).toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  // Unknown values are last in either direction; equal ones go by rank and then by id, so that nothing flickers. The
  // order so far is nearly the new one, which makes this cheap.
  #sort_entries() {
    const column = this.#columns.find(({ key }) => key === this.#sort.key);
    const turn = this.#sort.descending ? -1 : 1;
    for (const entry of this.#order) {
      entry.value = column.value(entry.item);
      entry.rank = this.#rank_of(entry.item);
    }
    const compare = column.numeric ? (a, b) => a - b : kCollator.compare;
    this.#order.sort((a, b) => {
      const unknown = (a.value === '') - (b.value === '');
      const order = unknown || a.value === b.value ? 0 : turn * compare(a.value, b.value);
      return unknown || order || a.rank - b.rank || (a.id < b.id ? -1 : 1);
    });
  }

  // The reader has turned to another page.
  #turn(table) {
    this.#show_page();
    if (table.getBoundingClientRect().top < 0) table.scrollIntoView({ block: 'start' });
  }

  #show_page() {
    const { begin, end } = this.#pager.set_count(this.#found.length);
    const entries = this.#found.slice(begin, end);
    this.#keep_focused(entries, begin);
    const wanted = new Set(entries);
    for (const entry of this.#shown) {
      if (wanted.has(entry)) continue;
      entry.row.node.remove();
      entry.row = null;
    }
    this.#shown = wanted;
    for (const entry of entries) {
      if (!entry.row) {
        entry.row = new TableRow(this.#columns);
        entry.row.node.dataset.id = entry.id;
      }
      entry.row.update(entry.item);
    }
    this.#place(entries);
  }

  // A row that has the focus stays on the page that is read, at its edge, also when its place is on another one.
  #keep_focused(entries, begin) {
    const id = document.activeElement?.closest('tr')?.dataset.id;
    const entry = id === undefined ? undefined : this.#entries.get(id);
    if (!entry?.row?.node.contains(document.activeElement) || entries.includes(entry)) return;
    const place = this.#found.indexOf(entry);
    if (place < 0) return;
    if (place < begin) entries.unshift(entry);
    else entries.push(entry);
  }

  // Only rows that stand elsewhere are moved. A moved row loses the focus, so it is given back.
  #place(entries) {
    const focused = this.#body.contains(document.activeElement) ? document.activeElement : null;
    let place = this.#body.firstElementChild;
    for (const { row: { node } } of entries) {
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
