// SPDX-License-Identifier: Apache-2.0
// A table that is brought up to date in place: rows keep their identity, so focus, scroll position and selection stay.
import { element, set_attribute } from './dom.js';
import { Pager } from './pager.js';
import { TableRow } from './rows.js';

const kCollator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

// What is kept of an item, shown or not. It lives as long as the item's id comes again, so that the order of before,
// which is nearly the next one, is still there.
class Entry {
  id;
  item;
  value; // what it is sorted by
  rank;
  inner = []; // entries whose parent it is
  open = false; // as it is shown
  row = null; // while it is shown

  constructor(id) {
    this.id = id;
  }
}

// A column: {key, title, hint?, numeric?, value(item), fill(cell, row) -> update(item)}. `value` is what it is sorted
// by; a column without it has no sort button.
//
// An item with a `parent`, the id of another item, stands beneath that one while the reader has opened it. An item with
// `virtual` is not counted.
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
  #open = new Set(); // ids
  #headings = new Map();
  #body = element('tbody', { role: 'rowgroup' });
  #pager;
  #sort;
  #words = [];
  #flat = false;

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

  // The table is of exactly `items` now; with `flat`, none stands beneath another. Returns {shown, total}: how many match the
  // filter, of how many.
  update(items, { flat = false } = {}) {
    this.#flat = flat;
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
    for (const id of this.#open) if (!this.#entries.has(id)) this.#open.delete(id);
    return this.#arrange();
  }

  // Shows only the rows that contain every word of `text`. Returns {shown, total}.
  set_filter(text) {
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.#pager.first();
    return this.#arrange();
  }

  #heading(column) {
    const heading = element('th', {
      role: 'columnheader', scope: 'col', class: `col-${column.key}${column.numeric ? ' numeric' : ''}`,
    });
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
    this.#found = [];
    let shown = 0;
    let virtual = 0;
    for (const head of this.#heads()) {
      shown += this.#list(head);
      if (head.item.virtual) virtual += 1;
    }
    this.#show_page();
    return { shown, total: this.#order.length - virtual };
  }

  // The entries that stand in no other one, sorted; each has those inside it.
  #heads() {
    const heads = [];
    const nested = [];
    for (const entry of this.#order) {
      if (entry.inner.length > 0) entry.inner = [];
      entry.open = this.#open.has(entry.id);
    }
    for (const entry of this.#order) {
      const parent = this.#parent_of(entry);
      (parent ? nested : heads).push(entry);
      if (parent) parent.inner.push(entry);
    }
    this.#sort_entries(heads);
    this.#order = nested.length > 0 ? [...heads, ...nested] : heads;
    return heads;
  }

  #parent_of({ item }) {
    return this.#flat || item.parent === undefined ? undefined : this.#entries.get(item.parent);
  }

  // Lists an entry, and those inside it when it is open or they alone match. Returns how many match.
  #list(head) {
    const matches = this.#matches(head);
    if (head.inner.length === 0) {
      if (matches) this.#found.push(head);
      return matches && !head.item.virtual ? 1 : 0;
    }
    const inner = this.#words.length === 0 ? head.inner : head.inner.filter((entry) => this.#matches(entry));
    if (!matches && inner.length === 0) return 0;
    head.open ||= !matches;
    this.#found.push(head);
    if (head.open) {
      this.#sort_entries(inner);
      for (const entry of inner) this.#found.push(entry);
    }
    return inner.length + (matches && !head.item.virtual ? 1 : 0);
  }

  #matches({ item }) {
    if (this.#words.length === 0) return true;
    const text = this.#filter_text_of(item).toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  // Unknown values are last in either direction; equal ones go by rank and then by id, so that nothing flickers. The
  // order so far is nearly the new one, which makes this cheap.
  #sort_entries(entries) {
    const column = this.#columns.find(({ key }) => key === this.#sort.key);
    const turn = this.#sort.descending ? -1 : 1;
    for (const entry of entries) {
      entry.value = column.value(entry.item);
      entry.rank = this.#rank_of(entry.item);
    }
    const compare = column.numeric ? (a, b) => a - b : kCollator.compare;
    entries.sort((a, b) => {
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

  #toggle(entry) {
    if (this.#open.has(entry.id)) this.#open.delete(entry.id);
    else this.#open.add(entry.id);
    this.#arrange();
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
        entry.row = new TableRow(this.#columns, () => this.#toggle(entry));
        entry.row.node.dataset.id = entry.id;
      }
      entry.row.update(entry.item, {
        open: entry.open, inner: entry.inner.length, nested: this.#parent_of(entry) !== undefined,
      });
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
