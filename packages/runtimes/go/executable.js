'use strict';
// Whether the file that the handler names can be a Go program of this machine, before anybody tries to run it.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** `e_machine` of ELF, and Go's name for it. */
const MACHINES = new Map([
  [3, '386'],
  [40, 'arm'],
  [62, 'amd64'],
  [183, 'arm64'],
  [243, 'riscv64'],
]);
const OWN = { x64: 'amd64', arm64: 'arm64' }[os.arch()] ?? os.arch();
const BUILD = `build it with GOOS=linux GOARCH=${OWN}`;

function firstBytes(file, count) {
  const fd = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(count);
    return bytes.subarray(0, fs.readSync(fd, bytes, 0, count, 0));
  } finally {
    fs.closeSync(fd);
  }
}

/** Why a file that begins with these bytes does not run here, or null. */
function whyNotProgram(bytes) {
  if (bytes.toString('latin1', 0, 2) === '#!')
    return 'is a script; Go1.x runs compiled programs, the runtime Custom runs scripts';
  if (bytes.toString('latin1', 0, 2) === 'MZ') return `is a program for Windows: ${BUILD}`;
  if (bytes.length >= 4 && [0xfeedface, 0xfeedfacf, 0xcafebabe].includes(bytes.readUInt32LE(0)))
    return `is a program for macOS: ${BUILD}`;
  if (bytes.length < 20 || bytes.toString('latin1', 0, 4) !== '\x7fELF') return `is not a program: ${BUILD}`;
  const machine = bytes[5] === 2 ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18);
  const name = MACHINES.get(machine) ?? `machine ${machine}`;
  return name === OWN ? null : `is built for ${name}, this machine is ${OWN}: ${BUILD}`;
}

function isFile(file) {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The handler's file as `{ file }`, or why it cannot be started as `{ problem }`. */
function findExecutable(codeRoot, handler) {
  const file = path.join(codeRoot, handler);
  const dot = handler.lastIndexOf('.');
  const plugin = dot > 0 && isFile(path.join(codeRoot, `${handler.slice(0, dot)}.so`));
  if (plugin || handler.endsWith('.so')) {
    return {
      problem: `'${handler}' is a Go plugin (.so), the retired form: build a program whose main calls runtime.Register`,
    };
  }
  let found;
  try {
    const real = fs.realpathSync(file);
    if (!real.startsWith(`${fs.realpathSync(codeRoot)}/`)) return { problem: `'${handler}' is outside of the code` };
    found = fs.statSync(real);
  } catch {
    return { problem: `the code package has no file '${handler}', which the handler names` };
  }
  if (!found.isFile()) return { problem: `'${handler}' in the code package is not a file` };
  const problem = whyNotProgram(firstBytes(file, 20));
  if (problem !== null) return { problem: `'${handler}' ${problem}` };
  try {
    fs.accessSync(file, fs.constants.X_OK);
  } catch {
    return { problem: `'${handler}' is not executable: set its mode to 755 before packing it` };
  }
  return { file };
}

module.exports = { findExecutable };
