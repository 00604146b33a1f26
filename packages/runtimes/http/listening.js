'use strict';
// Finds, in /proc, the ports of a program that does not listen on the expected port.
const fs = require('node:fs');

const LISTEN = '0A';

function read(file) {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** The session of a process: of the programs that we started it is ours, without a sandbox too. */
function sessionOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
}

/** Socket inodes of all processes of this session. */
function ownSockets() {
  const own = new Set();
  const session = sessionOf('self');
  for (const pid of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || sessionOf(pid) !== session) continue;
    try {
      for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
        if (inode !== null) own.add(inode[1]);
      }
    } catch {
      // It has just exited, or may not be inspected.
    }
  }
  return own;
}

/** `0100007F` is 127.0.0.1: four bytes in the order of the machine. */
function address(hex) {
  const bytes = Buffer.alloc(hex.length / 2);
  for (let at = 0; at < hex.length; at += 8) bytes.writeUInt32LE(Number.parseInt(hex.slice(at, at + 8), 16), at / 2);
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.every((byte) => byte === 0)) return '[::]';
  if (bytes.subarray(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return '[::1]';
  return `[${bytes.toString('hex').replace(/(....)(?=.)/g, '$1:')}]`;
}

/** Addresses with ports on which the programs of this instance listen, such as `127.0.0.1:3000`. */
function listeningAddresses() {
  const own = ownSockets();
  const found = [];
  for (const file of ['/proc/self/net/tcp', '/proc/self/net/tcp6']) {
    for (const line of read(file).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] !== LISTEN || !own.has(fields[9])) continue;
      const [host, port] = fields[1].split(':');
      found.push(`${address(host)}:${Number.parseInt(port, 16)}`);
    }
  }
  return found;
}

module.exports = { listeningAddresses };
