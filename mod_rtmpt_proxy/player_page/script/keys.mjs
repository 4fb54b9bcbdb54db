// SPDX-License-Identifier: Apache-2.0
// What keys do.

const kVolumeStep = 0.1;

const kKeys = {
  ' ': (player) => player.toggle_play(),
  k: (player) => player.toggle_play(),
  m: (player) => player.toggle_sound(),
  f: (player) => player.toggle_large(),
  p: (player) => player.toggle_small(),
  l: (player) => player.jump_to_live(),
  ArrowUp: (player) => player.set_volume((player.video.muted ? 0 : player.video.volume) + kVolumeStep),
  ArrowDown: (player) => player.set_volume((player.video.muted ? 0 : player.video.volume) - kVolumeStep),
};

// Whether the one that has the focus wants the key itself.
function wants_itself(node, key) {
  if (!node?.matches) return false;
  if (node.matches('textarea, select, [contenteditable]')) return true;
  if (node.matches('input')) return node.type !== 'range' || key.startsWith('Arrow');
  return key === ' ' && node.matches('button, a, summary');
}

// Does what the key says. Whether it had a meaning.
export function handle_key(event, player) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const work = Object.hasOwn(kKeys, key) ? kKeys[key] : null;
  if (!work || wants_itself(event.composedPath()[0], key)) return false;
  event.preventDefault();
  if (!event.repeat || key.startsWith('Arrow')) work(player); // a key that is held would connect many times a second
  return true;
}
