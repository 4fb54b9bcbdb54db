// SPDX-License-Identifier: Apache-2.0
// The page around the player: which stream it shows, and the question for one.
import { shown_name, stream_path, typed_stream } from './address.mjs';

const by_id = (id) => document.getElementById(id);
const place = new URL(import.meta.url).pathname; // as httpd spells it: with a slash at its end, or without
const here = place.replace(/\/+$/, '');

function show_stream(path) {
  const name = shown_name(path);
  document.title = name;
  by_id('name').textContent = name;
  const player = by_id('player');
  player.setAttribute('src', path + location.search);
  player.hidden = false;
  by_id('snippet').textContent =
    `<script type="module" src="${place}?player"></script>\n<rtmpt-player src="${path}"></rtmpt-player>`;
  by_id('own').hidden = false;
  document.addEventListener('keydown', (event) => player.handle_key(event));
}

function say(what) {
  for (const id of ['wrong', 'no-login']) by_id(id).hidden = id !== what;
  by_id('stream').setAttribute('aria-invalid', String(what === 'wrong'));
  if (what) by_id('stream').focus();
}

// A login is left out, and whoever typed it sees that before the address without it is asked for.
function go_to(event) {
  event.preventDefault();
  const typed = typed_stream(by_id('stream').value);
  if (!typed) return say('wrong');
  if (!typed.has_login) return location.assign(here + typed.path + typed.query);
  by_id('stream').value = decodeURIComponent(typed.path.slice(1)) + typed.query;
  return say('no-login');
}

const path = stream_path(location.pathname, place);
by_id('choose').hidden = false;
by_id('choose').addEventListener('submit', go_to);
if (path) show_stream(path);
else by_id('stream').focus();
