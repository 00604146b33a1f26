import {
  type Failure,
  type FlowDefinition,
  type Json,
  RUN_LIMITS,
  type RunFinished,
  type StoredValue,
} from '@funcgraph/flow';
import type { Clock } from '../../lib/clock.ts';
import { idOf } from '../../lib/ids.ts';
import type { AtomicStatement } from '../../storage/index.ts';
import type { Flow, FlowCatalog } from '../types.ts';
import type { ActiveRuns } from './actor/active-runs.ts';
import type { ChildRequest, Children } from './actor/commands.ts';
import type { RunActor } from './actor/run-actor.ts';
import type { RunContext } from './actor/run-context.ts';
import type { NewRuns } from './new-runs.ts';
import type { FlowRights } from './rights.ts';
import type { RunStore } from './store/run-store.ts';
import type { LargeValues } from './values/large-values.ts';
import { digestOf } from './values/run-values.ts';
import { VALUE_LIMITS } from './values/value-limits.ts';
import { textOf } from './values/value-text.ts';

export interface ChildRunsOptions {
  readonly store: RunStore;
  readonly catalog: FlowCatalog;
  readonly rights: FlowRights;
  readonly newRuns: NewRuns;
  readonly large: LargeValues;
  readonly active: () => ActiveRuns;
  readonly stop: (run: string) => Promise<void>;
  readonly stopping: (run: string) => AtomicStatement;
  readonly clock: Clock;
  readonly owner: () => string;
}

/** The runs of sub-flows. Each has the rights of its own flow; its parent needs the right to start it. */
export class ChildRuns implements Children {
  readonly #options: ChildRunsOptions;

  constructor(options: ChildRunsOptions) {
    this.#options = options;
  }

  async start(request: ChildRequest): Promise<{ readonly run: string } | { readonly failure: Failure }> {
    const { catalog, rights, newRuns } = this.#options;
    const { parent, call, depth, waits } = request;
    if (depth > RUN_LIMITS.depth) return failed('subflow_too_deep', `sub-flows may be ${RUN_LIMITS.depth} deep`);
    const flow = await catalog.flowByUrn(parent.projectId, request.flow);
    if (flow === undefined) return failed('flow_not_found', `there is no flow ${request.flow.slice(0, 300)}`);
    const refusal = rights.refusal(parent.identity, parent.projectId, { kind: 'flow', flow });
    if (refusal !== undefined) return failed('forbidden', refusal);
    const definition = await this.#definition(flow, parent);
    if (parent.mode === 'EXPRESS' && definition.mode === 'NORMAL' && waits) {
      return failed('subflow_not_express', 'an express flow cannot wait for a standard one');
    }
    const run = idOf(request.key);
    const link = { run: parent.run, exec: call.exec, attempt: call.attempt };
    await newRuns.start({
      run,
      id: run,
      flow,
      definition: definition.digest,
      input: request.input,
      depth,
      chainDepth: parent.identity.chainDepth,
      traceparent: parent.identity.traceparent,
      startedBy: parent.startedBy,
      headers: '{}',
      parent: { ...link, waits },
      ...(parent.mode === 'EXPRESS' && definition.mode === 'EXPRESS' && waits ? { isVolatile: true } : {}),
    });
    return { run };
  }

  stop(run: string): Promise<void> {
    return this.#options.stop(run);
  }

  stopping(run: string): AtomicStatement {
    return this.#options.stopping(run);
  }

  /** Sends the end of a run to the one that waits for it, as a part of its last append. */
  async endOf(end: RunFinished, context: RunContext, actor: RunActor): Promise<readonly AtomicStatement[]> {
    const { store, clock, owner } = this.#options;
    const { parent } = context;
    if (parent === undefined || this.#expressParent(context) !== undefined) return [];
    const row = await store.row(parent.run);
    if (row === undefined || row.ended_at !== null) return [];
    const result = await this.#resultOf(end, { actor, context }, async (text) => {
      const digest = digestOf(text);
      await store.payloads.put(parent.run, [{ digest, bytes: text }]);
      return { digest, bytes: text.length };
    });
    const { run, exec, attempt } = parent;
    const message = JSON.stringify({ type: 'call_finished', exec, attempt, ...result });
    const announce = row.owner !== owner();
    return [store.inbox.sending({ run, key: `child ${exec} ${attempt}`, message, at: clock.now(), announce })];
  }

  /** After the end is on disk. */
  async ended(end: RunFinished, context: RunContext, actor: RunActor): Promise<void> {
    const { parent } = context;
    if (parent === undefined) return;
    const waiting = this.#expressParent(context);
    if (waiting === undefined) return this.#options.active().poke(parent.run);
    const result = await this.#resultOf(end, { actor, context }, async (text) => waiting.parts.values.keep(text));
    const { exec, attempt } = parent;
    waiting.post({ message: { type: 'call_finished', exec, attempt, ...result } });
  }

  /** An express run in memory that waits for an express run in memory. */
  #expressParent({ parent, mode }: RunContext): RunActor | undefined {
    if (parent === undefined || mode !== 'EXPRESS') return undefined;
    return this.#options.active().expressActor(parent.run);
  }

  async #resultOf(
    end: RunFinished,
    { actor: { state, parts }, context }: { readonly actor: RunActor; readonly context: RunContext },
    keep: (text: Buffer) => Promise<StoredValue>,
  ): Promise<{ readonly result: StoredValue } | { readonly error: Failure }> {
    if (end.status !== 'success' || state.output === undefined) {
      const unknown = { error_code: 'subflow_failed', error_message: `the sub-flow ended as ${end.status}` };
      return { error: end.error ?? unknown };
    }
    const text = await textOf(state.output, parts.values, this.#options.large.of(context.projectId));
    const bytes = text.length;
    if (bytes > VALUE_LIMITS.inlineBytes) return { result: await keep(text) };
    return { result: { json: JSON.parse(text.toString('utf8')) as Json, bytes } };
  }

  /** The definition that the parent pinned when it started; the present one of a flow that is newer. */
  async #definition(
    flow: Flow,
    parent: RunContext,
  ): Promise<{ readonly digest: string; readonly mode: FlowDefinition['mode'] }> {
    const digest = parent.pins[flow.id] ?? flow.definition;
    return { digest, mode: (await this.#options.catalog.definition(digest)).mode };
  }
}

function failed(error_code: string, error_message: string): { readonly failure: Failure } {
  return { failure: { error_code, error_message } };
}
