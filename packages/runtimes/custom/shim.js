'use strict';
// Supervises a function that brings its own `bootstrap`: serves the runtime API and reports to the server.
const path = require('node:path');
// The folders of all shims are siblings; the link is shared.
const { Link } = require('../nodejs/link.js');

let api = null;
let child = null;
let current = '';
let answered = false;
let started = 0;

const link = new Link(process.env.FUNCGRAPH_LINK, hello, onFrame);

function hello() {
  link.send(JSON.stringify({ type: 'hello', protocol: 1, runtime: `custom on node ${process.version}` }), '');
  // Loaded before a request waits; every function needs them.
  require('./runtime-api.js');
  require('./bootstrap.js');
}

function onFrame(header, body) {
  if (header.type === 'invoke' && answered) {
    current = header.requestId;
    api.submit(header, body);
  } else if (header.type === 'init' && started === 0) init(header);
  else process.exit(70);
}

function errorPayload(prefix, type, text) {
  return JSON.stringify({ errorMessage: prefix + text, errorType: type }, null, 4);
}

function failInit(phase, code, text) {
  if (answered) return;
  answered = true;
  const prefix = code === 4001 ? 'function entry exception, error: ' : 'function initialization exception, error: ';
  const type = code === 4001 ? 'FunctionLoadError' : 'FunctionExitError';
  link.log('', 'ERROR', prefix + text);
  link.send(JSON.stringify({ type: 'failed', phase, code }), errorPayload(prefix, type, text));
}

function init(frame) {
  started = performance.now();
  const { RuntimeApi } = require('./runtime-api.js');
  const { environment, startBootstrap, whyNotStartable } = require('./bootstrap.js');
  const env = environment(frame);
  const problem = whyNotStartable(frame.codeRoot, env);
  if (problem !== null) {
    failInit('load', 4001, problem);
    return;
  }
  const [host, port] = (env.RUNTIME_API_ADDR || '127.0.0.1:0').split(':');
  api = new RuntimeApi({ onFirstPoll, onResult });
  api.listen(host, Number(port), (error, address) => {
    if (error) {
      failInit('load', 4001, `the runtime API cannot listen on ${host}:${port}: ${error.message}`);
      return;
    }
    env.RUNTIME_API_ADDR = `${address.address}:${address.port}`;
    const loadMs = performance.now() - started;
    started = performance.now();
    onFirstPoll.loadMs = loadMs;
    try {
      process.chdir(path.dirname(frame.codeRoot));
    } catch {
      // Only the supervisor's own folder; the bootstrap starts in the code root.
    }
    child = startBootstrap(frame.codeRoot, env, { onLine: (level, line) => link.log(current, level, line), onEnd });
  });
}

/** The first poll shows that the bootstrap has initialised itself. */
function onFirstPoll() {
  if (answered) return;
  answered = true;
  const initMs = performance.now() - started;
  child.flush();
  link.send(JSON.stringify({ type: 'ready', loadMs: round(onFirstPoll.loadMs), initMs: round(initMs) }), '');
}

function round(ms) {
  return Math.round(ms * 1000) / 1000;
}

/** Output written before the answer is already readable: let this turn of the event loop read it first. */
function onResult(requestId, kind, body, size) {
  setImmediate(report, requestId, kind, body, size);
}

function report(requestId, kind, body, size) {
  child.flush();
  if (body === null) {
    const text = `response body size ${size} exceeds the limit of 6291456`;
    link.log(requestId, 'ERROR', text);
    link.result(requestId, 4004, text);
  } else if (kind === 'response') link.result(requestId, 0, body);
  else {
    link.log(requestId, 'ERROR', body.toString('utf8'));
    link.result(requestId, 4002, body);
  }
}

/** The bootstrap has exited: running requests fail with the reason, and the instance ends. */
function onEnd(reason, didStart) {
  if (!answered) {
    if (didStart) failInit('init', 4009, `${reason} before it asked for a request`);
    else failInit('load', 4001, reason);
    return;
  }
  link.leave();
  const prefix = 'function invocation exception, error: ';
  for (const requestId of api.running.keys()) {
    link.log(requestId, 'ERROR', prefix + reason);
    link.result(requestId, 4002, errorPayload(prefix, 'FunctionExitError', reason));
  }
  link.end(() => process.exit(1));
}
