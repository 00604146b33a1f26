// The same kind of attacks with what a Node.js function has at hand. Usage: node probe.cjs <name> [argument]
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');

const [name, argument] = process.argv.slice(2);
const tell = (outcome) => console.log(JSON.stringify(outcome));

const probes = {
  read: () => fs.readFileSync(argument).length,
  write: () => fs.appendFileSync(argument, ''),
  signal: () => process.kill(Number(argument), 0),
  setuid: () => process.setuid(0),
  unshare: () => execFileSync('unshare', ['--user', 'true'], { stdio: 'ignore' }) && true,
  eatMemory: () => {
    const held = [];
    for (;;) held.push(Buffer.alloc(8 << 20, 1));
  },
  connect: () =>
    new Promise((resolve, reject) =>
      net
        .connect(argument)
        .once('connect', () => resolve(true))
        .once('error', reject),
    ),
};

Promise.resolve()
  .then(() => probes[name]())
  .then(
    (value) => tell({ ok: value ?? null }),
    (error) => tell({ errno: error.code ?? `exit ${error.status}` }),
  )
  .finally(() => process.exit(0));
