'use strict';
// Opens the debugger of this process, and starts another process that leads to it: this one stops at breakpoints.
const path = require('path');
const spawn = require('child_process').spawn;

/** `debug` is that of `init`. Returns what is wrong, or an empty text. */
exports.open = function open(debug) {
  let inspector;
  try {
    inspector = require('inspector');
    inspector.open(debug.port, '127.0.0.1');
  } catch (error) {
    return 'the debugger cannot be opened: ' + error.message + '. It needs Node.js 8 or later.';
  }
  const relay = spawn(process.execPath, [path.join(__dirname, 'debug-relay.js'), String(debug.port), debug.door], {
    stdio: 'ignore',
    env: process.env.LD_LIBRARY_PATH ? { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH } : {},
  });
  relay.on('error', () => {});
  relay.unref();
  return '';
};
