import { Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { Agent } from './agent.ts';
import { assemble } from './assemble.ts';
import { Connection } from './connection.ts';
import { sendable } from './doors/door-handle.ts';
import type { DoorMessage } from './doors/door-message.ts';
import type { Door } from './doors/doors.ts';
import { closeInheritedDescriptors } from './inherited-descriptors.ts';
import { parseRules } from './rules.ts';

/** The server's socket, made by the process that starts the agent. */
const SERVER_FD = 3;
/** Node's channel to that process, for sockets that were opened in sandboxes. */
const CHANNEL_FD = 4;
const VERSION = '0.1.0';

const { values } = parseArgs({
  options: {
    'run-dir': { type: 'string' },
    'volumes-dir': { type: 'string' },
    rules: { type: 'string' },
    attach: { type: 'string' },
    start: { type: 'string' },
    parent: { type: 'string' },
  },
});
const { 'run-dir': runDir, 'volumes-dir': volumesDir } = values;
const attachBy = values.attach;
const startBy = values.start;
const isKnown =
  (attachBy === undefined || attachBy === 'helper' || attachBy === 'mounts') &&
  (startBy === undefined || startBy === 'launcher' || startBy === 'bubblewrap');
if (!isAbsolute(runDir) || !isAbsolute(volumesDir) || values.rules === undefined || !isKnown) {
  process.stderr.write(
    'usage: agent --run-dir <folder> --volumes-dir <folder> --rules <json> [--attach helper|mounts] [--start launcher|bubblewrap] [--parent <pid>], with absolute folders and the server socket as descriptor 3\n',
  );
  process.exit(2);
}
// The signal for the death of the parent was set before this program began: a parent that died earlier sends none.
if (values.parent !== undefined && process.ppid !== Number(values.parent)) process.exit(0);

process.umask(0o022);
closeInheritedDescriptors(new Set([0, 1, 2, SERVER_FD, CHANNEL_FD]));
const connection = new Connection(new Socket({ fd: SERVER_FD, readable: true, writable: true }));
let isStopping = false;
/** Started operations finish first, so that their results can be removed. */
const stop = () => {
  if (isStopping) return;
  isStopping = true;
  void starting
    .then(async ({ agent, assembly }) => {
      await agent.stop();
      await assembly.close();
    })
    .then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`the agent could not clean up: ${String(error)}\n`);
        process.exit(1);
      },
    );
};

// Installed before anything is made that has to be removed: from here on any exit of the server stops the agent. Not
// `once`: the kernel sends the signal for each thread of the parent that had the agent as its child.
process.on('SIGTERM', stop);
// An interrupt from the terminal reaches the whole group; the server decides what happens to running functions.
process.on('SIGINT', () => {});

const rules = parseRules(values.rules);
const starting = assemble({ runDir, volumesDir, rules, attachBy, startBy, onDoor: passDoor }).then((assembly) => {
  const { drivers, networks, mounts } = assembly;
  const agent = new Agent({ drivers, networks, mounts, send: (message) => connection.send(message) });
  return { agent, assembly };
});

connection.listen((line) => void starting.then(({ agent }) => agent.handle(line)).catch(() => {}), stop);
const { assembly } = await starting;
if (!isStopping) connection.send({ event: 'ready', version: VERSION, swept: assembly.swept });

function passDoor({ handle, ...message }: Door): void {
  const close = (): void => handle.close();
  if (process.connected) process.send?.(message satisfies DoorMessage, sendable(handle), {}, close);
  else close();
}

function isAbsolute(folder: string | undefined): folder is string {
  return folder?.startsWith('/') === true;
}
