'use strict';
// The stream of `context.getResponseStream()`, and streams or iterators that a handler returns as its answer. Loaded
// when a function first streams.
const stream = require('stream');
const ChunkSender = require('./chunks.js').ChunkSender;

const MAX_RESULT = 6291456;
const MAX_HEADERS = 200;
const later = setImmediate;
const isOldNode = Number(process.versions.node.split('.')[0]) < 10;

/** `{ statusCode, headers, contentType }` of the function as the head of PROTOCOL.md. Throws TypeError. */
function headFrom(options) {
  const given = options || {};
  const head = { headers: [] };
  if (given.statusCode !== undefined) {
    if (!Number.isInteger(given.statusCode)) throw new TypeError('statusCode must be a whole number');
    head.statusCode = given.statusCode;
  }
  if (given.contentType !== undefined) head.headers.push(['Content-Type', String(given.contentType)]);
  const headers = given.headers || {};
  Object.keys(headers).forEach((name) => {
    [].concat(headers[name]).forEach((value) => {
      head.headers.push([name, String(value)]);
    });
  });
  if (head.headers.length > MAX_HEADERS) throw new TypeError('a response has at most ' + MAX_HEADERS + ' headers');
  return head;
}

/** Collects pieces, instead of a sender, when the caller wants one answer. */
class Collector {
  constructor(onTooLarge) {
    this.onTooLarge = onTooLarge;
    this.parts = [];
    this.size = 0;
    this.begun = false;
  }

  setHead() {}

  begin() {
    this.begun = true;
  }

  write(piece, sent) {
    this.begun = true;
    this.size += piece.length;
    if (this.size <= MAX_RESULT) this.parts.push(Buffer.from(piece));
    else if (this.parts.length > 0 || this.size === piece.length) {
      this.parts = [];
      this.onTooLarge(this.size);
    }
    sent();
  }
}

/** A Writable whose pieces go to the caller. Closed by the platform when the caller no longer reads the answer. */
class ResponseStream extends stream.Writable {
  constructor(output) {
    super({ highWaterMark: 64 * 1024 });
    Object.defineProperty(this, '_output', { value: output });
  }

  /** Status and headers for callers that speak HTTP; before the first piece. */
  setHead(options) {
    if (this._output.begun) throw new Error('the response has begun already');
    this._output.setHead(headFrom(options));
    return this;
  }

  setContentType(type) {
    return this.setHead({ contentType: type });
  }

  _write(piece, encoding, callback) {
    this._output.write(Buffer.isBuffer(piece) ? piece : Buffer.from(piece, encoding), callback);
  }
}

/** The streamed answer of one request. `onDone()` is called once when all of it is sent. */
class StreamedAnswer {
  constructor(link, invoke, onTooLarge) {
    this.sender = invoke.stream === true ? new ChunkSender(link, invoke.requestId) : null;
    this.output = this.sender === null ? new Collector(onTooLarge) : this.sender;
    this.stream = null;
    this.iterator = null;
    this.source = null;
    this.finished = false;
    this.onDone = null;
    if (this.sender !== null) this.sender.onCancel = () => this.cancelled();
  }

  /** The stream of the function, made once. */
  open(options) {
    if (this.stream === null) {
      this.stream = new ResponseStream(this.output);
      this.stream.on('finish', () => this.finish());
    }
    if (options !== undefined) this.stream.setHead(options);
    return this.stream;
  }

  finish() {
    if (this.finished) return;
    this.finished = true;
    this.output.begin();
    if (this.onDone !== null) this.onDone();
  }

  /** Sends what a Readable or an async iterable gives; `fail(error)` when it breaks. */
  readFrom(source, fail) {
    if (typeof source.pipe === 'function' && typeof source.on === 'function') {
      source.on('error', fail);
      this.source = source;
      source.pipe(this.open());
      return;
    }
    const iterator = source[Symbol.asyncIterator]();
    this.iterator = iterator;
    const next = () => {
      if (this.finished) return;
      iterator.next().then((step) => {
        if (step.done === true || (this.sender !== null && this.sender.cancelled)) this.finish();
        else this.piece(step.value, next, fail);
      }, fail);
    };
    next();
  }

  piece(value, next, fail) {
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
      fail(new TypeError('a streamed piece must be a string, Buffer or Uint8Array'));
      return;
    }
    const bytes =
      typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.length);
    // Deferred: a generator that never waits must not block the event loop.
    this.output.write(bytes, () => later(next));
  }

  cancelled() {
    if (this.iterator !== null && typeof this.iterator.return === 'function') {
      const end = () => this.finish();
      Promise.resolve(this.iterator.return()).then(end, end);
    }
    if (this.stream === null || this.finished) return;
    if (this.source !== null) {
      this.source.unpipe(this.stream);
      if (typeof this.source.destroy === 'function') this.source.destroy();
    }
    const error = new Error('the caller does not take the response any more');
    error.code = 'ECANCELED';
    // Without a listener the error would look like one of the function.
    if (typeof this.stream.destroy === 'function') {
      this.stream.destroy(this.stream.listenerCount('error') > 0 ? error : undefined);
    }
    if (isOldNode) this.stream.emit('close');
    this.finish();
  }

  /** The request is answered: later writes are discarded. */
  close() {
    if (this.sender === null) this.output.parts = [];
    else this.sender.close();
  }

  /** The collected answer, for a caller that wants one answer. */
  payload() {
    return this.sender === null ? Buffer.concat(this.output.parts) : '';
  }
}

module.exports = { StreamedAnswer: StreamedAnswer };
