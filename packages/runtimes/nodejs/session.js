'use strict';
// What the server asks of one function: the code is loaded at `init`, then requests are answered.
const fs = require('fs');
const path = require('path');
const Context = require('./context.js').Context;
const failure = require('./failure.js');
const loading = require('./load.js');
const requesting = require('./requests.js');

const exit = process.exit.bind(process);
const clock = process.hrtime;
const stringify = JSON.stringify;

function millisecondsSince(start) {
  const passed = clock(start);
  return Math.round((passed[0] * 1e3 + passed[1] / 1e6) * 1000) / 1000;
}

function enterEnvironment(frame, link) {
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

function isConfigError(error) {
  return error instanceof Error && error.stack === '';
}

function runInitializer(frame, link, initializer, done, fail) {
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

class Session {
  /** `flush` ends unfinished lines of output. */
  constructor(link, flush) {
    this.link = link;
    this.flush = flush;
    this.requests = null;
    this.userFrames = failure.makeTrimmer([]);
    this.initStarted = false;
    // Settles the answer to `init` when user code throws outside of an awaited call.
    this.failInit = null;
  }

  /** The request that output belongs to. */
  get current() {
    return this.requests === null ? '' : this.requests.current;
  }

  onFrame(header, body) {
    const requests = this.requests;
    if (header.type === 'invoke' && requests !== null) requests.start(header, body);
    else if ((header.type === 'credit' || header.type === 'cancel') && requests !== null) requests.onStream(header);
    else if (header.type === 'recall' && requests !== null) requests.recall();
    else if (header.type === 'init' && !this.initStarted) this.init(header);
    else exit(70);
  }

  init(frame) {
    const link = this.link;
    const flush = this.flush;
    this.initStarted = true;
    enterEnvironment(frame, link);
    const roots = [frame.codeRoot];
    const real = realPath(frame.codeRoot);
    if (real !== frame.codeRoot) roots.unshift(real);
    const userFrames = failure.makeTrimmer(roots);
    this.userFrames = userFrames;
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
      flush();
      const log = what === undefined ? reported.log : failure.describeStray(what, reported, error);
      link.log('', 'ERROR', isConfigError(error) && error.hint ? log + '\n' + error.hint : log);
      link.send(stringify({ type: 'failed', phase: phase, code: code }), reported.payload);
    };
    const ready = (handler) => {
      if (answered) return;
      answered = true;
      this.failInit = null;
      flush();
      this.requests = new requesting.Requests({
        link: link,
        flush: flush,
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
    this.failInit = (error, what) => fail('load', 4001, error, what);
    if (!frame.initializer) {
      loadHandler(loaded);
      return;
    }
    loading.loadInitializer(real, frame.initializer).then(
      (initializer) => {
        loadMs = millisecondsSince(started);
        this.failInit = (error, what) => fail('init', 4009, error, what);
        link.send(stringify({ type: 'initializing' }), '');
        runInitializer(frame, link, initializer, () => loadHandler(ready), this.failInit);
      },
      // Code that does not load is not an error of the initializer.
      (error) => fail(error && error.name === 'FunctionConfigError' ? 'init' : 'load', 4009, error)
    );
  }

  logStray(what, error) {
    const reported = failure.describe(4002, error, this.userFrames, true);
    this.link.log(this.current, 'ERROR', failure.describeStray(what, reported, error));
  }

  /** Code of the user threw, or rejected, outside of an awaited call; `what` says how. */
  stray(what, error) {
    if (this.requests !== null) this.requests.stray(what, error);
    else if (this.failInit !== null) this.failInit(error, what);
    else this.logStray(what, error);
  }
}

module.exports = { Session: Session };
