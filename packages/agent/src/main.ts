import { Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { Agent } from './agent.ts';
import { assemble } from './assemble.ts';
import { Connection } from './connection.ts';
import { closeInheritedDescriptors } from './inherited-descriptors.ts';

/** The server's socket, made by whoever starts the agent. */
const SERVER_FD = 3;
const VERSION = '0.1.0';

const { values } = parseArgs({ options: { 'run-dir': { type: 'string' }, attach: { type: 'string' } } });
const runDir = values['run-dir'];
const attachBy = values.attach;
const isKnown = attachBy === undefined || attachBy === 'helper' || attachBy === 'mounts';
if (runDir === undefined || !runDir.startsWith('/') || !isKnown) {
  process.stderr.write(
    'usage: agent --run-dir <absolute folder> [--attach helper|mounts], with the server socket as descriptor 3\n',
  );
  process.exit(2);
}

process.umask(0o022);
closeInheritedDescriptors(new Set([0, 1, 2, SERVER_FD]));
const connection = new Connection(new Socket({ fd: SERVER_FD, readable: true, writable: true }));
const assembly = await assemble(runDir, attachBy);
const { drivers, networks, mounts } = assembly;
const agent = new Agent({ drivers, networks, mounts, send: (message) => connection.send(message) });

let isStopping = false;
const stop = () => {
  if (isStopping) return;
  isStopping = true;
  void agent
    .stop()
    .then(() => assembly.close())
    .then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`the agent could not clean up: ${String(error)}\n`);
        process.exit(1);
      },
    );
};

connection.listen((line) => void agent.handle(line), stop);
process.once('SIGTERM', stop);
// An interrupt from the terminal reaches the whole group; the server decides what happens to running functions.
process.on('SIGINT', () => {});
connection.send({ event: 'ready', version: VERSION, swept: assembly.swept });
