// SPDX-License-Identifier: Apache-2.0
// The few things done to the document. Text goes in as text, never as markup.

// A new element with attributes and children (elements or strings).
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Writes only what changed: an unchanged node costs no layout, and a screen reader says nothing twice.
export function set_text(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function set_attribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function set_hidden(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden;
}

export const by_id = (id) => document.getElementById(id);
