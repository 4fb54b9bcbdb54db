// SPDX-License-Identifier: Apache-2.0
// When each picture has arrived at the browser.

// To be called before the page is opened: window.arrivals has {time, at} of each tag that a WebSocket has brought since the
// newest one was made: the tag's own time in ms, and the page's clock.
export async function note_arrivals(page) {
  await page.evaluateOnNewDocument(() => {
    const kHeaderBytes = 13;
    // Neither metadata nor what a decoder is told before all else, whose times mean nothing.
    const is_picture_or_sound = (type, codec, kind) =>
      (type === 9 && !((codec & 0x0f) === 7 && kind === 0)) || (type === 8 && !(codec >> 4 === 10 && kind === 0));
    const kTagBytes = 15; // of a tag without a body, with its size behind it
    window.WebSocket = class extends window.WebSocket {
      #rest = new Uint8Array(0);
      #skips = kHeaderBytes;

      constructor(...parameters) {
        super(...parameters);
        window.arrivals = [];
        this.addEventListener('message', ({ data }) => this.#note(new Uint8Array(data)));
      }

      #note(bytes) {
        const at = performance.now();
        const whole = new Uint8Array(this.#rest.length + bytes.length);
        whole.set(this.#rest);
        whole.set(bytes, this.#rest.length);
        let begin = Math.min(this.#skips, whole.length);
        this.#skips -= begin;
        const view = new DataView(whole.buffer);
        while (whole.length - begin >= kTagBytes) {
          const length = (view.getUint32(begin) & 0xffffff) + kTagBytes;
          if (whole.length - begin < length) break;
          const time = (view.getUint32(begin + 4) >>> 8) + view.getUint8(begin + 7) * 0x1000000;
          if (is_picture_or_sound(whole[begin], whole[begin + 11], whole[begin + 12])) window.arrivals.push({ time, at });
          begin += length;
        }
        this.#rest = whole.slice(begin);
      }
    };
  });
}
