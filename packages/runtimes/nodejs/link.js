'use strict';
// The instance's half of PROTOCOL.md. Plain JavaScript for Node 6 and later.
const fs = require('fs');
const net = require('net');

const MAX_HEADER = 64 * 1024;
const MAX_BODY = 8 * 1024 * 1024;
const MAX_LOG = 90 * 1024;
// Most bytes of log lines queued while the server does not read; later lines are counted and dropped.
const MAX_PENDING = 32 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

// User code may patch these; the link must go on working.
const writeSync = fs.writeSync;
const parse = JSON.parse;
const stringify = JSON.stringify;
const now = Date.now;
const exit = process.exit.bind(process);
const hrtime = process.hrtime;

/** Cuts arriving bytes into frames. Holds at most one unfinished frame; a whole frame in one chunk is not copied. */
class FrameReader {
  constructor(onFrame, onBroken) {
    this.onFrame = onFrame;
    this.onBroken = onBroken;
    this.rest = EMPTY;
    // A frame that spans chunks is collected here, allocated once at its full length.
    this.partial = null;
    this.filled = 0;
  }

  push(chunk) {
    let offset = 0;
    if (this.partial !== null) {
      offset = Math.min(chunk.length, this.partial.length - this.filled);
      chunk.copy(this.partial, this.filled, 0, offset);
      this.filled += offset;
      if (this.filled < this.partial.length) return;
      const whole = this.partial;
      this.partial = null;
      if (!this.deliver(whole, 0)) return;
    }
    let data = offset === 0 ? chunk : chunk.slice(offset);
    if (this.rest.length > 0) data = Buffer.concat([this.rest, data]);
    this.rest = EMPTY;
    let at = 0;
    while (data.length - at >= 8) {
      const headerLength = data.readUInt32BE(at);
      const bodyLength = data.readUInt32BE(at + 4);
      if (headerLength > MAX_HEADER || bodyLength > MAX_BODY) {
        this.onBroken('frame is too large');
        return;
      }
      const length = 8 + headerLength + bodyLength;
      if (data.length - at < length) {
        this.partial = Buffer.allocUnsafe(length);
        this.filled = data.copy(this.partial, 0, at);
        return;
      }
      if (!this.deliver(data, at)) return;
      at += length;
    }
    this.rest = at === data.length ? EMPTY : data.slice(at);
  }

  deliver(data, at) {
    const headerLength = data.readUInt32BE(at);
    const bodyStart = at + 8 + headerLength;
    let header;
    try {
      header = parse(data.toString('utf8', at + 8, bodyStart));
    } catch (_error) {
      this.onBroken('frame header is not JSON');
      return false;
    }
    this.onFrame(header, data.slice(bodyStart, bodyStart + data.readUInt32BE(at + 4)));
    return true;
  }
}

/** Position of the last byte boundary at or before `end` that does not split a UTF-8 character. */
function characterBoundary(buffer, end) {
  let at = end;
  while (at > end - 4 && at > 0 && (buffer[at] & 0xc0) === 0x80) at--;
  return at;
}

/**
 * Connects to `socketPath` and calls `onFrame(header, body)` for each frame of the server. The process exits when the
 * server disconnects or violates the protocol.
 */
class Link {
  constructor(socketPath, onConnect, onFrame) {
    const socket = net.connect(socketPath);
    this.socket = socket;
    this.fd = -1;
    // True while libuv still owes bytes to the socket; later frames must queue behind them.
    this.queued = 0;
    this.dropped = 0;
    /** Called when nothing is queued any more. */
    this.onDrained = null;
    // When each request that runs came.
    this.begun = new Map();
    this.readFrom(socket, onFrame);
    socket.on('connect', () => {
      this.fd = socket._handle.fd;
      onConnect();
    });
    socket.on('error', () => exit(71));
    socket.on('close', () => exit(71));
  }

  readFrom(source, onFrame) {
    const take = (header, body) => {
      if (header.type === 'invoke') this.begun.set(header.requestId, hrtime());
      onFrame(header, body);
    };
    const reader = new FrameReader(take, () => exit(70));
    source.on('data', (chunk) => reader.push(chunk));
  }

  /** Sends one frame; `body` is a string or a Buffer. Written at once when the socket takes it, so a kill loses nothing. */
  send(header, body) {
    const bodyLength = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const headerLength = Buffer.byteLength(header);
    const frame = Buffer.allocUnsafe(8 + headerLength + bodyLength);
    frame.writeUInt32BE(headerLength, 0);
    frame.writeUInt32BE(bodyLength, 4);
    frame.write(header, 8, headerLength, 'utf8');
    if (typeof body === 'string') frame.write(body, 8 + headerLength, bodyLength, 'utf8');
    else body.copy(frame, 8 + headerLength);
    this.write(frame);
  }

  write(frame) {
    let written = 0;
    if (this.queued === 0 && this.fd >= 0) {
      try {
        while (written < frame.length) written += writeSync(this.fd, frame, written, frame.length - written);
        return;
      } catch (error) {
        if (error.code !== 'EAGAIN') exit(71);
      }
    }
    const rest = written === 0 ? frame : frame.slice(written);
    this.queued += rest.length;
    this.socket.write(rest, () => {
      this.queued -= rest.length;
      if (this.queued === 0 && this.dropped > 0) {
        const count = this.dropped;
        this.dropped = 0;
        this.log('', 'WARN', count + ' log messages were dropped because they came faster than they could be read');
      }
      if (this.queued === 0 && this.onDrained !== null) {
        const drained = this.onDrained;
        this.onDrained = null;
        drained();
      }
    });
  }

  /** Sends one log message, cut into pieces of at most 90 KiB. */
  log(requestId, level, text) {
    const header = stringify({ type: 'log', requestId: requestId, level: level, time: now() });
    // A character has at most 3 bytes per UTF-16 unit: short texts need no measuring.
    if (text.length * 3 <= MAX_LOG) {
      if (this.queued > MAX_PENDING) this.dropped++;
      else this.send(header, text);
      return;
    }
    const bytes = Buffer.from(text, 'utf8');
    let at = 0;
    while (at < bytes.length) {
      const end = bytes.length - at <= MAX_LOG ? bytes.length : characterBoundary(bytes, at + MAX_LOG);
      if (this.queued > MAX_PENDING) this.dropped++;
      else this.send(header, bytes.slice(at, end));
      at = end;
    }
  }

  /** Answers a request. `requestId` came from the server, so it fits in a header. `isRaw`: as `raw` of PROTOCOL.md. */
  result(requestId, code, body, isRaw) {
    const took = hrtime(this.begun.get(requestId) || hrtime());
    this.begun.delete(requestId);
    const ms = took[0] * 1e3 + took[1] / 1e6;
    const end = isRaw === true ? ',"raw":true}' : '}';
    this.send('{"type":"result","requestId":' + stringify(requestId) + ',"code":' + code + ',"ms":' + ms + end, body);
  }

  /** The request begins only now, after others: its time counts from here. */
  begin(requestId) {
    this.begun.set(requestId, hrtime());
  }

  /** Gives back requests that have not begun. */
  giveBack(requestIds) {
    requestIds.forEach((requestId) => {
      this.begun.delete(requestId);
    });
    this.send(stringify({ type: 'returned', requestIds: requestIds }), '');
  }

  /** The program has ended: the server sends no more requests, and waits for the answers of those that run. */
  leave() {
    this.send('{"type":"leaving"}', '');
  }

  /** Runs `done` once everything sent so far is written to the socket. */
  end(done) {
    this.socket.removeAllListeners('close');
    this.socket.on('close', done);
    this.socket.end();
  }
}

module.exports = { Link: Link };
