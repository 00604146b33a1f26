'use strict';
// Runs the handler. Every request ends in exactly one result frame, also when the function fails.
const Context = require('./context.js').Context;
const failure = require('./failure.js');
const Lane = require('./lane.js').Lane;
const wasWritten = require('./raw-output.js').wasWritten;

const MAX_RESULT = 6291456;
const parse = JSON.parse;
const stringify = JSON.stringify;
const byteLength = Buffer.byteLength;
const toText = Object.prototype.toString;
const NativePromise = Promise;
const nativeThen = Promise.prototype.then;

function isPromise(value) {
  return value instanceof NativePromise || (typeof Promise === 'function' && value instanceof Promise);
}

/** Whether a handler returned a stream or an async iterable as its answer. */
function isReadable(value) {
  if (typeof value !== 'object' || value === null) return false;
  if (typeof value.pipe === 'function') return typeof value.on === 'function' && typeof value.read === 'function';
  return typeof Symbol.asyncIterator === 'symbol' && typeof value[Symbol.asyncIterator] === 'function';
}

function isAsyncGenerator(value) {
  return typeof value === 'object' && value !== null && toText.call(value) === '[object AsyncGenerator]';
}

/** Waits for a promise of any kind; a native one through its original `then`. */
function settle(promise, onValue, onError) {
  if (promise instanceof NativePromise) nativeThen.call(promise, onValue, onError);
  else promise.then(onValue, onError);
}

function serialise(value) {
  switch (typeof value) {
    case 'undefined':
      return '';
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default: {
      const text = stringify(value);
      return text === undefined ? '' : text;
    }
  }
}

/**
 * `running` requests by id, each with its frame. `current` is the one that started last: output of the process belongs
 * to it, even after it ended, because the real origin is unknown.
 */
class Requests {
  constructor(options) {
    this.link = options.link;
    this.flush = options.flush;
    this.handler = options.handler;
    this.fixed = options.fixed;
    this.awaits = options.awaitsPromises;
    this.userFrames = options.userFrames;
    this.running = new Map();
    /** Requests that wait for those before them, at most so many run at once. */
    this.lane = new Lane(options.concurrency, options.link, (invoke, body) => this.begin(invoke, body));
    /** Requests that stream their answer. */
    this.streams = new Map();
    this.openStream = (invoke, head) => {
      if (!this.running.has(invoke.requestId)) throw new Error('the request is answered already');
      return this.streamOf(invoke).open(head);
    };
    this.current = '';
    this.log = (requestId, level, text) => this.link.log(requestId, level, text);
  }

  start(invoke, body) {
    this.lane.add(invoke, body);
  }

  recall() {
    this.lane.giveBack();
  }

  begin(invoke, body) {
    const requestId = invoke.requestId;
    this.current = requestId;
    this.running.set(requestId, invoke);
    let event;
    try {
      event = parse(body.toString('utf8'));
    } catch (error) {
      this.finish(requestId, 4002, error.message, error.message);
      return;
    }
    const context = new Context(this.fixed, invoke, this.log, this.openStream);
    const callback = (err, data) => {
      // An omitted error is a failure too: only null, '', 0 and false mean success.
      const given = err === undefined ? {} : err;
      if (given) this.refuse(requestId, given);
      else this.succeed(requestId, data);
    };
    let returned;
    try {
      returned = this.handler.call(undefined, event, context, callback);
    } catch (error) {
      this.fail(requestId, error);
      return;
    }
    if (this.awaits && isPromise(returned)) {
      settle(
        returned,
        (value) => this.succeed(requestId, value),
        (error) => this.fail(requestId, error)
      );
    } else if (isAsyncGenerator(returned)) this.readFrom(requestId, returned);
  }

  streamOf(invoke) {
    const requestId = invoke.requestId;
    let found = this.streams.get(requestId);
    if (found === undefined) {
      const StreamedAnswer = require('./response-stream.js').StreamedAnswer;
      found = new StreamedAnswer(this.link, invoke, (size) => this.tooLarge(requestId, size));
      this.streams.set(requestId, found);
    }
    return found;
  }

  /** The handler returned a stream or iterable: the request ends when the source ends. */
  readFrom(requestId, source) {
    const streamed = this.streamOf(this.running.get(requestId));
    streamed.readFrom(source, (error) => this.fail(requestId, error));
    this.endWith(requestId, streamed, undefined);
  }

  /** The handler has returned; the request ends when the rest of its answer is sent. */
  endWith(requestId, streamed, value) {
    if (value !== undefined && value !== null && value !== '') {
      this.link.log(requestId, 'WARN', 'the value that the handler returned is left out: its response is streamed');
    }
    const end = () => {
      if (this.running.has(requestId)) this.finish(requestId, 0, streamed.payload(), '');
    };
    if (streamed.finished) end();
    else streamed.onDone = end;
  }

  /** `credit` and `cancel` of the server. Their request may have ended already. */
  onStream(frame) {
    const streamed = this.streams.get(frame.requestId);
    if (streamed === undefined || streamed.sender === null) return;
    if (frame.type === 'credit') streamed.sender.grant(frame.bytes);
    else streamed.sender.cancel();
  }

  succeed(requestId, value) {
    if (!this.running.has(requestId)) return;
    if (isReadable(value)) {
      this.readFrom(requestId, value);
      return;
    }
    if (this.streams.size > 0 && this.streams.has(requestId)) {
      this.endWith(requestId, this.streams.get(requestId), value);
      return;
    }
    let text;
    try {
      text = serialise(value);
    } catch (error) {
      const reported = failure.describe(4007, error, this.userFrames, false);
      this.finish(requestId, reported.code, reported.payload, reported.log);
      return;
    }
    const size = text.length > MAX_RESULT ? byteLength(text) : text.length * 3 > MAX_RESULT ? byteLength(text) : 0;
    if (size > MAX_RESULT) this.tooLarge(requestId, size);
    else this.finish(requestId, 0, text, '');
  }

  tooLarge(requestId, size) {
    if (!this.running.has(requestId)) return;
    const message = 'response body size ' + size + ' exceeds the limit of ' + MAX_RESULT;
    this.finish(requestId, 4004, message, message);
  }

  fail(requestId, error) {
    if (!this.running.has(requestId)) return;
    const reported = failure.describe(4002, error, this.userFrames, true);
    this.finish(requestId, reported.code, reported.payload, reported.log);
  }

  refuse(requestId, error) {
    if (!this.running.has(requestId)) return;
    const reported = failure.describeCallback(error, this.userFrames);
    this.finish(requestId, reported.code, reported.payload, reported.log);
  }

  finish(requestId, code, payload, log) {
    this.flush();
    this.running.delete(requestId);
    if (this.streams.size > 0) {
      const streamed = this.streams.get(requestId);
      this.streams.delete(requestId);
      if (streamed !== undefined) streamed.close();
    }
    if (log !== '') this.link.log(requestId, 'ERROR', log);
    const isRaw = wasWritten();
    this.link.result(requestId, code, payload, isRaw);
    this.lane.ended(isRaw);
  }

  /**
   * An error thrown outside of every handler; `what` says how. With one running request it belongs to that one; with
   * several its origin is unknown, and with none it came too late: then it is only logged.
   */
  stray(what, error) {
    const reported = failure.describe(4002, error, this.userFrames, true);
    const log = failure.describeStray(what, reported, error);
    if (this.running.size === 1) {
      this.finish(this.running.keys().next().value, reported.code, reported.payload, log);
    } else this.link.log(this.current, 'ERROR', log);
  }
}

module.exports = { Requests: Requests, settle: settle, isPromise: isPromise };
