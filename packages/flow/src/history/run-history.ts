import type { Around } from '../compare/compare-runs.ts';
import { callKey } from '../engine/call-key.ts';
import type { CallId } from '../engine/commands.ts';
import type { RunEvent } from '../engine/events.ts';
import { begin, fold } from '../engine/fold.ts';
import type { Exec, RunState } from '../engine/state.ts';
import type { Value } from '../engine/values.ts';

export interface TryError {
  readonly code: string;
  readonly message: string;
}

/** One try of a node, or one iteration, with values as they are stored. */
export interface NodeTry {
  readonly node: string;
  /** The parallel nodes, loops and service node it ran in, the outermost first. */
  readonly inside: readonly Around[];
  /** From 1. */
  readonly attempt: number;
  status: 'running' | 'success' | 'fail' | 'cancel';
  readonly input: Value;
  output?: Value;
  error?: TryError;
  readonly startedAt: number;
  endedAt?: number;
  readonly requestId?: string;
  /** The node that the edge of its last attempt led to. */
  to?: string;
  /** The version that the function resolved to. */
  target?: string;
  /** Of a wait: when it ends, or its callback times out. */
  readonly due?: number;
  /** The key of the callback that a wait is for. */
  readonly callback?: string;
  /** When the next attempt begins. */
  retryAt?: number;
  /** The run of a sub-flow. */
  child?: string;
}

/** What the log of a run says about its nodes. Events are added in order; nothing is evaluated. */
export class RunHistory {
  readonly #requestIdOf: ((callKey: string) => string) | undefined;
  #state: RunState | undefined;
  /** In the order in which they began. */
  readonly tries: NodeTry[] = [];
  /** Tries that have not ended, by execution; the last of each is its present one. */
  readonly #open = new Map<number, NodeTry[]>();
  /** Calls that have not ended. */
  readonly #calls = new Map<string, NodeTry>();
  end: Extract<RunEvent, { type: 'run_finished' }> | undefined;
  started: Extract<RunEvent, { type: 'run_started' }> | undefined;

  /** Without `requestIdOf` tries have no request ids. */
  constructor(requestIdOf?: (callKey: string) => string) {
    this.#requestIdOf = requestIdOf;
  }

  /** The output of the run. */
  get output(): Value | undefined {
    return this.#state?.output;
  }

  add(event: RunEvent): void {
    if (event.type === 'run_started') {
      this.started = event;
      this.#state = begin(event);
      return;
    }
    const state = this.#state;
    if (state === undefined) throw new Error('the log of a run does not begin with its start');
    const before = 'exec' in event ? state.execs.get(event.exec) : undefined;
    const place = before === undefined ? undefined : { owner: before.owner, index: before.index };
    fold(state, event);
    switch (event.type) {
      case 'node_started':
        this.#began(state, event);
        return;
      case 'call_started':
        this.#called(state, event);
        return;
      case 'call_finished': {
        const found = this.#calls.get(nameOf(event));
        this.#calls.delete(nameOf(event));
        if (found === undefined) return;
        const { result, error, target } = event;
        found.status = error === undefined ? 'success' : 'fail';
        found.endedAt = event.at;
        if (result !== undefined) found.output = result;
        if (error !== undefined) found.error = errorOf(error);
        if (target !== undefined) found.target = target;
        return;
      }
      case 'child_started': {
        const parent = this.#open.get(event.exec)?.at(-1);
        if (parent !== undefined) parent.child = event.run;
        return;
      }
      case 'retry_scheduled': {
        const failed = this.#open.get(event.exec)?.at(-1);
        if (failed !== undefined) failed.retryAt = event.due;
        return;
      }
      case 'node_finished':
        this.#finished(state, event, place);
        return;
      case 'node_failed':
        this.#ended(event, 'fail', { error: errorOf(event.error) });
        return;
      case 'abandoned':
        for (const exec of event.execs) this.#ended({ exec, at: event.at }, 'cancel');
        return;
      case 'run_finished':
        this.end = event;
        for (const exec of [...this.#open.keys()]) this.#ended({ exec, at: event.at }, 'cancel');
        return;
      default:
    }
  }

  #began(state: RunState, event: Extract<RunEvent, { type: 'node_started' }>): void {
    const { exec: id, at, kind } = event;
    const isCall = kind === 'function' || kind === 'subflow';
    const exec = state.execs.get(id);
    // a node without work ends in the same step
    if (exec === undefined) return;
    this.#push(id, {
      node: exec.node,
      inside: aroundOf(state, exec),
      attempt: 1,
      status: 'running',
      input: exec.input,
      startedAt: at,
      ...(isCall ? this.#requestOf(state, { exec: id, attempt: 1 }) : {}),
      ...(kind === 'wait'
        ? { due: event.due, ...(event.callback === undefined ? {} : { callback: event.callback }) }
        : {}),
    });
    const last = this.#open.get(id)?.at(-1);
    if (isCall && last !== undefined) this.#calls.set(nameOf({ exec: id, attempt: 1 }), last);
  }

  #called(state: RunState, event: Extract<RunEvent, { type: 'call_started' }>): void {
    const exec = state.execs.get(event.exec);
    if (exec === undefined) return;
    const { action, attempt } = event;
    const call = { exec: event.exec, attempt, ...(action === undefined ? {} : { action }) };
    const each: NodeTry = {
      node: action ?? exec.node,
      inside: [...aroundOf(state, exec), ...(action === undefined ? [] : [{ node: exec.node }])],
      attempt,
      status: 'running',
      input: exec.calls.at(-1)?.input ?? exec.input,
      startedAt: event.at,
      ...this.#requestOf(state, call),
    };
    this.#push(event.exec, each);
    this.#calls.set(nameOf(call), each);
  }

  #requestOf(state: RunState, call: CallId): { readonly requestId?: string } {
    return this.#requestIdOf === undefined ? {} : { requestId: this.#requestIdOf(callKey(state, call)) };
  }

  #push(exec: number, each: NodeTry): void {
    this.tries.push(each);
    const open = this.#open.get(exec);
    if (open === undefined) this.#open.set(exec, [each]);
    else open.push(each);
  }

  #finished(
    state: RunState,
    event: Extract<RunEvent, { type: 'node_finished' }>,
    place: { readonly owner: number; readonly index: number } | undefined,
  ): void {
    // what the node passes on: to the next node, to its branch or iteration, or to the run
    const next = event.to === undefined ? undefined : state.execs.get(state.next - 1);
    const owner = place === undefined ? undefined : state.execs.get(place.owner);
    const output = event.output ?? next?.input ?? owner?.fan?.results[place?.index ?? 0] ?? state.output;
    this.#ended(event, 'success', output ? { output } : {});
  }

  #ended(
    { exec, at, to }: { readonly exec: number; readonly at: number; readonly to?: string },
    status: NodeTry['status'],
    { error, output }: { readonly error?: TryError; readonly output?: Value } = {},
  ): void {
    const open = this.#open.get(exec) ?? [];
    this.#open.delete(exec);
    for (const each of open) {
      if (each.status !== 'running') continue;
      each.status = status;
      each.endedAt = at;
      if (error !== undefined) each.error = error;
    }
    // of the last call of a function; of a service node, not of its actions
    const last = open.findLast(({ node }) => node === open[0]?.node);
    if (output !== undefined && last?.status === 'success') last.output = output;
    if (to !== undefined && last !== undefined) last.to = to;
  }
}

function aroundOf(state: RunState, { owner, index }: Pick<Exec, 'owner' | 'index'>): readonly Around[] {
  const exec = state.execs.get(owner);
  return exec === undefined ? [] : [...aroundOf(state, exec), { node: exec.node, index }];
}

function nameOf({ exec, attempt, action }: { exec: number; attempt: number; action?: string }): string {
  return `${exec} ${attempt} ${action ?? ''}`;
}

function errorOf({ error_code, error_message }: { error_code: string; error_message: string }): TryError {
  return { code: error_code, message: error_message };
}
