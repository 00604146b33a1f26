'use strict';
// The runtime API that a bootstrap polls: one HTTP server on the loopback of the instance.
const http = require('node:http');

const MAX_RESULT = 6291456;
const BASE = '/v1/runtime/invocation/';
const NAME = /^(response|error)\/([\x21-\x7e]{1,256})$/;

/** Polls beyond this number of waiting ones are answered that no event is available. */
const MAX_POLLS = 1024;

function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

/** Reads at most `limit` bytes; `null` if there were more. The rest is discarded without being stored. */
function readBody(request, limit, done) {
  const parts = [];
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
    if (size <= limit) parts.push(chunk);
    else parts.length = 0;
  });
  request.on('end', () => done(size > limit ? null : Buffer.concat(parts), size));
}

function invocationHeaders(invoke, length) {
  const headers = {
    'X-Cff-Request-Id': invoke.requestId,
    'X-CFF-Invoke-Type': invoke.invokeType || 'sync',
    'Content-Type': 'application/json',
    'Content-Length': length,
  };
  const credentials = invoke.credentials || {};
  const named = {
    'X-CFF-Access-Key': credentials.accessKey,
    'X-CFF-Secret-Key': credentials.secretKey,
    'X-CFF-Auth-Token': credentials.authToken,
    'X-CFF-Security-Access-Key': credentials.securityAccessKey,
    'X-CFF-Security-Secret-Key': credentials.securitySecretKey,
    'X-CFF-Security-Token': credentials.securityToken,
  };
  for (const [name, value] of Object.entries(named)) if (value) headers[name] = value;
  return headers;
}

/**
 * Gives requests to polling bootstraps and forwards their answers. `onFirstPoll()` is called when the bootstrap is up;
 * `onResult(requestId, kind, body, size)` gets `kind` `response` or `error`, `body` null when it was too large.
 */
class RuntimeApi {
  constructor({ onFirstPoll, onResult }) {
    this.onFirstPoll = onFirstPoll;
    this.onResult = onResult;
    this.polled = false;
    /** Requests not fetched yet; the server sends no more than the instance may run at once. */
    this.pending = [];
    this.polls = [];
    this.running = new Map();
    this.server = http.createServer((request, response) => this.serve(request, response));
    // A bootstrap may wait for its next request for hours.
    this.server.timeout = 0;
    this.server.requestTimeout = 0;
    this.server.keepAliveTimeout = 0;
  }

  /** Listens on `host:port` and calls `done(error, address)`. */
  listen(host, port, done) {
    this.server.once('error', done);
    this.server.listen(port, host, () => {
      this.server.removeListener('error', done);
      done(null, this.server.address());
    });
  }

  submit(invoke, body) {
    const job = { invoke, body };
    this.running.set(invoke.requestId, job);
    const poll = this.polls.shift();
    if (poll === undefined) this.pending.push(job);
    else this.hand(poll, job);
  }

  hand(response, job) {
    response.removeAllListeners('close');
    let delivered = false;
    response.on('finish', () => {
      delivered = true;
    });
    response.on('close', () => {
      // The bootstrap disconnected before it had the whole event: the next poll gets it.
      if (!delivered && this.running.has(job.invoke.requestId)) this.pending.unshift(job);
    });
    response.writeHead(200, invocationHeaders(job.invoke, job.body.length));
    response.end(job.body);
  }

  serve(request, response) {
    const url = request.url.split('?', 1)[0];
    if (!url.startsWith(BASE)) {
      answer(response, 404, { error_code: 'RuntimeApi.NotFound', error_msg: 'no such path' });
      return;
    }
    const rest = url.slice(BASE.length);
    if (rest === 'request' && request.method === 'GET') {
      this.poll(response);
      return;
    }
    const match = NAME.exec(rest);
    if (match === null || request.method !== 'POST') {
      answer(response, 404, { error_code: 'RuntimeApi.NotFound', error_msg: 'no such path or method' });
      return;
    }
    const [, kind, requestId] = match;
    if (!this.running.has(requestId)) {
      request.resume();
      answer(response, 404, {
        error_code: 'RuntimeApi.UnknownRequest',
        error_msg: 'no request with this id is running',
      });
      return;
    }
    readBody(request, MAX_RESULT, (body, size) => {
      // A second answer to the same request may have come first.
      if (!this.running.delete(requestId)) {
        answer(response, 404, {
          error_code: 'RuntimeApi.UnknownRequest',
          error_msg: 'the request is already answered',
        });
        return;
      }
      this.onResult(requestId, kind, body, size);
      if (body === null)
        answer(response, 413, { error_code: 'RuntimeApi.TooLarge', error_msg: `the limit is ${MAX_RESULT} bytes` });
      else answer(response, 200, { status: 'OK' });
    });
  }

  poll(response) {
    if (!this.polled) {
      this.polled = true;
      this.onFirstPoll();
    }
    const job = this.pending.shift();
    if (job !== undefined) {
      this.hand(response, job);
      return;
    }
    if (this.polls.length >= MAX_POLLS) {
      answer(response, 503, {
        error_code: 'RuntimeApi.TooManyPolls',
        error_msg: 'too many requests are waiting already',
      });
      return;
    }
    this.polls.push(response);
    response.on('close', () => {
      const at = this.polls.indexOf(response);
      if (at >= 0) this.polls.splice(at, 1);
    });
  }
}

module.exports = { RuntimeApi, MAX_RESULT };
