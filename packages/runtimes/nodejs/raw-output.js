'use strict';
// Output to the descriptors 1 and 2 that bypasses `process.stdout` and `process.stderr`. Writes through `fs` become
// messages like those of the streams; for writes of child processes and native code, `wasWritten` reports that there
// may be some.
const fs = require('fs');

const fstat = fs.fstatSync;
const now = Date.now;
// The clock of the kernel's time stamps is coarser than ours.
const TICK_MS = 20;
const UNSEEN = /^NativeModule (?:child_process|cluster|worker_threads)$/;

let mayWriteUnseen = false;
/** How many of the built-in modules were looked at: the list grows as they are loaded. */
let seenModules = 0;
const last = [changed(1), changed(2)];

function changed(fd) {
  try {
    return fstat(fd).mtime.getTime();
  } catch (_error) {
    return 0;
  }
}

/** The check is a system call, so it starts only when the function has a way to write directly. */
function canWriteUnseen() {
  if (mayWriteUnseen) return true;
  const modules = process.moduleLoadList;
  if (modules === undefined) return true;
  for (; seenModules < modules.length; seenModules++) if (UNSEEN.test(modules[seenModules])) mayWriteUnseen = true;
  return mayWriteUnseen;
}

/** Whether something may have been written unseen since the last call. */
function wasWritten() {
  if (!canWriteUnseen()) return false;
  let written = false;
  for (let i = 0; i < last.length; i++) {
    const time = changed(i + 1);
    if (time !== last[i] || time > now() - TICK_MS) written = true;
    last[i] = time;
  }
  return written;
}

function bytesOf(data, options) {
  if (typeof data !== 'string') {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (typeof options[0] === 'object' && options[0] !== null) {
      const from = options[0].offset || 0;
      return bytes.slice(from, options[0].length === undefined ? bytes.length : from + options[0].length);
    }
    const offset = typeof options[0] === 'number' ? options[0] : 0;
    return bytes.slice(offset, typeof options[1] === 'number' ? offset + options[1] : bytes.length);
  }
  return Buffer.from(data, typeof options[1] === 'string' ? options[1] : 'utf8');
}

function isData(data) {
  return typeof data === 'string' || data instanceof Uint8Array;
}

/** `streams` by descriptor take what the function writes to the descriptor itself. */
function capture(streams) {
  const writeSync = fs.writeSync;
  const write = fs.write;
  fs.writeSync = function (fd, data) {
    const stream = streams[fd];
    if (stream === undefined || !isData(data)) return writeSync.apply(fs, arguments);
    const bytes = bytesOf(data, [].slice.call(arguments, 2));
    stream.write(bytes);
    return bytes.length;
  };
  fs.write = function (fd, data) {
    const stream = streams[fd];
    const done = arguments[arguments.length - 1];
    if (stream === undefined || !isData(data) || typeof done !== 'function') return write.apply(fs, arguments);
    const bytes = bytesOf(data, [].slice.call(arguments, 2, -1));
    stream.write(bytes, () => done(null, bytes.length, data));
    return undefined;
  };
  // `util.promisify(fs.write)` asks for these names.
  Object.getOwnPropertySymbols(write).forEach((symbol) => {
    Object.defineProperty(fs.write, symbol, Object.getOwnPropertyDescriptor(write, symbol));
  });
  const dlopen = process.dlopen;
  process.dlopen = function () {
    mayWriteUnseen = true;
    return dlopen.apply(process, arguments);
  };
}

module.exports = { capture: capture, wasWritten: wasWritten };
