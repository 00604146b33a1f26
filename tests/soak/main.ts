import { parseArgs } from 'node:util';
import { PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { Belongings } from '../crash/leftovers.ts';
import { call, enqueue } from '../functions.ts';
import { TestServer } from '../server.ts';
import { killAgent, killOneOfAnInstance, type Sample, sample } from './chaos.ts';
import { deployFleet, type Member } from './fleet.ts';
import { Ledger } from './ledger.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    workers: { type: 'string', default: '8' },
    postgres: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  process.stdout.write(`npm run soak -- [--minutes N (20)] [--workers N (8)] [--postgres]
Mixed runtimes under load on one real server while processes of instances, the agent and the server itself are killed
at random. With --postgres the data is in a PostgreSQL server of the soak's own, which is killed too. In the end no accepted event may be lost, no answer wrong, nothing left over, and memory must be flat.\n`);
  process.exit(0);
}

const MINUTE = 60_000;
const begun = Date.now();
const until = begun + Number(values.minutes) * MINUTE;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text: string): boolean => process.stderr.write(`soak: ${text}\n`);
const running = (): boolean => Date.now() < until;

const cluster = values.postgres ? await PostgresCluster.start() : undefined;
let server: TestServer;
let members: Member[];
try {
  server = await TestServer.start(cluster === undefined ? {} : { database: await cluster.create() });
  members = await deployFleet(server).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
} catch (error) {
  await cluster?.stop();
  throw error;
}
const belongings = new Belongings(server);
const ledger = new Ledger();
const killed = { processes: 0, agents: 0, servers: 0, databases: 0 };
const samples: Sample[] = [];
const problems: string[] = [];
let next = 0;
/** False while the server is killed and started again. */
let up = true;

function judge(n: number, status: number, text: string, isError: boolean): void {
  if (status === 429) ledger.told('refused');
  else if (status >= 500 || isError) ledger.interrupted(`${status} ${text}`);
  else if (text !== `{"n":${n}}` && text !== `{"n": ${n}}`) ledger.isWrong(`asked ${n}, got ${text.slice(0, 200)}`);
  else ledger.told('ok');
}

async function oneCall(member: Member): Promise<void> {
  next += 1;
  const n = next;
  if (member.path !== undefined) {
    const answer = await fetch(`${server.gateway}${member.path}?n=${n}`);
    judge(n, answer.status, await answer.text(), answer.headers.get('x-is-func-err') === 'true');
  } else if (Math.random() < 0.5) {
    const answer = await call(server, member.urn, { n, ms: Math.random() < 0.1 ? 300 : 0 });
    judge(n, answer.status, answer.text, answer.headers.get('x-is-func-err') === 'true');
  } else {
    ledger.accepted(member.urn, await enqueue(server, member.urn, { n, ms: Math.random() < 0.1 ? 300 : 0 }));
  }
}

async function work(): Promise<void> {
  while (running()) {
    const member = members[Math.floor(Math.random() * members.length)] as Member;
    try {
      await oneCall(member);
    } catch {
      // the server was killed under this call, or is not up yet; a call without an answer promises nothing
      ledger.told('unreachable');
      await pause(200);
    }
    await pause(Math.random() * 20);
  }
}

async function every(ms: number, act: () => void | Promise<void>): Promise<void> {
  for (;;) {
    await pause(ms * (0.5 + Math.random()));
    if (!running()) return;
    await act();
  }
}

async function killServer(): Promise<void> {
  if (Date.now() > begun + (until - begun) / 3) return;
  belongings.note();
  up = false;
  await server.kill('SIGKILL');
  killed.servers += 1;
  await server.restart();
  up = true;
  belongings.note();
}

async function killDatabase(): Promise<void> {
  if (cluster === undefined || Date.now() > begun + (until - begun) / 3) return;
  await cluster.kill(Math.random() < 0.5 ? 'SIGKILL' : 'SIGQUIT');
  killed.databases += 1;
  // sometimes for longer than anybody waits
  await pause(Math.random() * 6_000);
  await cluster.boot();
}

/** What the last third of the run uses beside the middle third; the first is warm-up, and the server is killed in it. */
function growth(what: string, of: (one: Sample) => number, slack: number): string {
  const third = Math.floor(samples.length / 3);
  const mean = (list: readonly Sample[]): number => list.reduce((sum, one) => sum + of(one), 0) / list.length;
  const middle = mean(samples.slice(third, 2 * third));
  const last = mean(samples.slice(2 * third));
  if (last > middle * 1.1 + slack) problems.push(`${what} grows: ${middle.toFixed(1)} -> ${last.toFixed(1)}`);
  return `${what.padEnd(21)}${middle.toFixed(1)} -> ${last.toFixed(1)}`;
}

say(`${members.length} functions (${members.map(({ name }) => name).join(', ')}) for ${values.minutes} minutes`);
try {
  await Promise.all([
    ...Array.from({ length: Number(values.workers) }, work),
    every(2_000, () => {
      if (up && killOneOfAnInstance(server, Math.random)) killed.processes += 1;
    }),
    every(45_000, () => {
      belongings.note();
      if (up && killAgent(server)) killed.agents += 1;
    }),
    every(2 * MINUTE, killServer),
    every(30_000, killDatabase),
    every(5_000, () => {
      const taken = up ? sample(server) : undefined;
      if (taken !== undefined) samples.push(taken);
    }),
    every(MINUTE, () => void say(`${JSON.stringify(ledger.sync)} killed ${JSON.stringify(killed)}`)),
  ]);
  say('the load is over; waiting for what was accepted');
  const patience = Date.now() + 5 * MINUTE;
  for (;;) {
    const { waiting, running: active } = (await server.api.call('showGauges')).data.async;
    if (waiting + active === 0) break;
    if (Date.now() > patience) {
      problems.push(`${waiting + active} accepted events were not worked off in five minutes`);
      break;
    }
    await pause(500);
  }
  const { ended, lost } = await ledger.settle(server, members);
  if (lost.length > 0) problems.push(`${lost.length} accepted events are lost: ${lost.slice(0, 5).join(', ')}`);
  if (ledger.wrong.length > 0) problems.push(`wrong answers: ${ledger.wrong.join('; ')}`);
  if ((ledger.sync.ok ?? 0) === 0 || (ended.SUCCESS ?? 0) === 0) problems.push('nothing succeeded');
  belongings.note();
  await server.kill('SIGTERM');
  const left = belongings.leftAfterStop();
  if (left.length > 0) problems.push(`left over: ${left.join('; ')}`);
  process.stdout.write(`calls      ${JSON.stringify(ledger.sync)}
async      ${JSON.stringify(ended)}, lost ${lost.length}
killed     ${JSON.stringify(killed)}
${growth('server MB', (one) => one.serverMb, 20)}
${growth('agent MB', (one) => one.agentMb, 10)}
${growth('server fds a sandbox', (one) => one.serverFiles / (one.sandboxes + 20), 1)}
${growth('agent fds a sandbox', (one) => one.agentFiles / (one.sandboxes + 20), 1)}
left over  ${left.length}
`);
  for (const [kind, count] of ledger.interruptions) process.stdout.write(`${String(count).padStart(6)} x  ${kind}\n`);
} finally {
  await server.stop();
  await cluster?.stop();
}
for (const problem of problems) process.stdout.write(`PROBLEM    ${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
