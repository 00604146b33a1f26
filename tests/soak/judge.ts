import type { Part } from './parts/index.ts';
import { floors, type Sample } from './samples.ts';
import type { Soak } from './soak.ts';
import { until, type Verdict } from './verdict.ts';

const P99_MS = 2_000;
const WORKED_OFF_MS = 5 * 60_000;

/** Waits for accepted events, stops the server and checks every invariant. */
export async function judge(soak: Soak, parts: readonly Part[], verdict: Verdict): Promise<void> {
  const { server, ledger, innocent, changes, belongings } = soak;
  const backlog = async (): Promise<number> => {
    const { waiting, running } = (await server.api.call('showGauges')).data.async;
    return waiting + running;
  };
  const workedOff = await until('no event waits', WORKED_OFF_MS, async () => (await backlog()) === 0).then(
    () => '',
    (error: Error) => error.message,
  );
  await ledger.settle(server);
  await changes.check(soak);
  const lost = ledger.open;
  const ended = JSON.stringify(ledger.ended);
  verdict.judge(
    'no accepted event is lost',
    lost.length === 0,
    `${ended}${lost.map((id) => ` lost ${id}`).slice(0, 5)}`,
  );
  verdict.judge('every accepted event ends', workedOff === '', workedOff);
  const kept = `${changes.acknowledged} changes, ${soak.restarts} restarts ${changes.lost.join('; ')}`;
  verdict.judge('no acknowledged change is lost', changes.lost.length === 0 && changes.acknowledged > 0, kept);
  const wrong = [...ledger.wrong, ...innocent.wrong];
  const calls = `${JSON.stringify(ledger.sync)} ${wrong.join('; ')}`;
  verdict.judge('no answer is wrong', wrong.length === 0 && (ledger.sync.ok ?? 0) > 0, calls);
  if (soak.crowd !== undefined) {
    const { holds, detail } = soak.crowd.account();
    verdict.judge('no synchronous request runs twice', holds, detail);
  }
  judgeInnocent(soak, parts, verdict);
  judgeGrowth(soak.samples, verdict);
  belongings.note();
  await server.kill('SIGTERM');
  const left = belongings.leftAfterStop();
  verdict.judge('nothing is left over', left.length === 0, left.join('; '));
  process.stdout.write(soak.errors.toString());
  for (const [kind, count] of ledger.interruptions) process.stdout.write(`${String(count).padStart(6)} x  ${kind}\n`);
}

function judgeInnocent({ innocent }: Soak, parts: readonly Part[], verdict: Verdict): void {
  const quiet = parts.filter(({ callers }) => callers === 'nothing').map(({ name }) => name);
  const p99 = innocent.percentile(0.99, quiet);
  const each = [...quiet, 'calm'].map((part) => `${part} ${innocent.percentile(0.99, [part]).toFixed(0)}`).join(', ');
  const { calls, failures } = innocent.count(quiet);
  const slow = `${p99.toFixed(0)} of ${P99_MS} ms (${each})`;
  verdict.judge('p99 of an innocent account', quiet.length === 0 || p99 < P99_MS, slow);
  const answered = `${calls} calls, ${failures.length} not answered ${failures.slice(0, 5).join('; ')}`;
  verdict.judge('an innocent account is served', quiet.length === 0 || (failures.length === 0 && calls > 0), answered);
}

/** Only of the last server process: a restart gives everything back. */
function judgeGrowth(samples: readonly Sample[], verdict: Verdict): void {
  if (samples.length < 6) {
    verdict.judge('memory and descriptors are flat', true, 'too short a time to tell');
    return;
  }
  const flat = (what: string, of: (one: Sample) => number, slack: number): void => {
    const [middle, last] = floors(samples, of);
    verdict.judge(what, last <= middle * 1.1 + slack, `${middle.toFixed(1)} -> ${last.toFixed(1)}`);
  };
  flat('memory of the server', ({ serverMb }) => serverMb, 40);
  flat('memory of the agent', ({ agentMb }) => agentMb, 15);
  flat('descriptors of the server', ({ serverFiles, sandboxes }) => serverFiles / (sandboxes + 20), 1);
  flat('descriptors of the agent', ({ agentFiles, sandboxes }) => agentFiles / (sandboxes + 20), 1);
}
