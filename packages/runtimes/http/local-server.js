'use strict';
// The function's own HTTP server: waiting for it, and one exchange with it.
const http = require('node:http');
const net = require('node:net');
const { passedOn } = require('./apig.js');

const HOST = '127.0.0.1';
const POLL_MS = 10;
const MAX_ANSWER = 6 * 1024 * 1024;
const MAX_ANSWER_HEAD = 32 * 1024;
// A connection that was idle for longer may be half closed already, unnoticed while the instance was frozen.
const MAX_IDLE_MS = 1000;
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** The reason for a missing answer. `gone`: the connection broke, as it does when the program dies. */
class ExchangeFailed extends Error {
  constructor(code, message, gone) {
    super(message);
    this.code = code;
    this.gone = gone;
  }
}

class LocalServer {
  constructor(port) {
    this.port = port;
    this.address = `${HOST}:${port}`;
    this.lastUse = 0;
    this.active = 0;
    this.renew();
  }

  renew() {
    this.agent?.destroy();
    this.uploads?.destroy();
    // Node's own servers close after 5 s; the agent honours their Keep-Alive header besides.
    this.agent = new http.Agent({ keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' });
    // A streamed body is not stored and cannot be sent twice: such requests get a fresh connection. It is still
    // keep-alive, so that a server that answers early reads the rest; with `close` it would reset the connection.
    this.uploads = new http.Agent({ keepAlive: true });
    this.uploads.keepSocketAlive = () => false;
  }

  /** Calls `done` once the server accepts connections. Returns what ends the waiting. */
  whenListening(done) {
    let timer = null;
    let stopped = false;
    const attempt = () => {
      const socket = net.connect(this.port, HOST);
      socket.once('connect', () => {
        socket.destroy();
        if (!stopped) done();
      });
      socket.once('error', () => {
        socket.destroy();
        if (!stopped) timer = setTimeout(attempt, POLL_MS);
      });
    };
    attempt();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  /**
   * Sends one request; resolves with `{ statusCode, headers: [[name, value]], body }`, rejects with `ExchangeFailed`.
   * With a `sender`, head and body are forwarded to it as they arrive, and the resolved body is null. With an `upload`,
   * the body comes from it.
   */
  async exchange(request, extraHeaders, sender = null, fresh = false) {
    const now = performance.now();
    if (this.active === 0 && now - this.lastUse > MAX_IDLE_MS) this.renew();
    this.active += 1;
    try {
      const agent = request.upload === undefined ? this.agent : this.uploads;
      return await this.once(request, extraHeaders, sender, fresh ? false : agent);
    } catch (error) {
      // The server closed an idle connection just when it was reused: the request was not started, or may be repeated
      // safely.
      if (!fresh && error.reused && REPEATABLE.has(request.method))
        return await this.exchange(request, extraHeaders, sender, true);
      throw error;
    } finally {
      this.active -= 1;
      this.lastUse = performance.now();
    }
  }

  once({ method, url, headers, body, upload }, extraHeaders, sender, agent) {
    return new Promise((resolve, reject) => {
      const flat = [];
      for (const [name, value] of headers) flat.push(name, value);
      for (const [name, value] of extraHeaders) flat.push(name, value);
      if (!headers.some(([name]) => name.toLowerCase() === 'host')) flat.push('Host', this.address);
      if (upload !== undefined) flat.push(...upload.framing);
      else if (body.length > 0 || !['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method)) {
        flat.push('Content-Length', String(body.length));
      }
      let sent;
      try {
        sent = http.request({
          host: HOST,
          port: this.port,
          method,
          path: url,
          headers: flat,
          agent,
          maxHeaderSize: MAX_ANSWER_HEAD,
        });
      } catch (error) {
        reject(new ExchangeFailed(4002, `the event is not a valid HTTP request: ${error.message}`, false));
        return;
      }
      const fail = (error) => {
        const invalid = typeof error.code === 'string' && error.code.startsWith('HPE_');
        const why = invalid
          ? `the server on ${this.address} did not answer with valid HTTP/1.1: ${error.message}`
          : `the server on ${this.address} gave no complete answer: ${error.message}`;
        const failed = new ExchangeFailed(4002, why, !invalid);
        failed.reused = sent.reusedSocket === true && error.code === 'ECONNRESET' && sent.res == null;
        reject(failed);
      };
      sent.on('error', fail);
      sent.on('upgrade', (_response, socket) => {
        socket.destroy();
        reject(new ExchangeFailed(4002, 'the function switched protocols (WebSocket), which is not supported', false));
      });
      sent.on('response', (response) => {
        response.on('error', fail);
        const head = { statusCode: response.statusCode, headers: keptHeaders(method, response) };
        if (sender === null) collect(response, head, { resolve, reject, sent });
        else pass(response, head, { resolve, sender });
      });
      if (sender !== null) sender.onCancel = () => sent.destroy(new Error('the caller is gone'));
      if (upload === undefined) sent.end(body);
      else upload.start(sent);
    });
  }
}

function keptHeaders(method, response) {
  const pairs = [];
  for (let at = 0; at < response.rawHeaders.length; at += 2) {
    pairs.push([response.rawHeaders[at], response.rawHeaders[at + 1]]);
  }
  // The length of a HEAD answer is not that of the received body.
  const kept = passedOn(pairs);
  const length = response.headers['content-length'];
  if (method === 'HEAD' && length !== undefined) kept.push(['Content-Length', length]);
  return kept;
}

function collect(response, head, { resolve, reject, sent }) {
  const chunks = [];
  let size = 0;
  response.on('data', (chunk) => {
    size += chunk.length;
    if (size <= MAX_ANSWER) chunks.push(chunk);
    else {
      reject(new ExchangeFailed(4004, `response body exceeds the limit of ${MAX_ANSWER}`, false));
      sent.destroy();
    }
  });
  response.on('end', () => resolve({ ...head, body: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks) }));
}

function pass(response, head, { resolve, sender }) {
  sender.setHead(head);
  sender.begin();
  require('../nodejs/chunks.js').sendAll(response, sender, () => resolve({ ...head, body: null }));
}

module.exports = { LocalServer, ExchangeFailed, MAX_ANSWER };
