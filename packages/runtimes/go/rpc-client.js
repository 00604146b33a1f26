'use strict';
// A client of Go's net/rpc over HTTP CONNECT, for the two methods of the contract.
const net = require('node:net');
const { CallWriter } = require('./gob-writer.js');
const { DEFINED, GobReader, NotGob } = require('./gob-reader.js');

// An answer of 6 MB plus the overhead of the library; a larger message is refused.
const MAX_MESSAGE = 16 * 1024 * 1024;
const MAX_GREETING = 4 * 1024;
const CONNECT = 'CONNECT /_goRPC_ HTTP/1.0\n\n';
const AGREES = /^HTTP\/1\.\d 200 /;
const EMPTY = Buffer.alloc(0);

/**
 * Splits the received bytes into gob messages. A message over several chunks is collected in one buffer of its length.
 */
class MessageReader {
  constructor(onMessage) {
    this.onMessage = onMessage;
    this.rest = EMPTY;
    this.partial = null;
    this.filled = 0;
  }

  push(chunk) {
    let data = chunk;
    if (this.partial !== null) {
      const taken = Math.min(data.length, this.partial.length - this.filled);
      data.copy(this.partial, this.filled, 0, taken);
      this.filled += taken;
      if (this.filled < this.partial.length) return;
      const whole = this.partial;
      this.partial = null;
      this.onMessage(whole);
      data = data.subarray(taken);
    }
    if (this.rest.length > 0) data = Buffer.concat([this.rest, data]);
    this.rest = EMPTY;
    for (;;) {
      if (data.length === 0) return;
      const size = data[0] < 128 ? 1 : 257 - data[0];
      if (size > 5) throw new NotGob('the length of a message is too long');
      if (data.length < size) break;
      const length = size === 1 ? data[0] : data.readUIntBE(1, size - 1);
      if (length > MAX_MESSAGE) throw new NotGob(`a message of ${length} bytes is too large`);
      if (data.length < size + length) {
        this.partial = Buffer.allocUnsafe(length);
        this.filled = data.copy(this.partial, 0, size);
        return;
      }
      this.onMessage(data.subarray(size, size + length));
      data = data.subarray(size + length);
    }
    this.rest = data;
  }
}

/**
 * One connection. `onEnd(reason)` is called once when it ends, with the end of a sentence; running calls then get no
 * answer. Every call ends in `done(error, reply)`: `error` is the text of the other side, null when there is none.
 */
class RpcClient {
  constructor(onEnd) {
    this.onEnd = onEnd;
    this.seq = 0;
    this.calls = new Map();
    this.writer = new CallWriter();
    this.gob = new GobReader();
    this.head = null;
    this.socket = null;
    this.ended = false;
  }

  /** Connects and requests the protocol; `done(error)`, after which another client may retry. */
  connect(host, port, done) {
    const socket = net.connect({ host, port, noDelay: true });
    let greeting = EMPTY;
    const settle = (error) => {
      socket.removeAllListeners();
      // A late error of a socket without a listener would end this process.
      socket.on('error', () => {});
      if (error !== null) socket.destroy();
      else this.start(socket);
      done(error);
    };
    socket.on('error', settle);
    socket.on('close', () => settle(new Error('the connection was closed')));
    socket.on('connect', () => socket.write(CONNECT));
    socket.on('data', (chunk) => {
      greeting = Buffer.concat([greeting, chunk]);
      const line = greeting.indexOf('\n');
      const end = greeting.indexOf('\n\n');
      if (
        greeting.length < MAX_GREETING &&
        (line < 0 || (end < 0 && AGREES.test(greeting.toString('latin1', 0, line))))
      )
        return;
      // No data may follow: the other side only answers calls.
      const fits = end === greeting.length - 2 && AGREES.test(greeting.toString('latin1', 0, line));
      settle(fits ? null : new NotGob('it does not answer as net/rpc'));
    });
  }

  start(socket) {
    this.socket = socket;
    const messages = new MessageReader((bytes) => this.receive(bytes));
    socket.on('data', (chunk) => {
      try {
        if (!this.ended) messages.push(chunk);
      } catch (error) {
        if (!(error instanceof NotGob)) throw error;
        this.end(`does not answer as the Go runtime library does: ${error.message}`);
      }
    });
    socket.on('close', () => this.end('closed its connection to the platform'));
  }

  end(reason) {
    if (this.ended) return;
    this.ended = true;
    this.socket.destroy();
    this.calls.clear();
    this.onEnd(reason);
  }

  call(done, write) {
    this.seq += 1;
    this.calls.set(this.seq, done);
    this.socket.write(write(this.seq));
  }

  healthCheck(done) {
    this.call(done, (seq) => this.writer.healthCheck(seq));
  }

  invoke(payload, headers, done) {
    this.call(done, (seq) => this.writer.invoke(seq, payload, headers));
  }

  /** Replies come in pairs: a header that names the call, then the body. */
  receive(bytes) {
    const value = this.gob.read(bytes);
    if (value === DEFINED) return;
    if (this.head === null) {
      if (typeof value !== 'object' || Buffer.isBuffer(value)) throw new NotGob('a reply has no head');
      this.head = value;
      return;
    }
    const { Seq: seq = 0, Error: error = '' } = this.head;
    this.head = null;
    const done = this.calls.get(seq);
    if (done === undefined) throw new NotGob('a reply to a call that is not running');
    this.calls.delete(seq);
    done(typeof error === 'string' && error !== '' ? error : null, value);
  }
}

module.exports = { RpcClient, MessageReader };
