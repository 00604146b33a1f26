'use strict';
// Starts the function's own program and splits its output into lines.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { StringDecoder } = require('node:string_decoder');
const { withMissingRuntime } = require('./missing-runtime.js');
const { whyNotStarted } = require('./program-file.js');

const MAX_LINE = 90 * 1024;
const PARTIAL_WAIT_MS = 200;
/** Search path for programs when PATH is not set. */
const DEFAULT_PATH = '/usr/bin:/bin';

/** The reason why `bootstrap` in `codeRoot` cannot be started with the variables `env`, or null. */
function whyNotStartable(codeRoot, env) {
  const file = path.join(codeRoot, 'bootstrap');
  let found;
  try {
    found = fs.statSync(file);
  } catch {
    return "the code package has no file 'bootstrap' at its top";
  }
  if (!found.isFile()) return "'bootstrap' in the code package is not a file";
  try {
    fs.accessSync(file, fs.constants.X_OK);
  } catch {
    return "'bootstrap' is not executable: set its mode to 755 before packing it";
  }
  const problem = whyNotStarted(file, env.PATH || DEFAULT_PATH);
  return problem === null ? null : `'bootstrap' ${problem}`;
}

/** Calls `emit(line)` for each line of `stream`; an unfinished one after a moment, at 90 KiB, or at the end. */
function eachLine(stream, emit) {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let timer = null;
  const flush = () => {
    clearTimeout(timer);
    timer = null;
    if (pending !== '') emit(pending);
    pending = '';
  };
  stream.on('data', (chunk) => {
    const lines = (pending + decoder.write(chunk)).split('\n');
    pending = lines.pop();
    for (const line of lines) if (line !== '') emit(line);
    if (pending.length >= MAX_LINE) flush();
    else if (pending !== '' && timer === null) timer = setTimeout(flush, PARTIAL_WAIT_MS).unref();
  });
  stream.on('end', () => {
    pending += decoder.end();
    flush();
  });
  return flush;
}

/**
 * Runs the program `file`; messages call it `name`, and `loader` is the loader that it may need. `onLine(level, line)`
 * gets its output, `onEnd(reason, started)` is called once, after the last line, with a sentence about how it ended.
 */
function startProgram(
  { file, args = [], name, cwd, env, loader = 'the interpreter in its first line' },
  { onLine, onEnd },
) {
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const flushes = [
    eachLine(child.stdout, (line) => onLine('INFO', line)),
    eachLine(child.stderr, (line) => onLine('ERROR', line)),
  ];
  const flush = () => {
    for (const each of flushes) each();
  };
  let ended = false;
  const end = (reason, started) => {
    if (ended) return;
    ended = true;
    flush();
    onEnd(reason, started);
  };
  child.on('error', (error) => {
    const why =
      error.code === 'ENOEXEC'
        ? 'it is neither a program for this machine nor starts with #!'
        : error.code === 'ENOENT'
          ? `${loader} does not exist`
          : error.message;
    end(`${name} cannot be started: ${why}`, false);
  });
  child.on('exit', (code, signal) => {
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    // Its last output is still in the pipes; a child process may hold them open forever.
    const timer = setTimeout(() => end(`${name} ${how}`, true), PARTIAL_WAIT_MS);
    child.on('close', () => {
      clearTimeout(timer);
      end(`${name} ${how}`, true);
    });
  });
  return { kill: (signal) => child.kill(signal), flush };
}

function startBootstrap(codeRoot, env, handlers) {
  const file = path.join(codeRoot, 'bootstrap');
  const onEnd = (reason, started) => handlers.onEnd(withMissingRuntime(reason, file), started);
  return startProgram({ file, name: 'bootstrap', cwd: codeRoot, env }, { onLine: handlers.onLine, onEnd });
}

/**
 * The environment of a bootstrap: the function's variables over the sandbox's, without those of the link to the server.
 */
function environment(frame) {
  const env = { ...process.env };
  for (const key of Object.keys(env)) if (key.startsWith('FUNCGRAPH_')) delete env[key];
  Object.assign(env, frame.env);
  const inherited = process.env.LD_LIBRARY_PATH;
  if (inherited && frame.env.LD_LIBRARY_PATH) env.LD_LIBRARY_PATH = `${inherited}:${frame.env.LD_LIBRARY_PATH}`;
  return env;
}

module.exports = { environment, startBootstrap, startProgram, whyNotStartable };
