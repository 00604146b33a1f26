import type { PendingCall } from '../../../lib/worker-thread.ts';
import type { EngineCall, EngineResult, EngineStatement } from '../../engine/link.ts';
import { guardFailed, rawTransaction } from '../../engine/refusals.ts';
import { type Failure, failureOf, unavailable } from './failure.ts';
import type { Answer, Session } from './session.ts';

export type Slot = PendingCall<EngineCall, EngineResult>;
/** A call with statements: those of a batch are committed together. */
export type WorkSlot = Slot & { readonly call: Extract<EngineCall, { op: 'run' | 'atomic' }> };

export const NOTHING: EngineResult = { rows: [], changes: 0, lastId: 0 };

/** Statements that would end or begin a transaction behind our back. */
const TRANSACTION = /^\s*(?:begin|start|commit|end|abort|prepare\s+transaction|rollback(?!\s+to\b))\b/i;

export function refusalOf({ call }: Slot): Error | undefined {
  return call.op === 'run' && TRANSACTION.test(call.sql) ? rawTransaction() : undefined;
}

interface Attempt {
  readonly results: readonly EngineResult[];
  /** The first call that failed. Nothing of the batch is stored then. */
  readonly failed?: { readonly at: number } & Failure;
}

/**
 * Runs calls in one transaction and answers them after its COMMIT. When one fails, nothing is kept, and all are tried
 * again apart from it: a call that fails, fails alone. A lost connection fails them all, since nobody knows what is stored.
 */
export async function runBatch(session: Session, slots: readonly WorkSlot[]): Promise<void> {
  const failedAt = await tryBatch(session, slots);
  if (failedAt === undefined) return;
  const before = slots.slice(0, failedAt);
  const oneByOne = (await tryBatch(session, before)) === undefined ? slots.slice(failedAt) : slots;
  // where one fails others may, and each would cost the rest another round
  for (const slot of oneByOne) await tryBatch(session, [slot]);
}

/** Settles every call; or none when one of several failed, and returns which. */
async function tryBatch(session: Session, slots: readonly WorkSlot[]): Promise<number | undefined> {
  if (slots.length === 0) return undefined;
  const { results, failed } = await attempt(session, slots);
  if (failed === undefined) {
    for (const [index, slot] of slots.entries()) slot.resolve(results[index] ?? NOTHING);
    return undefined;
  }
  if (failed.lost) session.destroy(failed.error);
  else if (slots.length > 1) return failed.at;
  for (const slot of slots) slot.reject(failed.error);
  return undefined;
}

/** Runs statements of the open transaction; a failed one leaves it to be rolled back. */
export async function runInside(session: Session, slots: readonly WorkSlot[]): Promise<void> {
  await Promise.all(
    slots.map(async (slot) => {
      try {
        const answers = await Promise.all(statementsOf(slot).map((statement) => session.send(statement)));
        slot.resolve(resultOf(slot, answers));
      } catch (thrown) {
        const { error, lost } = failureOf(thrown);
        if (lost) session.destroy(error);
        slot.reject(error);
      }
    }),
  );
}

async function attempt(session: Session, slots: readonly WorkSlot[]): Promise<Attempt> {
  const only = slots.length === 1 ? slots[0] : undefined;
  const whole = only !== undefined && only.call.op === 'run';
  const guarded = slots.some(({ call }) => call.op === 'atomic' && call.mustAffect.length > 0);
  const sent = session.together(() => {
    const begun = whole ? undefined : session.control('begin');
    const work = slots.map((slot) => statementsOf(slot).map((statement) => session.send(statement)));
    // with a guard, only the answers say whether to commit
    const committed = whole || guarded ? undefined : session.control('commit');
    return { begun, work, committed };
  });
  // every promise gets a handler before the first is waited for
  const settled = await Promise.allSettled([
    sent.begun,
    ...sent.work.map((parts) => Promise.all(parts)),
    sent.committed,
  ]);
  await Promise.allSettled(sent.work.flat());
  const [begun, ...rest] = settled;
  const committed = rest.pop();
  if (begun?.status === 'rejected') return { results: [], failed: { at: 0, ...failureOf(begun.reason) } };
  const results: EngineResult[] = [];
  for (const [at, slot] of slots.entries()) {
    const outcome = rest[at] as PromiseSettledResult<Answer[]>;
    const failure = outcome.status === 'rejected' ? failureOf(outcome.reason) : guardOf(slot, outcome.value);
    if (failure !== undefined) {
      if (guarded && !failure.lost) await session.control('rollback').catch(() => {});
      return { results: [], failed: { at, ...failure } };
    }
    if (outcome.status === 'fulfilled') results.push(resultOf(slot, outcome.value));
  }
  if (whole) return { results };
  try {
    if (committed?.status === 'rejected') throw committed.reason;
    const end = guarded ? await session.control('commit') : (committed?.value as Answer);
    if (end.command === 'COMMIT') return { results };
    return {
      results: [],
      failed: { at: 0, error: unavailable('the database took the transaction back'), lost: false },
    };
  } catch (error) {
    // which of them the database did not want to commit, it does not say
    return { results: [], failed: { at: 0, ...failureOf(error) } };
  }
}

function statementsOf({ call }: WorkSlot): readonly EngineStatement[] {
  return call.op === 'run' ? [call] : call.statements;
}

function guardOf({ call }: WorkSlot, answers: readonly Answer[]): Failure | undefined {
  if (call.op === 'run') return undefined;
  const at = call.mustAffect.find((index) => answers[index]?.count === 0);
  return at === undefined ? undefined : { error: guardFailed(at), lost: false };
}

function resultOf({ call }: WorkSlot, answers: readonly Answer[]): EngineResult {
  const parts = answers.map(({ rows, count, command }) => ({
    rows,
    changes: command === 'SELECT' ? 0 : count,
    lastId: 0,
  }));
  return call.op === 'run' ? (parts[0] ?? NOTHING) : { ...NOTHING, parts };
}
