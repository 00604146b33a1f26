'use strict';
// Supervises a Go function: starts the program that the handler names and calls it through net/rpc.
const net = require('node:net');
const path = require('node:path');
// The folders of all shims are siblings; the link and the start of a program are shared.
const { Lane } = require('../nodejs/lane.js');
const { Link } = require('../nodejs/link.js');

const HOST = '127.0.0.1';
const LOADER = 'the C library that it was linked with (CGO_ENABLED=0 builds without one)';
/** Pauses between checks whether the program listens: a Go program is up within a few milliseconds. */
const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 20;
/** When a connection breaks, the exit of the program is reported a little later and is more precise. */
const EXIT_GRACE_MS = 500;

let lines = null;
let child = null;
let rpc = null;
let lane = null;
let context = null;
let name = '';
let answered = false;
let started = 0;
let loadMs = 0;
let port = 0;
/** The reason why the connection ended, until the exit of the program is reported. */
let broken = null;
/** Made for the first request that may stream. */
let streams = null;

const link = new Link(process.env.FUNCGRAPH_LINK, hello, onFrame);

function hello() {
  link.send(JSON.stringify({ type: 'hello', protocol: 1, runtime: `go on node ${process.version}` }), '');
  // Loaded before a request waits; every function needs them.
  require('../custom/bootstrap.js');
  require('./executable.js');
  require('./invocation.js');
  require('./rpc-client.js');
  lines = new (require('./log-lines.js').LogLines)();
}

function onFrame(header, body) {
  if (header.type === 'invoke' && answered) lane.add(header, body);
  else if (header.type === 'recall' && answered) lane.giveBack();
  else if (header.type === 'credit') streams?.runs.get(header.requestId)?.sender.grant(header.bytes);
  else if (header.type === 'cancel') streams?.runs.get(header.requestId)?.sender.cancel();
  else if (header.type === 'init' && started === 0) init(header);
  else process.exit(70);
}

function errorPayload(text, type) {
  return JSON.stringify({ errorMessage: text, errorType: type }, null, 4);
}

function failInit(phase, code, text) {
  if (answered) return;
  answered = true;
  const prefix = code === 4001 ? 'function entry exception, error: ' : 'function initialization exception, error: ';
  const type = phase === 'load' ? 'FunctionLoadError' : 'FunctionExitError';
  link.log('', 'ERROR', prefix + text);
  link.send(JSON.stringify({ type: 'failed', phase, code }), errorPayload(prefix + text, type));
}

function init(frame) {
  started = performance.now();
  if (frame.initializer) {
    failInit('init', 4009, 'Go programs have no initializer: do its work in main, before runtime.Register');
    return;
  }
  const { environment, startProgram } = require('../custom/bootstrap.js');
  const { file, problem } = require('./executable.js').findExecutable(frame.codeRoot, frame.handler);
  if (problem !== undefined) {
    failInit('load', 4001, problem);
    return;
  }
  ({ context } = frame);
  lane = new Lane(frame.concurrency ?? 1, link, invoke);
  name = `the program '${frame.handler}'`;
  withFreePort((error) => {
    if (error !== null) {
      failInit('load', 4001, `no port is free for the program: ${error.message}`);
      return;
    }
    const env = { ...environment(frame), RUNTIME_API_ADDR: `${HOST}:${port}`, RUNTIME_ALIAS: context.alias ?? '' };
    loadMs = performance.now() - started;
    const cwd = path.dirname(frame.codeRoot);
    child = startProgram({ file, name, cwd, env, loader: LOADER }, { onLine, onEnd });
    connect(FIRST_LOOK_MS);
  });
}

/** The program listens on any given port; the kernel picks a free one. */
function withFreePort(done) {
  const probe = net.createServer();
  probe.once('error', done);
  probe.listen(0, HOST, () => {
    ({ port } = probe.address());
    probe.close(() => done(null));
  });
}

/** Tries until the program listens; the server limits how long that may take. */
function connect(waitMs) {
  if (child === null) return;
  const { RpcClient } = require('./rpc-client.js');
  const client = new RpcClient(onBroken);
  client.connect(HOST, port, (error) => {
    if (child === null) return;
    if (error !== null && error.code === 'ECONNREFUSED') {
      setTimeout(connect, waitMs, Math.min(waitMs * 2, LAST_LOOK_MS));
      return;
    }
    if (error !== null) {
      child.kill('SIGKILL');
      failInit('init', 4009, `${name} listens, but ${error.message}: does its main call runtime.Register?`);
      return;
    }
    rpc = client;
    rpc.healthCheck((refusal) => {
      if (refusal === null) ready();
      else failInit('init', 4009, `${name} refused its health check: ${refusal}`);
    });
  });
}

function ready() {
  if (answered) return;
  answered = true;
  child.flush();
  const initMs = performance.now() - started - loadMs;
  link.send(JSON.stringify({ type: 'ready', loadMs: round(loadMs), initMs: round(initMs), pipeline: true }), '');
}

function round(ms) {
  return Math.round(ms * 1000) / 1000;
}

function onLine(level, line) {
  const [requestId, text] = lines.attribute(line);
  link.log(requestId, level, text);
}

function invoke(frame, body) {
  // The server sends requests that have not begun to another instance.
  if (child === null) return;
  const { requestId } = frame;
  const { invocationHeaders } = require('./invocation.js');
  lines.begin(requestId);
  if (frame.stream === true) {
    withStreams((more) => call(requestId, body, [...invocationHeaders(frame, context), ...more(requestId)], true));
  } else call(requestId, body, invocationHeaders(frame, context), false);
}

function call(requestId, body, headers, streamed) {
  const { answerOf } = require('./invocation.js');
  if (rpc.ended) return;
  rpc.invoke(body, headers, (error, reply) => {
    const answer = answerOf(error, reply);
    // Output written before the answer is already readable: let this turn of the event loop read it first.
    if (!streamed) setImmediate(finish, requestId, answer);
    else streams.whenRead(requestId, () => setImmediate(finish, requestId, answer));
  });
}

/** Calls `done` with the stream headers of a request that may stream. */
function withStreams(done) {
  const { randomUUID } = require('node:crypto');
  const { ChunkSender } = require('../nodejs/chunks.js');
  const more = (requestId) => {
    const token = randomUUID();
    streams.open(requestId, token, new ChunkSender(link, requestId));
    return [
      ['X-Stream-Enable', 'true'],
      ['X-Stream-Run-Id', requestId],
      ['X-Stream-Token', token],
      ['X-Stream-Addr', streams.address],
    ];
  };
  if (streams !== null && streams.address !== '') {
    done(more);
    return;
  }
  if (streams !== null) {
    streams.server.once('listening', () => setImmediate(done, more));
    return;
  }
  streams = new (require('./stream-server.js').StreamServer)();
  streams.listen(HOST, (error) => {
    // Without a port the function returns a whole answer, which is always allowed.
    done(error === null ? more : () => []);
  });
}

function finish(requestId, { code, payload, log }) {
  if (!lines.running.has(requestId)) return;
  child?.flush();
  lines.end(requestId);
  const begun = streams?.runs.get(requestId)?.sender.begun === true;
  streams?.close(requestId);
  if (log !== '') link.log(requestId, 'ERROR', log);
  link.result(requestId, code, begun && code === 0 ? '' : payload);
  lane.ended(false);
}

/** The connection ended. Without it the program is useless. */
function onBroken(reason) {
  broken = `${name} ${reason}`;
  setTimeout(() => child?.kill('SIGKILL'), EXIT_GRACE_MS).unref();
}

/** The program has exited: running requests fail with the reason, and the instance ends. */
function onEnd(exit, didStart) {
  child = null;
  // Killed because of a broken connection: its exit code is meaningless.
  const reason = broken !== null && exit.endsWith('by SIGKILL') ? broken : exit;
  if (!answered && !didStart) failInit('load', 4001, reason);
  if (!answered) {
    failInit('init', 4009, `${reason} before it listened on ${HOST}:${port}, as RUNTIME_API_ADDR says`);
    return;
  }
  link.leave();
  const text = `function invocation exception, error: ${reason}`;
  for (const requestId of [...lines.running]) {
    finish(requestId, { code: 4002, payload: errorPayload(text, 'FunctionExitError'), log: text });
  }
  link.end(() => process.exit(1));
}
