import { parseArgs } from 'node:util';
import { whyNoMachines } from '../machines/machines.ts';
import { runCli } from '../server.ts';
import { judge } from './judge.ts';
import { work } from './load.ts';
import { NodesSoak } from './nodes/nodes-soak.ts';
import { PARTS, type Part } from './parts/index.ts';
import { Soak } from './soak.ts';
import { pause, Verdict } from './verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    workers: { type: 'string', default: '6' },
    parts: { type: 'string', default: PARTS.map(({ name }) => name).join(',') },
    postgres: { type: 'boolean', default: false },
    nodes: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const HELP = `npm run soak -- [--minutes N (20)] [--workers N (6)] [--parts NAME,NAME (all)] [--postgres]
       npm run soak -- --nodes N [--minutes N (20)] [--workers N (6)]

Functions of every runtime under load on one real server while it is attacked, killed and filled, one trouble after the
other, each at least once and then again until the time is over. Another account calls its own function meanwhile.
The summary has a line for each invariant; the exit code is 1 when one is broken. --postgres: over a PostgreSQL server
of the soak's own. --nodes N (1 to 4): instead, that many servers on machines of their own (network namespaces), which are
killed and cut off from each other, the database and S3 at random.

Parts:
${PARTS.map(({ name, what }) => `  ${name.padEnd(12)} ${what}\n`).join('')}`;
const MINUTE = 60_000;
const CALM_MS = 4_000;
const say = (text: string): boolean => process.stderr.write(`soak: ${text}\n`);

function chosen(): Part[] {
  const names = values.parts.split(',');
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  const wrong = [
    ...unknown.map((name) => `--parts: "${name}" is not a part; see --help.`),
    ...(Number(values.minutes) > 0 ? [] : [`--minutes: "${values.minutes}" is not a number above 0.`]),
    ...(values.nodes === undefined || /^[1-4]$/.test(values.nodes)
      ? []
      : [`--nodes: "${values.nodes}" is not a number from 1 to 4.`]),
    ...(Number(values.workers) > 0 ? [] : [`--workers: "${values.workers}" is not a number above 0.`]),
  ];
  if (wrong.length > 0) {
    process.stderr.write(`${wrong.join('\n')}\n`);
    process.exit(2);
  }
  const isRoot = process.getuid?.() === 0;
  return PARTS.filter(({ name }) => names.includes(name))
    .filter(({ needsPostgres }) => needsPostgres !== true || values.postgres)
    .filter(({ needsRoot }) => needsRoot !== true || isRoot);
}

/** Each part once, and again in another order until the time is over. */
async function make(soak: Soak, parts: readonly Part[], endMs: number, verdict: Verdict): Promise<void> {
  let round = parts;
  const isOver = (): boolean => Date.now() > endMs;
  while (round.length > 0) {
    for (const part of round) {
      if (round !== parts && isOver()) return;
      await makeOne(soak, part, verdict);
      soak.part = 'calm';
      await pause(CALM_MS);
      soak.takeSample();
    }
    round = isOver() ? [] : [...parts].sort(() => Math.random() - 0.5);
  }
}

async function makeOne(soak: Soak, part: Part, verdict: Verdict): Promise<void> {
  soak.part = part.name;
  const began = Date.now();
  const took = (): string => `${part.name.padEnd(12)} ${((Date.now() - began) / 1000).toFixed(0).padStart(3)} s  `;
  try {
    const figure = await part.run(soak);
    say(took() + figure);
  } catch (error) {
    const { message } = error as Error;
    say(`${took()}${message}`);
    verdict.judge(`part ${part.name}`, false, message);
  }
}

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const parts = chosen();
const verdict = new Verdict();

async function soakOneServer(): Promise<void> {
  const endMs = Date.now() + Number(values.minutes) * MINUTE;
  const soak = await Soak.begin({ postgres: values.postgres });
  say(`${soak.members.map(({ name }) => name).join(', ')}; ${parts.map(({ name }) => name).join(', ')}`);
  let isOver = false;
  try {
    const load = Promise.all([
      ...Array.from({ length: Number(values.workers) }, () => work(soak, () => isOver)),
      soak.innocent.work(
        () => isOver,
        () => soak.part,
      ),
      soak.changes.work(soak, () => isOver),
      soak.crowd?.work(() => isOver),
    ]);
    await pause(CALM_MS);
    const restarting = parts.filter(({ callers }) => callers === 'restart');
    await make(soak, restarting, Date.now() + (endMs - Date.now()) / 3, verdict);
    const others = parts.filter(({ callers }) => callers !== 'restart');
    await make(soak, others, endMs, verdict);
    isOver = true;
    await load;
    await judge(soak, parts, verdict);
    const check = await runCli(['check', '--data-dir', soak.server.dataDir], {});
    verdict.judge(
      'the data directory is whole',
      check.exitCode === 0,
      check.exitCode === 0 ? '' : check.stdout.toString(),
    );
  } finally {
    isOver = true;
    await soak[Symbol.asyncDispose]();
  }
}

async function soakCluster(nodes: number): Promise<void> {
  const whyNot = whyNoMachines();
  if (whyNot !== undefined) {
    process.stderr.write(`--nodes: ${whyNot}.\n`);
    process.exit(2);
  }
  const options = { nodes, minutes: Number(values.minutes), workers: Number(values.workers), say };
  await using soak = await NodesSoak.begin(options);
  await soak.run(verdict);
}

await (values.nodes === undefined ? soakOneServer() : soakCluster(Number(values.nodes)));
process.stdout.write(verdict.toString());
process.exitCode = verdict.holds ? 0 : 1;
