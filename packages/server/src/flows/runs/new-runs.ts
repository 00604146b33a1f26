import { hash } from 'node:crypto';
import { type FlowDefinition, RUN_LIMITS, type RunEvent, type RunStarted } from '@funcgraph/flow';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { Flow, FlowCatalog } from '../types.ts';
import type { ActiveRuns } from './actor/active-runs.ts';
import type { FlowMinutes } from './metrics/flow-minutes.ts';
import type { Plans } from './plans.ts';
import type { FlowIdentity } from './rights.ts';
import type { RunQuota } from './run-quota.ts';
import { begun, type RunRow } from './store/run-rows.ts';
import type { LargeValues } from './values/large-values.ts';
import type { RunValues } from './values/run-values.ts';
import { VALUE_LIMITS } from './values/value-limits.ts';
import { keepText } from './values/value-text.ts';

export interface RunStart {
  readonly run: string;
  readonly id: string;
  readonly flow: Flow;
  /** Digest of the definition. */
  readonly definition: string;
  /** JSON text. */
  readonly input: Buffer;
  readonly merge?: boolean | undefined;
  /** Of sub-flows. */
  readonly depth: number;
  /** See `FlowIdentity`. */
  readonly chainDepth?: number | undefined;
  /** See `FlowIdentity`. */
  readonly traceparent?: string | undefined;
  readonly startedBy: string;
  /** JSON text. */
  readonly headers: string;
  readonly parent?: { readonly run: string; readonly exec: number; readonly attempt: number; readonly waits: boolean };
  readonly origin?: { readonly run: string; readonly kind: 'retry' };
  /** The run exists in memory only. */
  readonly isVolatile?: boolean;
  /** The run fails with it before its first node. */
  readonly refused?: RunStarted['refused'] & {};
  /** Stored in the same step. */
  readonly also?: readonly AtomicStatement[];
}

export interface NewRunsOptions {
  readonly catalog: FlowCatalog;
  readonly active: () => ActiveRuns;
  readonly plans: Plans;
  readonly quota: RunQuota;
  readonly minutes: FlowMinutes;
  readonly large: LargeValues;
  readonly clock: Clock;
  readonly owner: () => string;
}

/** Makes runs of flows. What is shared by a start, a retry and a sub-flow. */
export class NewRuns {
  readonly #options: NewRunsOptions;

  constructor(options: NewRunsOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the run is on disk and begins; with the row that would have been stored, and whether it was. Throws
   * `event_too_large`, `invalid_request` for an input that is no JSON, and for exceeded quotas.
   */
  async start(request: RunStart): Promise<{ readonly row: RunRow; readonly isNew: boolean }> {
    const { catalog, active, minutes } = this.#options;
    const { flow } = request;
    const definition = await catalog.definition(request.definition);
    const row = await this.#row(request, definition);
    const values = active().values(row);
    const started = await this.#started(request, definition, values);
    const ref = { projectId: flow.projectId, flowId: flow.id };
    const reserved = this.#reserve(ref, request.input.length);
    let isNew = false;
    try {
      const newRun = { row, started, definition, values, also: request.also ?? [] };
      if (request.isVolatile === true) {
        active().createVolatile(newRun);
        isNew = true;
      } else isNew = await active().create(newRun);
    } finally {
      if (!isNew || request.isVolatile === true) reserved.release();
    }
    if (isNew) minutes.begun(ref);
    return { row, isNew };
  }

  #reserve(ref: { readonly projectId: string; readonly flowId: string }, bytes: number): { release(): void } {
    const { quota, minutes } = this.#options;
    try {
      return quota.reserve(ref.projectId, bytes);
    } catch (error) {
      minutes.refused(ref);
      throw error;
    }
  }

  async #row(request: RunStart, definition: FlowDefinition): Promise<RunRow> {
    const { clock, owner } = this.#options;
    const { flow, merge, parent, origin, chainDepth = 0, traceparent } = request;
    const now = clock.now();
    const identity: FlowIdentity = {
      ...(definition.agency === undefined ? {} : { agency: definition.agency }),
      savedBy: flow.savedBy,
      ...(chainDepth === 0 ? {} : { chainDepth }),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    return {
      run: request.run,
      id: request.id,
      project_id: flow.projectId,
      flow_id: flow.id,
      definition: request.definition,
      pins: JSON.stringify(await this.#pins(flow, definition)),
      mode: definition.mode,
      identity: JSON.stringify(identity),
      started_by: request.startedBy,
      headers: request.headers,
      request: hash('sha256', Buffer.concat([Buffer.from(`${merge ?? ''}\n`), request.input]), 'hex'),
      ...begun(now, owner()),
      parent_run: parent?.run ?? null,
      parent_exec: parent?.exec ?? null,
      // without it the end of the run is sent to no parent
      parent_attempt: parent?.waits === true ? parent.attempt : null,
      origin_run: origin?.run ?? null,
      origin_kind: origin?.kind ?? null,
    };
  }

  async #started(request: RunStart, definition: FlowDefinition, values: RunValues): Promise<RunEvent & RunStarted> {
    const { clock, large } = this.#options;
    const { run, input, merge, depth, parent, refused } = request;
    if (input.length > VALUE_LIMITS.valueBytes) {
      throw new PlatformError(
        'event_too_large',
        `the input of a flow may have ${VALUE_LIMITS.valueBytes} bytes, this one has ${input.length}`,
      );
    }
    const kept = await keepText(input, values, large.of(request.flow.projectId));
    if ('fault' in kept) throw new PlatformError('invalid_request', `the input is not JSON: ${kept.fault}`);
    const now = clock.now();
    const { timeout_seconds = RUN_LIMITS.standardSeconds, mode } = definition;
    const seconds = mode === 'EXPRESS' ? Math.min(timeout_seconds, RUN_LIMITS.expressSeconds) : timeout_seconds;
    return {
      v: 1,
      at: now,
      type: 'run_started',
      run,
      definition: request.definition,
      input: kept.value,
      merge: merge ?? definition.merge_parameters,
      deadline: now + seconds * 1000,
      depth,
      first: this.#options.plans.of(definition).first,
      ...(refused === undefined ? {} : { refused }),
      ...(parent === undefined ? {} : { parent: { run: parent.run, exec: parent.exec } }),
    };
  }

  /** The present definitions of all flows that the run may start, so that a change does not reach it. */
  async #pins(flow: Flow, definition: FlowDefinition): Promise<Record<string, string>> {
    const { catalog } = this.#options;
    const pins: Record<string, string> = {};
    const visit = async (each: FlowDefinition, depth: number): Promise<void> => {
      for (const node of each.nodes) {
        if (node.kind !== 'subflow' || depth > RUN_LIMITS.depth) continue;
        const child = await catalog.flowByUrn(flow.projectId, node.flow);
        if (child === undefined || child.id in pins) continue;
        pins[child.id] = child.definition;
        await visit(await catalog.definition(child.definition), depth + 1);
      }
    };
    await visit(definition, 1);
    return pins;
  }
}
