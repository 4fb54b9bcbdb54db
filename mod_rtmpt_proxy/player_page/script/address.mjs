// SPDX-License-Identifier: Apache-2.0
// The addresses of a stream. Pure functions.

const kFlvSchemes = new Map([['http:', 'ws:'], ['https:', 'wss:'], ['ws:', 'ws:'], ['wss:', 'wss:']]);

// Control characters, and marks that turn, hide or join text, as their numbers: a name is what its reader sees.
const shown = (text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
  `\\u${found.codePointAt(0).toString(16).padStart(4, '0')}`);

function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // no UTF-8: shown as it is written
  }
}

const segments_of = (path) => path.split('/').filter((segment) => segment !== '');

// "live/cam1" for the path of a stream, fit to be shown.
export const shown_name = (path) => segments_of(path).map((segment) => shown(decoded(segment))).join('/');

// The path of the stream that a page of the player shows, still escaped; null when the page's address names none.
// `location_path` is where the player is, with or without a slash at its end. The two may be escaped differently: by the
// browser, or whoever has written the address, and by httpd.
export function stream_path(pathname, location_path) {
  const segments = segments_of(pathname);
  const place = segments_of(location_path);
  if (place.some((segment, i) => i >= segments.length || decoded(segment) !== decoded(segments[i]))) return null;
  const stream = segments.slice(place.length);
  return stream.length >= 2 ? `/${stream.join('/')}` : null;
}

// Words of a query by which programs log in. A page asks for a password in another way, and none belongs in an address.
const kLoginWords = ['user', 'pass', 'username', 'password'];
const is_login_word = (part) => kLoginWords.includes(decoded(part.split('=')[0]).trim().toLowerCase());

// What somebody has typed: "live/cam 1", or a whole address of the stream. Null when it names no stream, else {path, query,
// has_login}: the path, escaped; the query, with its "?", which may hold a token; and whether a user or a password was left
// out. No stream has a "?" in its name.
export function typed_stream(text) {
  const [, authority = '', rest] = text.trim().match(/^(?:[a-z][a-z0-9+.-]*:\/\/([^/?]*))?(.*)$/is);
  const [typed, ...behind] = rest.split('?');
  const segments = segments_of(typed).map((segment) => encodeURIComponent(segment));
  if (segments.length < 2 || segments.some((segment) => segment === '.' || segment === '..')) return null;
  const parts = behind.join('?').split('&').filter((part) => part !== '');
  const kept = parts.filter((part) => !is_login_word(part));
  return {
    path: `/${segments.join('/')}`,
    query: kept.length > 0 ? `?${kept.join('&').replaceAll('#', '%23')}` : '',
    has_login: kept.length < parts.length || authority.includes('@'),
  };
}

// Where the stream comes from: {socket, http, name}, the addresses for a WebSocket and for a question by HTTP, and the
// name to show. `src` may be relative to `base`. Null when it names no stream.
export function stream_addresses(src, base) {
  if (src === '') return null;
  let url;
  try {
    url = new URL(src, base);
  } catch {
    return null;
  }
  const socket_scheme = kFlvSchemes.get(url.protocol);
  const segments = segments_of(url.pathname);
  if (!socket_scheme || segments.length < 2) return null;
  const rest = `//${url.host}/${segments.join('/')}.flv${url.search}`;
  return {
    socket: socket_scheme + rest,
    http: (socket_scheme === 'wss:' ? 'https:' : 'http:') + rest,
    name: shown_name(url.pathname),
  };
}
