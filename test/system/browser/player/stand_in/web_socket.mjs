// SPDX-License-Identifier: Apache-2.0
// The server's side of a WebSocket, as much as a viewer of a stream needs: it sends binary messages, and closes.
import { createHash } from 'node:crypto';

const kKeyEnd = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3
const kBinary = 0x82;
const kClose = 0x88;

function head_of(kind, length) {
  if (length < 126) return Buffer.from([kind, length]);
  const head = Buffer.alloc(length < 65536 ? 4 : 10);
  head[0] = kind;
  head[1] = length < 65536 ? 126 : 127;
  if (length < 65536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

export class WebSocketPeer {
  #socket;

  // Answers the upgrade. `gone()` is called when the connection is over.
  constructor(request, socket, gone) {
    const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + kKeyEnd).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => { if (bytes[0] === 0x88) this.close(); });
    socket.on('error', () => {});
    socket.once('close', gone);
    this.#socket = socket;
  }

  send(bytes) {
    this.#socket.write(head_of(kBinary, bytes.length));
    this.#socket.write(bytes);
  }

  close() {
    this.#socket.end(head_of(kClose, 0));
  }

  // Says nothing, and takes nothing any more.
  break() {
    this.#socket.destroy();
  }
}
