import { parseArgs } from 'node:util';
import { TestServer } from '../../server.ts';
import { leaksIn, runCycles } from './cycles.ts';
import { measureIdle } from './idle-instances.ts';

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
  process.stdout.write(`${JSON.stringify(await measureIdle(server, idle, progress), null, 2)}\n`);
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
