import type { PendingCall } from '../../../lib/worker-thread.ts';
import type { EngineCall, EngineResult, EngineStatement } from '../../engine/link.ts';
import { guardFailed, rawTransaction } from '../../engine/refusals.ts';
import { type Failure, failureOf, unavailable } from './failure.ts';
import { markerStatements } from './markers.ts';
import type { Answer, Session } from './session.ts';

export type Slot = PendingCall<EngineCall, EngineResult>;
/** A call with statements: those of a batch are committed together. */
export type WorkSlot = Slot & { readonly call: Extract<EngineCall, { op: 'run' | 'atomic' }> };

/** Calls that a lost connection left unanswered. */
export interface Interrupted {
  /** Its commit was in flight: the marker shows whether it is stored. */
  readonly committing?: Committing;
  /** Certainly not stored, in order. */
  readonly rest: readonly WorkSlot[];
}

export interface Committing {
  readonly marker: number;
  /** The results for the callers if the commit is stored. */
  readonly slots: readonly { readonly slot: Slot; readonly result: EngineResult }[];
  /** What happens to the calls if it is not stored. */
  readonly otherwise: 'again' | 'refuse';
}

export const NOTHING: EngineResult = { rows: [], changes: 0, lastId: 0 };

/** Statements that would end or begin a transaction unseen by the gate. */
const TRANSACTION = /^\s*(?:begin|start|commit|end|abort|prepare\s+transaction|rollback(?!\s+to\b))\b/i;
const READING = /^\s*select\b/i;

export function refusalOf({ call }: Slot): Error | undefined {
  return call.op === 'run' && TRANSACTION.test(call.sql) ? rawTransaction() : undefined;
}

/**
 * Runs calls in one transaction and answers them after its COMMIT. When one fails, the transaction is rolled back and
 * the calls are repeated in transactions without the failing one, which gets one of its own: a failing call fails no
 * other. Returns the calls that a lost connection left unanswered; the session is destroyed then.
 */
export async function runBatch(
  session: Session,
  slots: readonly WorkSlot[],
  nextMarker: () => number,
): Promise<Interrupted | undefined> {
  const run = (part: readonly WorkSlot[]): Promise<Outcome> => tryBatch(session, part, nextMarker);
  const first = await run(slots);
  if (first.interrupted !== undefined) return first.interrupted;
  if (first.failedAt === undefined) return undefined;
  const before = slots.slice(0, first.failedAt);
  const second = await run(before);
  if (second.interrupted !== undefined) return withRest(second.interrupted, slots.slice(before.length));
  // after a second failure more are likely, and each would cost the rest another round trip
  const oneByOne = second.failedAt === undefined ? slots.slice(before.length) : slots;
  for (const [index, slot] of oneByOne.entries()) {
    const { interrupted } = await run([slot]);
    if (interrupted !== undefined) return withRest(interrupted, oneByOne.slice(index + 1));
  }
  return undefined;
}

function withRest({ rest, ...interrupted }: Interrupted, more: readonly WorkSlot[]): Interrupted {
  return { ...interrupted, rest: [...rest, ...more] };
}

interface Outcome {
  /** One of several failed: no call is settled. */
  readonly failedAt?: number;
  readonly interrupted?: Interrupted;
}

/** Settles every call; or none, when one of several failed or the connection was lost. */
async function tryBatch(session: Session, slots: readonly WorkSlot[], nextMarker: () => number): Promise<Outcome> {
  if (slots.length === 0) return {};
  const reading = slots.every((slot) => statementsOf(slot).every(({ sql }) => READING.test(sql)));
  const attempt = reading ? await read(session, slots) : await write(session, slots, nextMarker());
  if (attempt.interrupted !== undefined) {
    session.destroy(attempt.reason);
    return { interrupted: attempt.interrupted };
  }
  if (attempt.failed === undefined) {
    for (const [index, slot] of slots.entries()) slot.resolve(attempt.results[index] ?? NOTHING);
    return {};
  }
  if (slots.length > 1) return { failedAt: attempt.failed.at };
  slots[0]?.reject(attempt.failed.error);
  return {};
}

type Attempt =
  | { readonly interrupted?: undefined; readonly failed?: undefined; readonly results: readonly EngineResult[] }
  | { readonly interrupted?: undefined; readonly failed: { readonly at: number; readonly error: Error } }
  | { readonly interrupted: Interrupted; readonly reason: Error };

/** Statements that change nothing need no transaction, and can be repeated. */
async function read(session: Session, slots: readonly WorkSlot[]): Promise<Attempt> {
  const sent = session.together(() => slots.map((slot) => sendAll(session, slot)));
  return answered(slots, await settleAll(sent));
}

/** Sends the COMMIT after all earlier answers, so that the results are known even if the connection fails. */
async function write(session: Session, slots: readonly WorkSlot[], marker: number): Promise<Attempt> {
  const sent = session.together(() => {
    const begun = session.control('begin');
    const work = slots.map((slot) => sendAll(session, slot));
    return { work, around: [begun, ...markerStatements(marker).map((statement) => session.send(statement))] };
  });
  // every promise gets a handler before the first await
  const around = settleAll([sent.around]);
  const attempt = answered(slots, await settleAll(sent.work));
  const [frame] = await around;
  if (attempt.interrupted !== undefined) return attempt;
  const failure = attempt.failed ?? (frame?.status === 'rejected' ? { at: 0, ...failureOf(frame.reason) } : undefined);
  if (failure !== undefined) return giveUp(session, slots, failure);
  const results = attempt.failed === undefined ? attempt.results : [];
  try {
    const { command } = await session.control('commit');
    if (command === 'COMMIT') return { results };
    return { failed: { at: 0, error: unavailable('the database took the transaction back') } };
  } catch (thrown) {
    const { error, lost } = failureOf(thrown);
    // the database does not report which of them made the commit fail
    if (!lost) return { failed: { at: 0, error } };
    const pairs = slots.map((slot, index) => ({ slot, result: results[index] ?? NOTHING }));
    return { reason: error, interrupted: { committing: { marker, slots: pairs, otherwise: 'again' }, rest: [] } };
  }
}

async function giveUp(
  session: Session,
  slots: readonly WorkSlot[],
  failed: { at: number; error: Error; lost?: boolean },
): Promise<Attempt> {
  if (failed.lost === true) return { reason: failed.error, interrupted: { rest: slots } };
  try {
    await session.control('rollback');
    return { failed };
  } catch (thrown) {
    return { reason: failureOf(thrown).error, interrupted: { rest: slots } };
  }
}

/** Collects the answers: results, the first failure, or the loss of the connection. */
function answered(slots: readonly WorkSlot[], answers: readonly PromiseSettledResult<Answer[]>[]): Attempt {
  const results: EngineResult[] = [];
  for (const [at, slot] of slots.entries()) {
    const outcome = answers[at] as PromiseSettledResult<Answer[]>;
    const failure = outcome.status === 'rejected' ? failureOf(outcome.reason) : guardOf(slot, outcome.value);
    if (failure?.lost === true) return { reason: failure.error, interrupted: { rest: slots } };
    if (failure !== undefined) return { failed: { at, error: failure.error } };
    if (outcome.status === 'fulfilled') results.push(resultOf(slot, outcome.value));
  }
  return { results };
}

/** Runs statements of the open transaction; after a failure the caller must roll back. */
export async function runInside(session: Session, slots: readonly WorkSlot[]): Promise<void> {
  await Promise.all(
    slots.map(async (slot) => {
      try {
        slot.resolve(resultOf(slot, await Promise.all(sendAll(session, slot))));
      } catch (thrown) {
        const { error, lost } = failureOf(thrown);
        if (lost) session.destroy(error);
        slot.reject(error);
      }
    }),
  );
}

function sendAll(session: Session, slot: WorkSlot): Promise<Answer>[] {
  return statementsOf(slot).map((statement) => session.send(statement));
}

/** Resolves when every answer has arrived, also for calls whose first statement failed. */
async function settleAll(calls: readonly (readonly Promise<Answer>[])[]): Promise<PromiseSettledResult<Answer[]>[]> {
  const whole = Promise.allSettled(calls.map((parts) => Promise.all(parts)));
  await Promise.allSettled(calls.flat());
  return whole;
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
