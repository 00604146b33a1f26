'use strict';
// Connects to the platform again and again; the first bytes on a connection make one to the debugger.
const net = require('net');
const port = Number(process.argv[2]);
const door = process.argv[3].split(':');

const RETRY_MS = 200;

function wait() {
  let isUsed = false;
  const outside = net.connect(Number(door[1]), door[0]);
  outside.on('error', () => {});
  outside.once('data', (first) => {
    isUsed = true;
    outside.pause();
    const inside = net.connect(port, '127.0.0.1', () => {
      inside.write(first);
      outside.pipe(inside);
      inside.pipe(outside);
    });
    inside.on('error', () => {});
    inside.on('close', () => outside.destroy());
    outside.on('close', () => inside.destroy());
    wait();
  });
  outside.on('close', () => {
    if (!isUsed) setTimeout(wait, RETRY_MS);
  });
}

wait();
