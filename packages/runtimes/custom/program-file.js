'use strict';
// Checks before the start whether a file can run as a program on this machine: the kernel only returns an errno.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { whyMissing } = require('./missing-runtime.js');

const HEAD_BYTES = 4096;
/** `e_machine` of ELF, and Go's name for it. */
const MACHINES = new Map([
  [3, '386'],
  [40, 'arm'],
  [62, 'amd64'],
  [183, 'arm64'],
  [243, 'riscv64'],
]);
const OWN_MACHINE = { x64: 'amd64', arm64: 'arm64' }[os.arch()] ?? os.arch();
const PT_INTERP = 3;
const MAX_PROGRAM_HEADERS = 64;

function firstBytes(file, count) {
  const fd = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(count);
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, count, 0));
  } finally {
    fs.closeSync(fd);
  }
}

function isElf(bytes) {
  return bytes.length >= 20 && bytes.toString('latin1', 0, 4) === '\x7fELF';
}

/**
 * The kind of a program for another machine, as the end of a sentence; null for a program of this machine or another
 * file.
 */
function foreignProgram(bytes) {
  if (bytes.toString('latin1', 0, 2) === 'MZ') return 'is a program for Windows';
  if (bytes.length >= 4 && [0xfeedface, 0xfeedfacf, 0xcafebabe].includes(bytes.readUInt32LE(0)))
    return 'is a program for macOS';
  if (!isElf(bytes)) return null;
  const machine = bytes[5] === 2 ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18);
  const name = MACHINES.get(machine) ?? `machine ${machine}`;
  return name === OWN_MACHINE ? null : `is built for ${name}, this machine is ${OWN_MACHINE}`;
}

/** The dynamic loader that a 64-bit little-endian ELF file names; undefined without one, or when it is not in `bytes`. */
function loaderOf(bytes) {
  if (bytes.length < 64 || bytes[4] !== 2 || bytes[5] !== 1) return undefined;
  const start = Number(bytes.readBigUInt64LE(32));
  const size = bytes.readUInt16LE(54);
  const count = Math.min(bytes.readUInt16LE(56), MAX_PROGRAM_HEADERS);
  for (let at = start; at < start + count * size && at + 40 <= bytes.length; at += size) {
    if (bytes.readUInt32LE(at) !== PT_INTERP) continue;
    const offset = Number(bytes.readBigUInt64LE(at + 8));
    return bytes.toString('utf8', offset, offset + Number(bytes.readBigUInt64LE(at + 32))).replace(/\0.*$/, '');
  }
  return undefined;
}

function canRun(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** `env -S name` and `env VAR=value name` are names too. */
function programOfEnv(words) {
  return words.find((word) => !word.startsWith('-') && !word.includes('='));
}

function whyNotScript(line, searchPath) {
  if (line.endsWith('\r'))
    return 'has Windows line ends (CRLF), so no interpreter is found: save it with Unix line ends (LF)';
  const [interpreter, ...words] = line.slice(2).trim().split(/\s+/);
  if (interpreter === '') return "names no interpreter after '#!' in its first line";
  const missing = whyMissing(interpreter);
  if (missing !== null) return `names an interpreter in its first line that is missing: ${missing}`;
  if (!fs.existsSync(interpreter))
    return `names the interpreter ${interpreter} in its first line, which does not exist in the instance`;
  if (!canRun(interpreter)) return `names the interpreter ${interpreter} in its first line, which is not executable`;
  const named = path.basename(interpreter) === 'env' ? programOfEnv(words) : undefined;
  if (named === undefined || named.includes('/')) return null;
  if (searchPath.split(':').some((folder) => canRun(path.join(folder, named)))) return null;
  return `names the interpreter ${named} in its first line, which is in no folder of PATH (${searchPath})`;
}

/**
 * The reason why the executable `file` cannot be started, as the end of a sentence about it, or null. `searchPath` is
 * its PATH.
 */
function whyNotStarted(file, searchPath) {
  let bytes;
  try {
    bytes = firstBytes(file, HEAD_BYTES);
  } catch {
    // It may be executable but not readable: then the start shows whether it works.
    return null;
  }
  if (bytes.toString('latin1', 0, 2) === '#!') {
    return whyNotScript(bytes.toString('utf8').split('\n', 1)[0], searchPath);
  }
  const foreign = foreignProgram(bytes);
  if (foreign !== null) return foreign;
  const loader = isElf(bytes) ? loaderOf(bytes) : undefined;
  if (loader === undefined || loader === '' || fs.existsSync(loader)) return null;
  return `needs the loader ${loader}, which does not exist in the instance: link it statically`;
}

module.exports = { OWN_MACHINE, firstBytes, foreignProgram, isElf, whyNotStarted };
