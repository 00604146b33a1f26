'use strict';
// Receives the streamed answers of a Go function: `POST http://<X-Stream-Addr>/v1/stream/<X-Stream-Run-Id>` with the
// header `X-Stream-Token`, the body being the answer. The token protects the port against other code in the instance.
const http = require('node:http');
const { timingSafeEqual } = require('node:crypto');
const { sendAll } = require('../nodejs/chunks.js');

const PATH = /^\/v1\/stream\/([\w-]{1,128})$/;
const NOT_PASSED_ON = new Set([
  'content-length',
  'connection',
  'transfer-encoding',
  'host',
  'user-agent',
  'te',
  'expect',
]);
const MAX_HEADERS = 200;

function answer(response, status, text) {
  const body = JSON.stringify({ error_msg: text });
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** `X-Stream-Status` and every `X-Stream-Header-<name>` of the request make the head of the answer. */
function headOf(request) {
  const head = { headers: [] };
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length && head.headers.length < MAX_HEADERS; at += 2) {
    const named = /^x-stream-header-(.+)$/i.exec(rawHeaders[at]);
    if (named !== null && !NOT_PASSED_ON.has(named[1].toLowerCase())) head.headers.push([named[1], rawHeaders[at + 1]]);
  }
  const type = request.headers['content-type'];
  if (type !== undefined) head.headers.push(['Content-Type', type]);
  const status = Number(request.headers['x-stream-status']);
  if (Number.isInteger(status) && status > 0) head.statusCode = status;
  return head;
}

function sameText(a, b) {
  const [left, right] = [Buffer.from(String(a)), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Passes the bodies of such requests to the senders of their invocations. Each is accepted once. */
class StreamServer {
  constructor() {
    /** By run id: `{ token, sender, taken, onEnd }`. */
    this.runs = new Map();
    this.address = '';
    this.server = http.createServer((request, response) => this.serve(request, response));
    this.server.timeout = 0;
    this.server.requestTimeout = 0;
  }

  /** Listens on a free port of `host`; `done(error)`. */
  listen(host, done) {
    this.server.once('error', done);
    this.server.listen(0, host, () => {
      this.server.removeListener('error', done);
      this.address = `${host}:${this.server.address().port}`;
      done(null);
    });
  }

  open(runId, token, sender) {
    this.runs.set(runId, { token, sender, taken: false, reading: false, onEnd: null });
  }

  /** Calls `done` when the body in transit has been read; at once without one. */
  whenRead(runId, done) {
    const run = this.runs.get(runId);
    if (run?.reading) run.onEnd = done;
    else done();
  }

  close(runId) {
    const run = this.runs.get(runId);
    this.runs.delete(runId);
    run?.sender.close();
  }

  serve(request, response) {
    const run = this.runs.get(PATH.exec(request.url)?.[1] ?? '');
    if (request.method !== 'POST' || run === undefined || !sameText(request.headers['x-stream-token'], run.token)) {
      request.resume();
      answer(response, 404, 'no stream with this id and token is open');
      return;
    }
    if (run.taken) {
      request.resume();
      answer(response, 409, 'the answer is being sent already');
      return;
    }
    run.taken = true;
    run.reading = true;
    const { sender } = run;
    const end = () => {
      run.reading = false;
      run.onEnd?.();
    };
    sender.setHead(headOf(request));
    sender.onCancel = () => {
      end();
      request.destroy();
    };
    sender.begin();
    sendAll(request, sender, () => {
      end();
      response.writeHead(204).end();
    });
    request.on('error', end);
    // one that was read to its end closes too, perhaps before all of it is sent
    request.on('close', () => {
      if (!request.readableEnded) end();
    });
  }
}

module.exports = { StreamServer };
