'use strict';
// Turns the output of the function into log messages. One write that ends with a line break is one message, so a
// printed object stays together; an unfinished line waits for its end, for the end of the request or for a moment.
const stream = require('stream');
const StringDecoder = require('string_decoder').StringDecoder;
const captureRaw = require('./raw-output.js').capture;

const MAX_LINE = 90 * 1024;
const PARTIAL_WAIT_MS = 200;
const later = setTimeout;
const never = clearTimeout;

/** A `process.stdout`/`process.stderr` that hands whole messages to `emit(text)`. Never blocks, never fails. */
class Output extends stream.Writable {
  constructor(fd, emit) {
    super({ decodeStrings: false });
    this.fd = fd;
    this.isTTY = false;
    this._isStdio = true;
    this._emitText = emit;
    this._decoder = new StringDecoder('utf8');
    this._pending = '';
    this._timer = null;
  }

  write(chunk, encoding, callback) {
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof chunk === 'string') {
      const named = typeof encoding === 'string' ? encoding.toLowerCase() : 'utf8';
      this._take(named === 'utf8' || named === 'utf-8' ? chunk : this._decoder.write(Buffer.from(chunk, encoding)));
    } else if (chunk instanceof Uint8Array) {
      this._take(
        this._decoder.write(
          Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        )
      );
    } else {
      throw new TypeError('the chunk must be a string, Buffer or Uint8Array');
    }
    if (typeof done === 'function') process.nextTick(done, null);
    return true;
  }

  // Pipes and the base class come through here.
  _write(chunk, encoding, callback) {
    this.write(chunk, encoding);
    callback();
  }

  // Like the real standard streams it cannot be closed by user code.
  _destroy(error, callback) {
    callback(error);
  }

  _take(text) {
    const all = this._pending + text;
    if (all.length === 0) return;
    if (all.charCodeAt(all.length - 1) === 10) {
      this._pending = '';
      if (this._timer !== null) this._stopTimer();
      if (all.length > 1) this._emitText(all.slice(0, -1));
      return;
    }
    if (all.length >= MAX_LINE) {
      this._pending = '';
      this._emitText(all);
      return;
    }
    this._pending = all;
    if (this._timer === null) {
      this._timer = later(() => this.flushPending(), PARTIAL_WAIT_MS);
      this._timer.unref();
    }
  }

  _stopTimer() {
    never(this._timer);
    this._timer = null;
  }

  /** Emits an unfinished line now. */
  flushPending() {
    if (this._timer !== null) this._stopTimer();
    if (this._pending === '') return;
    const text = this._pending;
    this._pending = '';
    this._emitText(text);
  }
}

/**
 * Puts captured streams in place of the process's own. `console` looks them up when it is first used, except in Node 8 and
 * 10, whose console has taken the old ones by now.
 */
function capture(emit) {
  const out = new Output(1, (text) => emit('INFO', text));
  const err = new Output(2, (text) => emit('ERROR', text));
  const define = (name, value) =>
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => value });
  define('stdout', out);
  define('stderr', err);
  captureRaw({ 1: out, 2: err });
  if (console._stdout !== out) console._stdout = out;
  if (console._stderr !== err) console._stderr = err;
  return {
    flush: () => {
      out.flushPending();
      err.flushPending();
    },
  };
}

module.exports = { capture: capture };
