// SPDX-License-Identifier: Apache-2.0
// Which stream an address names.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shown_name, stream_addresses, stream_path, typed_stream } from '../../../mod_rtmpt_proxy/player_page/script/address.mjs';

test('a page of the player names the stream behind its location', () => {
  const cases = [
    ['/watch/live/cam1', '/watch', '/live/cam1'],
    ['/watch/live/cam1/', '/watch/', '/live/cam1'],
    ['/watch//live//cam1', '/watch', '/live/cam1'],
    ['/a/b/app/inst/name', '/a/b', '/app/inst/name'],
    ['/live/cam1', '/', '/live/cam1'],
    ['/live/cam1', '', '/live/cam1'],
    ['/watch/live/cam%201', '/watch', '/live/cam%201'],
    ['/t%C3%A9l%C3%A9/live/cam%C3%A9', '/t%c3%a9l%c3%a9', '/live/cam%C3%A9'], // httpd and browsers escape differently
    ["/a%20%27b%27/live/cam1", "/a%20'b'/", '/live/cam1'],
    ['/%77atch/live/cam1', '/watch', '/live/cam1'],
    ['/w%ff/live/cam1', '/w%FF', null], // no UTF-8: as it is written
    ['//watch/live/cam1', '/watch', '/live/cam1'],
    ['/watch', '/watch', null],
    ['/watch/', '/watch', null],
    ['/watch/live', '/watch', null],
    ['/watched/live/cam1', '/watch', null],
    ['/other/live/cam1', '/watch', null],
  ];
  for (const [pathname, place, expected] of cases) assert.equal(stream_path(pathname, place), expected, `${pathname} at ${place}`);
});

test('what somebody types is a stream, or none', () => {
  const cases = [
    ['live/cam1', '/live/cam1'],
    ['  /live/cam1 ', '/live/cam1'],
    ['live/cam 1', '/live/cam%201'],
    ['live/k\u00f6ln', '/live/k%C3%B6ln'],
    ['live/a#c', '/live/a%23c'],
    ['live/a%20b', '/live/a%2520b'],
    ['rtmp://live.example.com:80/live/cam1', '/live/cam1'],
    ['https://live.example.com/live/cam1', '/live/cam1'],
    ['a/b/c', '/a/b/c'],
    ['live/"><script>', '/live/%22%3E%3Cscript%3E'],
    ['', null], ['live', null], ['live/', null], ['/', null], ['rtmp://host/live', null],
    ['live/..', null], ['./cam1', null], ['live?st=/cam1', null], ['rtmp://host?/live/cam1', null],
  ];
  for (const [text, path] of cases) {
    const expected = path === null ? null : { path, query: '', has_login: false };
    assert.deepEqual(typed_stream(text), expected, JSON.stringify(text));
  }
});

test('what stands behind a typed name is its query, and a login is left out of it', () => {
  const cases = [
    ['rtmp://host/live/cam1?st=a%2Bb&e=1', '?st=a%2Bb&e=1', false],
    ['https://host:8443/live/cam1?st=abc', '?st=abc', false],
    ['live/cam1?st=abc', '?st=abc', false],
    ['live/cam1?', '', false],
    ['live/cam1?&a=b?c&', '?a=b?c', false],
    ['live/cam1?st=a#b', '?st=a%23b', false],
    ['rtmp://host/live/cam1?user=alice&pass=secret', '', true],
    ['rtmps://host:443/live/cam1?st=abc&user=alice&pass=sec?ret&e=1', '?st=abc&e=1', true],
    ['live/cam1?user=alice&pass=secret', '', true],
    ['live/cam1?PASS=secret&%70ass=secret&password=secret& username=alice', '', true],
    ['live/cam1?passage=1&users=2', '?passage=1&users=2', false],
    ['rtmp://alice:secret@host/live/cam1?st=abc', '?st=abc', true],
    ['RTMP://alice:sec@ret@host:1935/live/cam1', '', true],
  ];
  for (const [text, query, has_login] of cases)
    assert.deepEqual(typed_stream(text), { path: '/live/cam1', query, has_login }, JSON.stringify(text));
});

test('a stream is asked for where it is, by WebSocket and by HTTP', () => {
  const base = 'https://live.example.com:8443/watch/live/cam1';
  const cases = [
    ['/live/cam1', 'wss://live.example.com:8443/live/cam1.flv', 'https://live.example.com:8443/live/cam1.flv'],
    ['/live/cam1?token=a%20b', 'wss://live.example.com:8443/live/cam1.flv?token=a%20b', 'https://live.example.com:8443/live/cam1.flv?token=a%20b'],
    ['/live/cam1/', 'wss://live.example.com:8443/live/cam1.flv', 'https://live.example.com:8443/live/cam1.flv'],
    ['http://[::1]:8080/live/cam1', 'ws://[::1]:8080/live/cam1.flv', 'http://[::1]:8080/live/cam1.flv'],
    ['ws://other.example.com/a/b/c', 'ws://other.example.com/a/b/c.flv', 'http://other.example.com/a/b/c.flv'],
    ['//other.example.com/live/cam1#x', 'wss://other.example.com/live/cam1.flv', 'https://other.example.com/live/cam1.flv'],
    ['https://alice:secret@other.example.com/live/cam1', 'wss://other.example.com/live/cam1.flv', 'https://other.example.com/live/cam1.flv'],
  ];
  for (const [src, socket, http] of cases) {
    const found = stream_addresses(src, base);
    assert.deepEqual([found.socket, found.http], [socket, http], src);
  }
  for (const src of ['', '/', '/cam1', 'javascript:alert(1)/a/b', 'data:text/html,/a/b', 'rtmp://host/live/cam1', 'https://', 'file:///live/cam1']) {
    assert.equal(stream_addresses(src, base), null, src);
  }
});

test('a name is shown as what it is', () => {
  assert.equal(shown_name('/live/cam%201'), 'live/cam 1');
  assert.equal(shown_name('/live/k%C3%B6ln'), 'live/k\u00f6ln');
  assert.equal(shown_name('/live/%FF'), 'live/%FF');
  assert.equal(shown_name('/live/a%E2%80%AEb%00'), 'live/a\\u202eb\\u0000');
  assert.equal(shown_name('/live/%3Cb%3E'), 'live/<b>');
});
