import {
  type FlowDefinition,
  forkLog,
  RUN_LIMITS,
  type RunEvent,
  type RunStarted,
  type StoredValue,
} from '@funcgraph/flow';
import type { Clock } from '../../lib/clock.ts';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { isGuard } from '../../storage/index.ts';
import type { Flow, FlowCatalog, FlowRunFork } from '../types.ts';
import type { ActiveRuns } from './actor/active-runs.ts';
import type { RunControl } from './run-control.ts';
import type { RunQuota } from './run-quota.ts';
import { begun, type RunRow } from './store/run-rows.ts';
import type { RunStore } from './store/run-store.ts';
import { digestOf } from './values/run-values.ts';
import { VALUE_LIMITS } from './values/value-limits.ts';

export interface ForksOptions {
  readonly store: RunStore;
  readonly catalog: FlowCatalog;
  readonly control: RunControl;
  readonly active: ActiveRuns;
  readonly quota: RunQuota;
  readonly clock: Clock;
  readonly owner: () => string;
}

/** Runs that go on at a node of another one, with the results of what led to it. */
export class Forks {
  readonly #options: ForksOptions;

  constructor(options: ForksOptions) {
    this.#options = options;
  }

  /** Returns the id of the new run. Throws `flow_fork_refused`, `flow_run_not_found`. */
  async fork(flow: Flow, runId: string, { node, input, newDefinition, startedBy }: FlowRunFork): Promise<string> {
    const { catalog, control, clock, owner } = this.#options;
    const origin = await control.find(flow, runId);
    const [before, after] = await Promise.all([
      catalog.definition(origin.definition),
      catalog.definition(newDefinition ? flow.definition : origin.definition),
    ]);
    const run = newRequestId();
    const events = await this.#log(origin.run);
    const edited = input === undefined ? undefined : storedInput(Buffer.from(JSON.stringify(input)));
    const now = clock.now();
    const forked = forkLog(
      events,
      node,
      {
        run,
        definition: newDefinition ? flow.definition : origin.definition,
        now,
        deadline: now + (after.timeout_seconds ?? RUN_LIMITS.standardSeconds) * 1000,
        ...(edited === undefined ? {} : { input: edited.value }),
      },
      { from: before, to: after },
    );
    if ('refused' in forked) throw refused(forked, node);
    const [started, ...kept] = forked.events;
    if (started?.type !== 'run_started') throw new Error('a fork does not begin with a start');
    const row: RunRow = {
      ...origin,
      run,
      id: run,
      definition: started.definition,
      started_by: startedBy,
      request: digestOf(Buffer.from(run)),
      ...begun(now, owner()),
      parent_run: null,
      parent_exec: null,
      parent_attempt: null,
      origin_run: origin.run,
      origin_kind: 'fork',
    };
    await this.#create({
      row,
      started,
      kept,
      definition: after,
      copied: valuesOf(forked.events, edited?.value),
      edited,
    });
    return run;
  }

  async #create(fork: {
    readonly row: RunRow;
    readonly started: RunEvent & RunStarted;
    readonly kept: readonly RunEvent[];
    readonly definition: FlowDefinition;
    /** Bytes of the values of the first run by digest. */
    readonly copied: ReadonlyMap<string, number>;
    readonly edited: { readonly value: StoredValue; readonly text: Buffer } | undefined;
  }): Promise<void> {
    const { active, quota, store } = this.#options;
    const { row, started, kept, definition, copied, edited } = fork;
    const values = active.values(row);
    if (edited !== undefined) values.keep(edited.text);
    const copiedBytes = [...copied.values()].reduce((sum, bytes) => sum + bytes, 0);
    const reserved = quota.reserve(row.project_id, started.input.bytes + copiedBytes);
    const also = store.payloads.copying(row.origin_run ?? '', row.run, [...copied.keys()]);
    const isNew = await active
      .create({ row, started, kept, definition, values, also, copiedBytes })
      .catch((error: unknown) => {
        reserved.release();
        throw isGuard(error) ? new PlatformError('flow_run_not_found', 'the run was removed meanwhile') : error;
      });
    if (!isNew) throw new Error('a new run exists already');
  }

  async #log(run: string): Promise<RunEvent[]> {
    const rows = await this.#options.store.events(run, 0, Number.MAX_SAFE_INTEGER);
    return rows.flatMap(({ events }) => JSON.parse(events) as RunEvent[]);
  }
}

function storedInput(text: Buffer): { readonly value: StoredValue; readonly text: Buffer } {
  const bytes = text.length;
  if (bytes > VALUE_LIMITS.valueBytes) {
    throw new PlatformError('event_too_large', `an input may have ${VALUE_LIMITS.valueBytes} bytes`);
  }
  if (bytes <= VALUE_LIMITS.inlineBytes) return { value: { json: JSON.parse(text.toString('utf8')), bytes }, text };
  return { value: { digest: digestOf(text), bytes }, text };
}

function refused(
  result: Exclude<ReturnType<typeof forkLog>, { readonly events: unknown }>,
  node: string,
): PlatformError {
  const name = node.slice(0, 100);
  switch (result.refused) {
    case 'not_reached':
      return new PlatformError('flow_fork_refused', `the run did not reach node ${name}`);
    case 'inside':
      return new PlatformError('flow_fork_refused', `node ${name} is inside a loop or a service node`, {
        hint: 'Its results are parts of one output: fork at the loop or the service node, which then runs as a whole.',
      });
    case 'changed':
      return new PlatformError(
        'flow_fork_refused',
        `the definition changed nodes whose results would be kept: ${result.nodes.slice(0, 10).join(', ')}`,
        { hint: 'Continue from an earlier node, or with the definition of the run.' },
      );
  }
}

/** Bytes of the large values in events by digest, without one that is new. */
function valuesOf(events: readonly RunEvent[], without: StoredValue | undefined): Map<string, number> {
  const found = new Map<string, number>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('digest' in value && typeof value.digest === 'string' && 'bytes' in value) {
      found.set(value.digest, Number(value.bytes));
    }
    // a value inside may look like one: it is JSON of the user
    else if (!('json' in value)) for (const each of Object.values(value)) visit(each);
  };
  visit(events);
  if (without !== undefined && 'digest' in without) found.delete(without.digest);
  return found;
}
