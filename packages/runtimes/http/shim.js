'use strict';
// Supervises an HTTP function or a container image: starts its program, waits for the server on port 8000, turns events
// into requests.
const fs = require('node:fs');
const path = require('node:path');
// The folders of all shims are siblings; link and bootstrap are shared.
const { Link } = require('../nodejs/link.js');

// When a connection breaks, the exit of the program is reported a little later and is more precise.
const EXIT_GRACE_MS = 500;
const PORT = Number(process.env.FUNCGRAPH_HTTP_PORT || 8000);
/** For a container image, and a server that names no limit: a little less than loading may take. */
const LISTEN_MS = Number(process.env.FUNCGRAPH_LISTEN_MS || 55_000);

let apig = null;
let local = null;
let child = null;
/** Undefined for a function with a `bootstrap`. */
let image;
let context = null;
let region = '';
let answered = false;
let started = 0;
let stopWaiting = () => {};
let lastStarted = '';
/** Running requests, by id; the value ends a request with a failure. */
const running = new Map();
/** Requests with a streamed answer. */
const senders = new Map();
/** Requests with a streamed body. */
const uploads = new Map();

tellStarted();
const link = new Link(process.env.FUNCGRAPH_LINK, hello, onFrame);

/** In an image this is the first program: the agent waits for its signal. */
function tellStarted() {
  const descriptor = Number(process.env.FUNCGRAPH_STARTED_FD || 0);
  if (descriptor === 0) return;
  fs.writeSync(descriptor, '.');
  fs.closeSync(descriptor);
}

function hello() {
  link.send(JSON.stringify({ type: 'hello', protocol: 1, runtime: `http on node ${process.version}` }), '');
  // Loaded before a request waits; every function needs them.
  apig = require('./apig.js');
  require('../custom/bootstrap.js');
  local = new (require('./local-server.js').LocalServer)(PORT);
}

function onFrame(header, body) {
  if (header.type === 'invoke' && answered) void invoke(header, body);
  else if (header.type === 'body') uploads.get(header.requestId)?.push(body, header.last === true);
  else if (header.type === 'credit') senders.get(header.requestId)?.grant(header.bytes);
  else if (header.type === 'cancel') senders.get(header.requestId)?.cancel();
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
  const type = code === 4001 ? 'FunctionLoadError' : 'FunctionExitError';
  link.log('', 'ERROR', prefix + text);
  link.send(JSON.stringify({ type: 'failed', phase, code }), errorPayload(prefix + text, type));
}

function init(frame) {
  started = performance.now();
  const { environment, startBootstrap, whyNotStartable } = require('../custom/bootstrap.js');
  if (frame.image !== undefined) image = new (require('../image/image-program.js').ImageProgram)(frame.image);
  const env = image === undefined ? environment(frame) : frame.env;
  const problem = image === undefined ? whyNotStartable(frame.codeRoot, env) : image.problem();
  if (problem !== null) {
    failInit('load', 4001, problem);
    return;
  }
  context = frame.context;
  region = context.region ?? '';
  try {
    process.chdir(path.dirname(frame.codeRoot));
  } catch {
    // Only the supervisor's own folder; the bootstrap starts in the code root.
  }
  const loadMs = performance.now() - started;
  const hooks = { onLine: (level, line) => link.log(lastStarted, level, line), onEnd };
  child = image === undefined ? startBootstrap(frame.codeRoot, env, hooks) : image.start(env, hooks);
  const stopLooking = local.whenListening(() => {
    stopWaiting();
    if (answered) return;
    if (image?.isEvent && frame.initializer !== undefined) void initializeImage(loadMs);
    else ready(loadMs);
  });
  const limitMs = frame.listenMs ?? LISTEN_MS;
  const timer = setTimeout(neverListened, limitMs, limitMs);
  stopWaiting = () => {
    clearTimeout(timer);
    stopLooking();
  };
}

function ready(loadMs) {
  answered = true;
  child.flush();
  const initMs = performance.now() - started - loadMs;
  link.send(JSON.stringify({ type: 'ready', loadMs: round(loadMs), initMs: round(initMs) }), '');
}

function neverListened(limitMs) {
  stopWaiting();
  child.flush();
  const found = require('./listening.js').listeningAddresses();
  const instead = found.length === 0 ? 'nor on any other port' : `the function listens on ${found.join(', ')}`;
  const words = image?.lastWords() ?? '';
  failInit('load', 4001, `nothing listens on ${local.address} after ${limitMs / 1000} s; ${instead}${words}`);
}

async function initializeImage(loadMs) {
  const { initRequest, refusalOf } = require('../image/event-form.js');
  link.send(JSON.stringify({ type: 'initializing' }), '');
  let refusal;
  try {
    refusal = refusalOf('POST /init', await local.exchange(initRequest(), platformHeaders({ requestId: '' })));
  } catch (error) {
    refusal = error.message;
    // If the program exited, its exit is the more precise reason.
    if (error.gone) await new Promise((resolve) => setTimeout(resolve, EXIT_GRACE_MS));
  }
  if (answered) return;
  child.flush();
  if (refusal === null) ready(loadMs);
  else failInit('init', 4009, refusal);
}

function round(ms) {
  return Math.round(ms * 1000) / 1000;
}

function platformHeaders({ requestId, credentials }) {
  const headers = [
    ['X-CFF-Request-Id', requestId],
    ['X-CFF-Memory', String(context.memoryMb)],
    ['X-CFF-Timeout', String(context.timeoutSeconds)],
    ['X-CFF-Func-Version', context.version],
    ['X-CFF-Func-Name', context.functionName],
    ['X-CFF-Project-Id', context.projectId],
    ['X-CFF-Package', context.package],
    ['X-CFF-Region', region],
  ];
  const secrets = [
    ['X-CFF-Auth-Token', credentials?.authToken],
    ['X-CFF-Security-Access-Key', credentials?.securityAccessKey],
    ['X-CFF-Security-Secret-Key', credentials?.securitySecretKey],
    ['X-CFF-Security-Token', credentials?.securityToken],
  ];
  for (const [name, value] of secrets) if (value) headers.push([name, value]);
  return headers;
}

async function invoke(frame, bytes) {
  const { requestId } = frame;
  const asBinary = frame.http === true;
  const asEvent = image?.isEvent === true;
  lastStarted = requestId;
  running.set(requestId, (reason) => finish(requestId, 4002, reason));
  try {
    const request = asEvent
      ? require('../image/event-form.js').invokeRequest(bytes)
      : asBinary
        ? apig.requestFromBinary(bytes)
        : apig.requestFromEvent(bytes);
    const sender = frame.stream === true && asBinary && !asEvent ? senderFor(requestId) : null;
    if (frame.bodyFollows === true) request.upload = uploadFor(frame);
    const answer = await local.exchange(request, platformHeaders(frame), sender);
    if (answer.body === null) {
      finish(requestId, 0, '');
      return;
    }
    if (asEvent) {
      const refusal = require('../image/event-form.js').refusalOf('POST /invoke', answer);
      finish(requestId, refusal === null ? 0 : 4002, refusal ?? answer.body);
      return;
    }
    const payload = asBinary ? apig.binary(answer) : apig.wrapped(answer);
    const limit = require('./local-server.js').MAX_ANSWER;
    if (!asBinary && payload.length > limit) {
      finish(requestId, 4004, `response body size ${payload.length} exceeds the limit of ${limit} (Base64 counts)`);
    } else finish(requestId, 0, payload);
  } catch (error) {
    if (error instanceof apig.NotARequest) {
      finish(requestId, 4002, `the event is not an APIG event, which an HTTP function needs: ${error.message}`);
    } else if (error.gone) setTimeout(finish, EXIT_GRACE_MS, requestId, 4002, error.message);
    else finish(requestId, error.code === 4004 ? 4004 : 4002, error.message);
  }
}

function senderFor(requestId) {
  const sender = new (require('../nodejs/chunks.js').ChunkSender)(link, requestId);
  senders.set(requestId, sender);
  return sender;
}

function uploadFor({ requestId, bodyBytes }) {
  const upload = new (require('./upload.js').Upload)(link, requestId, bodyBytes);
  uploads.set(requestId, upload);
  return upload;
}

/**
 * Answers a request once. Earlier output of the bootstrap is already readable: let this turn of the event loop read it
 * first.
 */
function finish(requestId, code, payload) {
  if (!running.delete(requestId)) return;
  senders.get(requestId)?.close();
  senders.delete(requestId);
  uploads.get(requestId)?.stop();
  uploads.delete(requestId);
  setImmediate(() => {
    child.flush();
    if (code === 0) link.result(requestId, 0, payload);
    else {
      const text = code === 4004 ? payload : `function invocation exception, error: ${payload}`;
      link.log(requestId, 'ERROR', text);
      link.result(requestId, code, code === 4004 ? text : errorPayload(text, 'HttpFunctionError'));
    }
  });
}

/** The bootstrap has exited: running requests fail with the reason, and the instance ends. */
function onEnd(reason, didStart) {
  stopWaiting();
  if (!answered) {
    const words = image?.lastWords() ?? '';
    if (!didStart) failInit('load', 4001, reason);
    failInit('init', 4009, `${reason} before its server listened on ${local.address}${words}`);
    return;
  }
  link.leave();
  for (const fail of [...running.values()]) fail(reason);
  // After the answers, which wait for the end of this turn.
  setImmediate(() => link.end(() => process.exit(1)));
}
