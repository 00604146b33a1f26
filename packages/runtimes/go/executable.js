'use strict';
// Checks before the start whether the file that the handler names can be a Go program of this machine.
const fs = require('node:fs');
const path = require('node:path');
const { OWN_MACHINE, firstBytes, foreignProgram, isElf, whyNotStarted } = require('../custom/program-file.js');

const BUILD = `build it with GOOS=linux GOARCH=${OWN_MACHINE}`;

/** The reason why a file that begins with these bytes does not run here, or null. */
function whyNotProgram(bytes) {
  if (bytes.toString('latin1', 0, 2) === '#!')
    return 'is a script; Go1.x runs compiled programs, the runtime Custom runs scripts';
  const foreign = foreignProgram(bytes) ?? (isElf(bytes) ? null : 'is not a program');
  return foreign === null ? null : `${foreign}: ${BUILD}`;
}

function isFile(file) {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The handler's file as `{ file }`, or the reason why it cannot be started as `{ problem }`. */
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
  const missing = whyNotStarted(file, '');
  return missing === null ? { file } : { problem: `'${handler}' ${missing} (CGO_ENABLED=0 builds without one)` };
}

module.exports = { findExecutable };
