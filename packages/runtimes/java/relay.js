'use strict';
// For JVMs before 16, which do not support Unix sockets: starts the JVM given as arguments and forwards the link over
// one loopback connection. The token refuses connections of other processes.
const { spawn } = require('node:child_process');
const { randomBytes, timingSafeEqual } = require('node:crypto');
const net = require('node:net');
const os = require('node:os');

const TOKEN = Buffer.from(randomBytes(24).toString('hex'));

const link = net.connect(process.env.FUNCGRAPH_LINK);
link.on('error', () => process.exit(70));
let child = null;

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  let head = Buffer.alloc(0);
  const receive = (chunk) => {
    head = Buffer.concat([head, chunk]);
    if (head.length < TOKEN.length) return;
    socket.off('data', receive);
    socket.pause();
    if (!timingSafeEqual(head.subarray(0, TOKEN.length), TOKEN)) return socket.destroy();
    server.close();
    const early = head.subarray(TOKEN.length);
    if (early.length > 0) link.write(early);
    socket.pipe(link);
    link.pipe(socket);
  };
  socket.on('data', receive);
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const env = { ...process.env, FUNCGRAPH_RELAY: `${port}:${TOKEN.toString()}` };
  child = spawn(process.argv[2], process.argv.slice(3), { stdio: 'inherit', env });
  child.on('error', (error) => {
    process.stderr.write(`the JVM cannot be started: ${error.message}\n`);
    process.exit(70);
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + os.constants.signals[signal];
    // Its last frames may still be in transit.
    link.end(() => process.exit());
  });
});

link.on('close', () => {
  if (child === null || child.exitCode !== null || child.signalCode !== null) process.exit();
  child.kill('SIGKILL');
});
