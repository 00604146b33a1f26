import { parseArgs } from 'node:util';
import { whyNoJava } from '../../java-code.ts';
import { TestServer } from '../../server.ts';
import { leaksIn, runCycles } from './cycles.ts';
import { footprint } from './footprint.ts';
import { type Family, measureIdle, whyNoGo } from './idle-instances.ts';
import { measureLogs } from './logs.ts';

/** They fill several batches of the telemetry. */
const LOGGED_CALLS = 2_000;

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '10000' },
    idle: { type: 'string', default: '1000' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  process.stdout.write(
    'npm run scale -- [--cycles N: instances made and lost] [--idle N: frozen instances at once]\n0 leaves one out. As root, on a machine with bubblewrap; prints what was measured as JSON.\n',
  );
  process.exit(0);
}
const progress = (text: string): void => {
  process.stderr.write(`scale: ${text}\n`);
};

const idle = Number(values.idle);
const cycles = Number(values.cycles);
if (idle > 0) {
  await using server = await TestServer.start({ args: ['--idle-timeout', '6h'] });
  progress(`a server at rest: ${JSON.stringify(footprint(server))}`);
  const families: Family[] = [
    'Node.js',
    'Python',
    'Custom',
    ...(whyNoJava() === undefined ? (['Java'] as const) : []),
    ...(whyNoGo() === undefined ? (['Go'] as const) : []),
  ];
  process.stdout.write(`${JSON.stringify(await measureIdle(server, idle, { families, progress }), null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(await measureLogs(server, LOGGED_CALLS))}\n`);
}
if (cycles > 0) {
  // As many wait for code before as after.
  await using server = await TestServer.start({ args: ['--prewarm', '2'] });
  const report = await runCycles(server, cycles, progress);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  const leaks = leaksIn(report);
  for (const leak of leaks) progress(`leak: ${leak}`);
  if (leaks.length > 0) process.exitCode = 1;
}
