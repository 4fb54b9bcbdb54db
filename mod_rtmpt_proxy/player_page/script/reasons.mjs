// SPDX-License-Identifier: Apache-2.0
// What a viewer is told, and what happens next. Pure functions.

// state -> {text, action?}: `action` is the name of the button beside the text, which tries it again.
const kTexts = {
  idle: { text: 'Press play to watch', action: 'Play' },
  connecting: { text: 'Connecting' },
  playing: { text: '' },
  waiting: { text: 'Waiting for pictures' },
  gone: { text: 'The stream has stopped. Waiting for it to come back' },
  offline: { text: 'Nothing is being published here at the moment. The picture comes by itself when it begins' },
  busy: { text: 'The server cannot take more viewers at the moment. Trying again' },
  unreachable: { text: 'The server does not answer. Trying again' },
  refused: { text: 'The server has refused the connection. Trying again' },
  denied: { text: 'You may not watch this stream', action: 'Try again' },
  broken: { text: 'The stream cannot be read. Trying again' },
  codec: { text: 'This browser cannot play how this stream is encoded', action: 'Try again' },
  browser: { text: 'This browser cannot play live streams: it has no Media Source Extensions' },
  script: { text: 'The player could not be loaded', action: 'Try again' },
  unnamed: { text: 'No stream is named' },
};

export const words_for = (state) => kTexts[state];

// States in which the picture that was last seen stays, beneath what is said.
export const keeps_picture = (state) => ['connecting', 'playing', 'waiting', 'gone', 'idle'].includes(state);

const kMostRetryMs = 60_000;

// Seconds of a Retry-After as ms; null when there is none, or it is a date.
function retry_after(text) {
  const seconds = /^\d{1,6}$/.test(text ?? '') ? Number(text) : NaN;
  return Number.isNaN(seconds) ? null : Math.min(seconds * 1000, kMostRetryMs);
}

// Why a WebSocket was refused, after the same address was asked by HTTP: a browser does not tell a page with what
// status a WebSocket failed. `answer` is {status, retry}, `retry` being the Retry-After header, or null when nothing
// answered. Returns {state, retry_ms}; retry_ms is null when the usual pause is right, and `never` says that nothing is
// tried by itself: each attempt would be one more failed login.
export function reason_for(answer) {
  if (!answer) return { state: 'unreachable', retry_ms: null };
  const retry_ms = retry_after(answer.retry);
  if (answer.status === 401 || answer.status === 403) return { state: 'denied', retry_ms: null, never: true };
  if (answer.status === 404 || answer.status === 410) return { state: 'offline', retry_ms };
  if (answer.status === 429 || answer.status === 503) return { state: 'busy', retry_ms };
  if (answer.status >= 500) return { state: 'unreachable', retry_ms };
  return { state: 'refused', retry_ms };
}
