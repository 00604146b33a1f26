'use strict';
// Runs one Node.js function: connects to the server, loads the code at `init`, then answers requests.
const fs = require('fs');
const path = require('path');
const Link = require('./link.js').Link;
const capture = require('./output.js').capture;
const Context = require('./context.js').Context;
const failure = require('./failure.js');
const loading = require('./load.js');
const requesting = require('./requests.js');

const exit = process.exit.bind(process);
const clock = process.hrtime;
const stringify = JSON.stringify;

let requests = null;
let userFrames = failure.makeTrimmer([]);
let initStarted = false;
// Settles the answer to `init` when user code throws outside of an awaited call.
let failInit = null;

const output = capture((level, text) => link.log(requests === null ? '' : requests.current, level, text));
const link = new Link(process.env.FUNCGRAPH_LINK, hello, onFrame);

function hello() {
  if (process.env.FUNCGRAPH_REHEARSE && loading.awaitsPromises) require('./rehearse.js').rehearse(sayHello);
  else sayHello();
}

function sayHello() {
  link.send(stringify({ type: 'hello', protocol: 1, runtime: 'node ' + process.version }), '');
}

function onFrame(header, body) {
  if (header.type === 'invoke' && requests !== null) requests.start(header, body);
  else if ((header.type === 'credit' || header.type === 'cancel') && requests !== null) requests.onStream(header);
  else if (header.type === 'recall' && requests !== null) requests.recall();
  else if (header.type === 'init' && !initStarted) init(header);
  else exit(70);
}

function millisecondsSince(start) {
  const passed = clock(start);
  return Math.round((passed[0] * 1e3 + passed[1] / 1e6) * 1000) / 1000;
}

function enterEnvironment(frame) {
  const inherited = process.env.LD_LIBRARY_PATH;
  Object.keys(process.env).forEach((key) => {
    if (key.indexOf('FUNCGRAPH_') === 0) delete process.env[key];
  });
  Object.keys(frame.env).forEach((key) => {
    process.env[key] = frame.env[key];
  });
  if (inherited && frame.env.LD_LIBRARY_PATH) process.env.LD_LIBRARY_PATH = inherited + ':' + frame.env.LD_LIBRARY_PATH;
  if (frame.env.NODE_PATH) require('module')._initPaths();
  try {
    // The code may have been attached after this process started: take the folder anew.
    process.chdir(path.dirname(frame.codeRoot));
  } catch (error) {
    link.log('', 'WARN', 'cannot enter the working directory: ' + error.message);
  }
}

function realPath(name) {
  try {
    return fs.realpathSync(name);
  } catch (_error) {
    return name;
  }
}

function init(frame) {
  initStarted = true;
  enterEnvironment(frame);
  const roots = [frame.codeRoot];
  const real = realPath(frame.codeRoot);
  if (real !== frame.codeRoot) roots.unshift(real);
  userFrames = failure.makeTrimmer(roots);
  if (frame.debug) {
    const fault = require('./debug.js').open(frame.debug);
    if (fault) link.log('', 'WARN', fault);
  }
  const started = clock();
  let answered = false;
  let loadMs = 0;
  const fail = (phase, code, error, what) => {
    if (answered) return;
    answered = true;
    // A load or configuration error of the contract has its own, empty stack.
    const reported = failure.describe(code, error, userFrames, !isConfigError(error));
    output.flush();
    const log = what === undefined ? reported.log : failure.describeStray(what, reported, error);
    link.log('', 'ERROR', isConfigError(error) && error.hint ? log + '\n' + error.hint : log);
    link.send(stringify({ type: 'failed', phase: phase, code: code }), reported.payload);
  };
  const ready = (handler) => {
    if (answered) return;
    answered = true;
    failInit = null;
    output.flush();
    requests = new requesting.Requests({
      link: link,
      flush: output.flush,
      handler: handler,
      fixed: frame.context,
      awaitsPromises: loading.awaitsPromises,
      userFrames: userFrames,
      concurrency: frame.concurrency || 1,
    });
    const initMs = frame.initializer ? Math.max(0, millisecondsSince(started) - loadMs) : 0;
    link.send(stringify({ type: 'ready', loadMs: loadMs, initMs: initMs, pipeline: true }), '');
  };
  const loaded = (handler) => {
    if (loadMs === 0) loadMs = millisecondsSince(started);
    ready(handler);
  };
  const loadHandler = (after) =>
    loading.loadHandler(real, frame.handler).then(after, (error) => fail('load', 4001, error));
  failInit = (error, what) => fail('load', 4001, error, what);
  if (!frame.initializer) {
    loadHandler(loaded);
    return;
  }
  loading.loadInitializer(real, frame.initializer).then(
    (initializer) => {
      loadMs = millisecondsSince(started);
      failInit = (error, what) => fail('init', 4009, error, what);
      link.send(stringify({ type: 'initializing' }), '');
      runInitializer(frame, initializer, () => loadHandler(ready), failInit);
    },
    // Code that does not load is not an error of the initializer.
    (error) => fail(error && error.name === 'FunctionConfigError' ? 'init' : 'load', 4009, error)
  );
}

function isConfigError(error) {
  return error instanceof Error && error.stack === '';
}

function runInitializer(frame, initializer, done, fail) {
  const context = new Context(frame.context, null, (requestId, level, text) => link.log(requestId, level, text));
  let returned;
  try {
    returned = initializer(context, (error) => {
      if (error) fail(error);
      else done();
    });
  } catch (error) {
    fail(error);
    return;
  }
  if (loading.awaitsPromises && requesting.isPromise(returned)) requesting.settle(returned, done, fail);
}

function logStray(what, error) {
  const reported = failure.describe(4002, error, userFrames, true);
  link.log(requests === null ? '' : requests.current, 'ERROR', failure.describeStray(what, reported, error));
}

function stray(what, error) {
  if (requests !== null) requests.stray(what, error);
  else if (failInit !== null) failInit(error, what);
  else logStray(what, error);
}

process.on('uncaughtException', (error) => stray('uncaught exception', error));
process.on('unhandledRejection', (reason) => {
  const what = 'unhandled promise rejection';
  // Before Node 15 a forgotten rejection was a warning, after it an uncaught exception; functions rely on either.
  if (loading.major >= 15) stray(what, reason);
  else logStray(what, reason);
});
process.on('exit', output.flush);
