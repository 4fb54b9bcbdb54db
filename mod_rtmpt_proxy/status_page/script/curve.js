// SPDX-License-Identifier: Apache-2.0
// Small curves of bit rates: SVG made by DOM calls, which a Content-Security-Policy without inline styles allows.

const kSvg = 'http://www.w3.org/2000/svg';

function svg(name, attributes) {
  const made = document.createElementNS(kSvg, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export class Curve {
  #width;
  #height;
  #places;
  #line = svg('path', { class: 'line' });
  #area = svg('path', { class: 'area' });
  #drawn = '';
  node;

  // `places` values fit; fewer are drawn at the right end, where now is.
  constructor({ width, height, places, name }) {
    this.#width = width;
    this.#height = height;
    this.#places = places;
    this.node = svg('svg', {
      class: `curve ${name}`, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none',
      'aria-hidden': 'true', focusable: 'false',
    });
    this.node.append(this.#area, this.#line);
  }

  // `values`, oldest first; the highest one touches the top.
  draw(values) {
    const shown = values.slice(-this.#places);
    const key = shown.join(' ');
    if (key === this.#drawn) return;
    this.#drawn = key;
    const path = this.#path(shown);
    this.#line.setAttribute('d', path);
    this.#area.setAttribute('d', path && `${path}V${this.#height}H${this.#x(shown.length, 0)}Z`);
  }

  #x(length, index) {
    const step = this.#width / (this.#places - 1);
    return (this.#width - (length - 1 - index) * step).toFixed(1);
  }

  #path(values) {
    if (values.length < 2) return '';
    const top = Math.max(...values, 1);
    const room = this.#height - 3;
    const point = (value, index) => `${this.#x(values.length, index)} ${(this.#height - 1.5 - (value / top) * room).toFixed(1)}`;
    return `M${values.map(point).join('L')}`;
  }
}
