// SPDX-License-Identifier: Apache-2.0
// The buttons that turn a table's pages.
import { element, set_hidden, set_text } from './dom.js';
import { count } from './format.js';

const kRowsPerPage = 100;

const kTurns = [
  { title: 'First', to: () => 0, back: true },
  { title: 'Previous', to: (page) => page - 1, back: true },
  { title: 'Next', to: (page) => page + 1, back: false },
  { title: 'Last', to: (page, last) => last, back: false },
];

export class Pager {
  #page = 0;
  #last = 0;
  #node;
  #place = element('span', { class: 'place' });
  #buttons;

  // `node` is hidden while one page is enough. `on_turn` is called when the reader has chosen another page.
  constructor(node, on_turn) {
    this.#node = node;
    this.#buttons = kTurns.map(({ title, to, back }) => {
      const button = element('button', { type: 'button' }, title);
      button.addEventListener('click', () => {
        const page = Math.max(0, Math.min(to(this.#page, this.#last), this.#last));
        if (page === this.#page) return;
        this.#page = page;
        on_turn();
      });
      return { button, back };
    });
    const [first, previous, next, last] = this.#buttons.map(({ button }) => button);
    node.append(first, previous, this.#place, next, last);
  }

  first() {
    this.#page = 0;
  }

  // There are so many rows now. Returns which of them, from `begin` to before `end`, are on the page.
  set_count(rows) {
    this.#last = Math.max(0, Math.ceil(rows / kRowsPerPage) - 1);
    this.#page = Math.min(this.#page, this.#last);
    const begin = this.#page * kRowsPerPage;
    const end = Math.min(rows, begin + kRowsPerPage);
    set_hidden(this.#node, this.#last === 0);
    set_text(this.#place, `${count(begin + 1)}\u2013${count(end)} of ${count(rows)}`);
    // Not "disabled": the button that was pressed would lose the focus.
    for (const { button, back } of this.#buttons) {
      button.setAttribute('aria-disabled', String(this.#page === (back ? 0 : this.#last)));
    }
    return { begin, end };
  }
}
