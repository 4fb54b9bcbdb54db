// SPDX-License-Identifier: Apache-2.0
// A live stream: FLV that ffmpeg makes in real time, tag by tag, with what a new viewer needs to begin.
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';

const kHeaderBytes = 13; // with the first size of a tag before, which is 0
const kTagHeaderBytes = 11;
const kSizeBytes = 4;
const kAudio = 8;
const kVideo = 9;
const kScript = 18;

const kVideoArguments = (picture, size) => ['-re', '-f', 'lavfi', '-i', `${picture}=size=${size}:rate=25`];
const kSoundArguments = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
const kH264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', '25', '-b:v', '900k'];
const codec_of_video = (codec) => (codec === 'h264' ? kH264 : ['-c:v', codec, '-g', '25']);
const kSoundCodec = ['-c:a', 'aac', '-b:a', '64k'];

function inputs({ video, sound, size, codec, picture }) {
  return [...(video ? kVideoArguments(picture, size) : []), ...(sound ? kSoundArguments : []),
    ...(video ? codec_of_video(codec) : []), ...(sound ? kSoundCodec : [])];
}

const is_sequence_header = (type, body) =>
  (type === kVideo && (body[0] & 0x0f) === 7 && body[1] === 0) || (type === kAudio && body[0] >> 4 === 10 && body[1] === 0);
const is_key_frame = (type, body) => type === kVideo && body[0] >> 4 === 1;

// Emits `tag` with {bytes, time, is_entrance}: a whole tag, its time in ms, and whether a viewer may begin with it.
export class FlvSource extends EventEmitter {
  #ffmpeg;
  #waiting = Buffer.alloc(0);
  #header = null;
  #beginnings = new Map(); // metadata and sequence headers, by the type of their tag
  #group = []; // tags since the last key frame
  #has_video;

  // A stream of pictures, sound or both. `codec` is ffmpeg's name of an encoder, `picture` of a source.
  constructor({ video = true, sound = true, size = '640x360', codec = 'h264', picture = 'testsrc2' } = {}) {
    super();
    this.setMaxListeners(0);
    this.#has_video = video;
    this.#ffmpeg = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...inputs({ video, sound, size, codec, picture }), '-f', 'flv', 'pipe:1'],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#ffmpeg.stdout.on('data', (bytes) => this.#take(bytes));
  }

  // What a new viewer gets first: an array of {bytes, time}; null while there is nothing to begin with.
  beginning() {
    if (!this.#header || this.#group.length === 0) return null;
    const [{ time }] = this.#group;
    const heads = [...this.#beginnings.values()].map((bytes) => ({ bytes, time }));
    return [{ bytes: this.#header, time }, ...heads, ...this.#group];
  }

  async stop() {
    const ended = new Promise((done) => { this.#ffmpeg.once('close', done); });
    this.#ffmpeg.kill('SIGKILL');
    await ended;
  }

  #take(bytes) {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    if (!this.#header) {
      if (this.#waiting.length < kHeaderBytes) return;
      this.#header = this.#waiting.subarray(0, kHeaderBytes);
      this.#waiting = this.#waiting.subarray(kHeaderBytes);
    }
    for (let tag = this.#next_tag(); tag; tag = this.#next_tag()) this.#note(tag);
  }

  #next_tag() {
    if (this.#waiting.length < kTagHeaderBytes) return null;
    const length = kTagHeaderBytes + this.#waiting.readUIntBE(1, 3) + kSizeBytes;
    if (this.#waiting.length < length) return null;
    const tag = this.#waiting.subarray(0, length);
    this.#waiting = this.#waiting.subarray(length);
    return tag;
  }

  #note(bytes) {
    const type = bytes[0] & 0x1f;
    const body = bytes.subarray(kTagHeaderBytes);
    if (type === kScript || is_sequence_header(type, body)) {
      this.#beginnings.set(type, bytes);
      return;
    }
    const tag = { bytes, time: bytes.readUIntBE(4, 3) };
    tag.is_entrance = is_key_frame(type, body) || !this.#has_video;
    if (is_key_frame(type, body) || (!this.#has_video && this.#group.length > 100)) this.#group = [];
    if (is_key_frame(type, body) || this.#group.length > 0 || !this.#has_video) this.#group.push(tag);
    this.emit('tag', tag);
  }
}
