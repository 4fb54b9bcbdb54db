// SPDX-License-Identifier: Apache-2.0
// The signs on the buttons.

const kSvg = 'http://www.w3.org/2000/svg';
// What is drawn as lines, and what is filled, on 24 by 24.
const kPaths = {
  play: { filled: 'M8 5.5v13l10.5-6.5z' },
  pause: { filled: 'M7 5.5h3.5v13H7zM13.5 5.5H17v13h-3.5z' },
  sound: { filled: 'M4 9.5v5h3.5l4.5 4v-13l-4.5 4z', lines: 'M15 9a4.2 4.2 0 0 1 0 6M17.6 6.4a8 8 0 0 1 0 11.2' },
  mute: { filled: 'M4 9.5v5h3.5l4.5 4v-13l-4.5 4z', lines: 'M15.5 9.5l5 5M20.5 9.5l-5 5' },
  small: { lines: 'M4 6.5h16v11H4z', filled: 'M12 12h7v4.5h-7z' },
  large: { lines: 'M5 9.5V5h4.5M14.5 5H19v4.5M19 14.5V19h-4.5M9.5 19H5v-4.5' },
};

const path_of = (kind, d) => {
  const path = document.createElementNS(kSvg, 'path');
  path.setAttribute('d', d);
  path.setAttribute('class', kind);
  return path;
};

// The sign of that name, new. Screen readers pass it over: the button has a name.
export function icon(name) {
  const svg = document.createElementNS(kSvg, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(...Object.entries(kPaths[name]).map(([kind, d]) => path_of(kind, d)));
  return svg;
}
