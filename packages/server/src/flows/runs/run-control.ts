import type { JsonObject, Message, RunEvent, StoredValue } from '@funcgraph/flow';
import type { Clock } from '../../lib/clock.ts';
import { idOf, newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { Flow, FlowCallback, FlowRun, StartFlowRun } from '../types.ts';
import type { ActiveRuns } from './actor/active-runs.ts';
import type { CallbackSecrets } from './callback-secrets.ts';
import type { NewRuns } from './new-runs.ts';
import { toFlowRun } from './read/listed-run.ts';
import type { RunQuota } from './run-quota.ts';
import type { InboxMessage, RunRow } from './store/run-rows.ts';
import type { RunStore } from './store/run-store.ts';
import { digestOf } from './values/run-values.ts';
import { VALUE_LIMITS } from './values/value-limits.ts';

export interface RunControlOptions {
  readonly store: RunStore;
  readonly newRuns: NewRuns;
  readonly active: ActiveRuns;
  readonly quota: Pick<RunQuota, 'isFull'>;
  readonly secrets: CallbackSecrets;
  readonly clock: Clock;
  /** Id of this server now. */
  readonly owner: () => string;
}

/** A server that owns the run takes a message within this time, or the sender gets no result. */
const OUTCOME_MS = 5_000;
const OUTCOME_AGAIN_MS = 20;
/** Of one run: results of waits, which may come before the wait. */
const MOST_MESSAGES = 10_000;

/** What callers do with runs. Each change is on disk when it resolves. */
export class RunControl {
  readonly #options: RunControlOptions;

  constructor(options: RunControlOptions) {
    this.#options = options;
  }

  async start({
    flow,
    input,
    headers,
    runId,
    merge,
    startedBy,
    chainDepth,
    traceparent,
    refused: error,
    also = [],
  }: StartFlowRun): Promise<FlowRun> {
    const { newRuns, store } = this.#options;
    const id = runId ?? newRequestId();
    const { row, isNew } = await newRuns.start({
      run: runId === undefined ? id : chosen(flow, runId),
      id,
      flow,
      definition: flow.definition,
      input: Buffer.from(JSON.stringify(input)),
      merge,
      depth: 0,
      chainDepth,
      traceparent,
      startedBy,
      headers: JSON.stringify(headers),
      ...(error === undefined ? {} : { refused: { error_code: error.code, error_message: error.message } }),
      also,
    });
    if (isNew) return toFlowRun(row);
    const known = await store.row(row.run);
    if (known === undefined) {
      throw new PlatformError('changed_meanwhile', `the run ${id} was removed meanwhile`, { hint: 'Start it again.' });
    }
    if (known.request === row.request) return toFlowRun(known);
    throw new PlatformError('resource_exists', `the run ${id.slice(0, 100)} of this flow has another input`, {
      hint: 'Choose another X-WorkflowRun-ID, or send the input of the first start.',
    });
  }

  /** The row of a run of the flow. Throws `flow_run_not_found`. */
  async find(flow: Pick<Flow, 'id'>, id: string): Promise<RunRow> {
    const { store } = this.#options;
    const row = (await store.row(chosen(flow, id))) ?? (await store.row(id));
    if (row?.flow_id === flow.id) return row;
    throw new PlatformError('flow_run_not_found', `the flow has no run ${id.slice(0, 100)}`);
  }

  async stop(flow: Flow, id: string): Promise<void> {
    const row = await this.find(flow, id);
    if (row.ended_at !== null) throw ended(row);
    await this.stopRun(row.run);
  }

  /** Resolves when the stop is on disk; does nothing for a run that has ended. */
  async stopRun(run: string): Promise<void> {
    const { store, active, clock, owner } = this.#options;
    const express = active.expressActor(run);
    const message: Message = { type: 'stop' };
    if (express !== undefined && (await store.row(run)) === undefined) return express.post({ message });
    const row = await store.row(run);
    if (row === undefined || row.ended_at !== null) return;
    await store.inbox.send(this.#stopMessage(run, row.owner !== owner()));
    await store.markStop(run, clock.now());
    await active.poke(run);
  }

  /** The statement by which another run stops this one. */
  stopping(run: string): AtomicStatement {
    return this.#options.store.inbox.sending(this.#stopMessage(run, true));
  }

  #stopMessage(run: string, announce: boolean): InboxMessage {
    const message = JSON.stringify({ type: 'stop' } satisfies Message);
    return { run, key: 'stop', message, at: this.#options.clock.now(), announce };
  }

  /** The definition and the input of a run that failed or timed out, once more. */
  async retry(flow: Flow, id: string, startedBy: string): Promise<string> {
    const { newRuns, store } = this.#options;
    const row = await this.find(flow, id);
    if (row.status !== 'fail' && row.status !== 'timeout') {
      throw new PlatformError('flow_run_state', `the run has the status ${row.status}`, {
        hint: 'Runs that failed or timed out can be retried.',
      });
    }
    const [first] = JSON.parse((await store.events(row.run, 0, 1))[0]?.events ?? '[]') as RunEvent[];
    if (first?.type !== 'run_started') throw new Error('the log of a run does not begin with its start');
    const run = newRequestId();
    await newRuns.start({
      run,
      id: run,
      flow,
      definition: row.definition,
      input: await this.#textOf(row.run, first.input),
      merge: first.merge,
      ...(first.refused === undefined ? {} : { refused: first.refused }),
      depth: 0,
      startedBy,
      headers: row.headers,
      origin: { run: row.run, kind: 'retry' },
    });
    return run;
  }

  /**
   * Throws `forbidden` for an unknown id, `flow_callback_used` when the wait has a result, `flow_callback_gone` when it
   * is over.
   */
  async callback(flow: Flow, runId: string, { id, result }: FlowCallback): Promise<void> {
    const { store, active, secrets, clock, owner } = this.#options;
    const row = await this.find(flow, runId);
    const { run } = row;
    const key = secrets.keyOf(run, id);
    if (key === undefined) {
      throw new PlatformError('forbidden', 'the id of the callback is none of this run', {
        hint: 'The run passes it to its functions as $RUN.callback.<node>.',
      });
    }
    if (row.ended_at !== null) throw gone();
    if ((await store.inbox.size(run)) >= MOST_MESSAGES) {
      throw new PlatformError('flow_run_quota', `the run got ${MOST_MESSAGES} messages, as many as it may get`);
    }
    const name = `callback ${key}`;
    // before the output is stored: it may be large, and come many times
    const before = await store.inbox.outcome(run, name);
    if (before !== undefined) throw refused(key, before);
    const stored =
      'error' in result
        ? { error: { error_code: 'callback_failed', error_message: result.error } }
        : { output: await this.#store(row, result.output) };
    const message: Message = { type: 'callback', key, ...stored };
    const text = JSON.stringify(message);
    const isSent = await store.inbox.send({
      run,
      key: name,
      message: text,
      at: clock.now(),
      announce: row.owner !== owner(),
    });
    if (!isSent) throw refused(key, await store.inbox.outcome(run, name));
    await active.poke(run);
    if ((await this.#outcomeOf(run, name)) === 'late') throw gone();
  }

  /** Waits until the owner of the run has taken the message, which is stored in any case. */
  async #outcomeOf(run: string, key: string): Promise<string | undefined> {
    const { store, clock } = this.#options;
    for (const end = clock.now() + OUTCOME_MS; ; ) {
      const outcome = await store.inbox.outcome(run, key);
      if (outcome !== 'open' || clock.now() >= end) return outcome;
      // perhaps it came after the last message that the run took
      if ((await store.row(run))?.ended_at !== null)
        return (await store.inbox.outcome(run, key)) === 'taken' ? 'taken' : 'late';
      await new Promise<void>((resolve) => clock.after(OUTCOME_AGAIN_MS, resolve));
    }
  }

  async #store({ run, project_id }: RunRow, output: JsonObject): Promise<StoredValue> {
    const text = Buffer.from(JSON.stringify(output));
    const bytes = text.length;
    if (bytes <= VALUE_LIMITS.inlineBytes) return { json: output, bytes };
    if (bytes > VALUE_LIMITS.valueBytes) {
      throw new PlatformError('event_too_large', `the output of a callback may have ${VALUE_LIMITS.valueBytes} bytes`);
    }
    if (this.#options.quota.isFull(project_id)) {
      throw new PlatformError('flow_storage_quota', 'the runs of the project use all of their storage');
    }
    const digest = digestOf(text);
    await this.#options.store.payloads.put(run, [{ digest, bytes: text }]);
    return { digest, bytes };
  }

  async #textOf(run: string, value: StoredValue): Promise<Buffer> {
    if ('json' in value) return Buffer.from(JSON.stringify(value.json));
    const text = await this.#options.store.payloads.get(run, value.digest);
    if (text === undefined) throw new Error(`the value ${value.digest} of a run is missing`);
    return text;
  }
}

/** The key of a run whose id the caller chose: ids of other flows are no concern of it. */
function chosen({ id: flowId }: Pick<Flow, 'id'>, id: string): string {
  return idOf(JSON.stringify([flowId, id]));
}

function ended({ status }: RunRow): PlatformError {
  return new PlatformError('flow_run_state', `the run has ended: ${status}`);
}

/** Of a callback for a wait that got one before, or of a run that has ended. */
function refused(key: string, outcome: string | undefined): PlatformError {
  if (outcome === undefined || outcome === 'late') return gone();
  return new PlatformError('flow_callback_used', `the wait ${key.slice(0, 100)} has a result`);
}

function gone(): PlatformError {
  return new PlatformError('flow_callback_gone', 'the run does not wait for this result any more');
}
