// SPDX-License-Identifier: Apache-2.0
// One WebSocket with FLV in it, and mpegts.js, which makes of it what a <video> plays.

const kConfig = {
  isLive: true, enableWorker: false, enableStashBuffer: false, lazyLoad: false,
  liveSync: false, liveBufferLatencyChasing: false, // LiveEdge does this
  autoCleanupSourceBuffer: true, autoCleanupMaxBackwardDuration: 30, autoCleanupMinBackwardDuration: 10,
};

// Null where the browser makes none at all: to an insecure address in a secure page, say.
function socket_to(url) {
  try {
    return new WebSocket(url);
  } catch {
    return null;
  }
}

// mpegts.js' way to get bytes, of our own: its own one does not tell a refusal from an end.
const loader_for = (mpegts, events) => class extends mpegts.BaseLoader {
  #socket = null;
  #received = 0;

  constructor() {
    super('rtmpt-websocket');
    this._needStash = true; // tags may be cut anywhere
  }

  open({ url }) {
    this._status = mpegts.LoaderStatus.kConnecting;
    const socket = socket_to(url);
    if (!socket) return queueMicrotask(events.closed);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      if (socket !== this.#socket) return;
      this._status = mpegts.LoaderStatus.kBuffering;
      events.opened();
    });
    socket.addEventListener('message', ({ data }) => this.#take(socket, data));
    socket.addEventListener('close', () => {
      if (socket !== this.#socket) return;
      this._status = mpegts.LoaderStatus.kComplete;
      events.closed();
    });
    return undefined;
  }

  abort() {
    const socket = this.#socket;
    this.#socket = null;
    this._status = mpegts.LoaderStatus.kComplete;
    socket?.close();
  }

  destroy() {
    this.abort();
    super.destroy();
  }

  #take(socket, data) {
    if (socket !== this.#socket || !(data instanceof ArrayBuffer)) return;
    events.bytes();
    const begin = this.#received;
    this.#received += data.byteLength;
    this._onDataArrival?.(data, begin, this.#received);
  }
};

// Whether mpegts.js, or the browser's buffer that it fills, does not know the codec.
function is_codec_problem(mpegts, detail, info) {
  const { MEDIA_CODEC_UNSUPPORTED, MEDIA_FORMAT_UNSUPPORTED, MEDIA_MSE_ERROR } = mpegts.ErrorDetails;
  if (detail === MEDIA_CODEC_UNSUPPORTED || detail === MEDIA_FORMAT_UNSUPPORTED) return true;
  return detail === MEDIA_MSE_ERROR && /not supported|unsupported|addSourceBuffer/i.test(info?.msg ?? '');
}

// Plays `url` in `video`. `events` are those of Viewer's connect(); media({has_sound}) says besides what there is.
// Returns {close()}.
export function connect_to(mpegts, url, video, events) {
  const player = mpegts.createPlayer({ type: 'flv', isLive: true, url },
    { ...kConfig, customLoader: loader_for(mpegts, events) });
  let is_over = false;
  // mpegts.js is in the midst of its own work when it tells of an error, and must not be destroyed there.
  const afterwards = (work) => queueMicrotask(() => { if (!is_over) work(); });
  player.on(mpegts.Events.ERROR, (type, detail, info) =>
    afterwards(is_codec_problem(mpegts, detail, info) ? events.codec : events.broken));
  player.on(mpegts.Events.MEDIA_INFO, (info) => events.media({ has_sound: Boolean(info.hasAudio) }));
  const fails = () => afterwards(events.broken);
  video.addEventListener('error', fails);
  player.attachMediaElement(video);
  player.load();
  return {
    close() {
      is_over = true;
      video.removeEventListener('error', fails);
      player.destroy();
    },
  };
}
