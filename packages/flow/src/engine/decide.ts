import type { Run } from './desk.ts';
import { evaluate } from './evaluate.ts';
import type { EventBody } from './events.ts';
import { leading } from './exit.ts';
import { fanOutput } from './fold.ts';
import { RUN_LIMITS } from './limits.ts';
import type { PlanNode } from './plan.ts';
import { type Exec, type Fan, isOpen, ROOT, type RunState } from './state.ts';
import type { Value } from './values.ts';
import type { Work } from './work.ts';

/** The next events of an execution, none when it waits, or the work that lacks values. */
export type Decision = (
  | { readonly events: readonly EventBody[] }
  | { readonly work: Work; readonly missing: readonly string[] }
) & {
  /** How long it took, in elements that expressions look at. */
  readonly cost: number;
};

const NONE: Decision = { events: [], cost: 0 };

/** Decides for one execution. Changes nothing; depends on its arguments only. */
export function decide(run: Run, state: RunState, id: number, now: number): Decision {
  const exec = state.execs.get(id);
  const next = exec ? nextStep(run, state, exec, now) : [];
  if (Array.isArray(next)) return next.length > 0 ? { events: next, cost: 0 } : NONE;
  const evaluated = evaluate(run, next);
  return 'events' in evaluated ? evaluated : { work: next, ...evaluated };
}

/** What ends the run; none while it goes on. */
export function decideEnd(state: RunState, now: number): readonly EventBody[] {
  const end = state.status === 'running' ? endOf(state, now) : undefined;
  if (!end) return [];
  const live = [...state.execs.keys()];
  const finished: EventBody = { type: 'run_finished', ...end };
  return live.length > 0 ? [{ type: 'abandoned', execs: live }, finished] : [finished];
}

type End = Omit<Extract<EventBody, { type: 'run_finished' }>, 'type'>;

function endOf(state: RunState, now: number): End | undefined {
  const because = (status: 'fail' | 'timeout' | 'cancel', error_code: string, error_message: string): End => ({
    status,
    error: { error_code, error_message },
  });
  if (state.stopping) return because('cancel', 'stopped', 'the run was stopped');
  if (now >= state.deadline) return because('timeout', 'run_timeout', 'the run exceeded its time limit');
  if (state.error) return { status: 'fail', error: state.error };
  if (state.executions > RUN_LIMITS.nodeExecutions) {
    return because('fail', 'too_many_node_executions', `more than ${RUN_LIMITS.nodeExecutions} node executions`);
  }
  if (state.bytes > RUN_LIMITS.runBytes) {
    return because('fail', 'values_too_large', `the values of the run are over ${RUN_LIMITS.runBytes} bytes together`);
  }
  return state.output ? { status: 'success' } : undefined;
}

/** The work that an execution needs now, as `decide` would evaluate it. */
export function pendingWork(run: Run, state: RunState, id: number, now: number): Work | undefined {
  const exec = state.execs.get(id);
  const next = exec ? nextStep(run, state, exec, now) : [];
  return Array.isArray(next) ? undefined : next;
}

function nextStep(run: Run, state: RunState, exec: Exec, now: number): EventBody[] | Work {
  const plan = run.plan.nodes.get(exec.node);
  if (!plan) throw new Error(`the definition has no node ${exec.node}`);
  const at: Place = { run, state, exec, plan, now };
  switch (exec.stage) {
    case 'arrived':
      return { ...workOf(at, 'enter'), step: 'enter', arrived: exec.input, callback: callbackKey(state, exec) };
    case 'started':
      return firstActions(at, 1);
    case 'calling':
      return afterCalls(at);
    case 'retrying':
      return isDue(at) ? retry(at) : [];
    case 'waiting':
      return afterWait(at);
    case 'branching':
      return exec.fan ? afterBranch(at, exec.fan) : [];
    case 'looping':
      return exec.fan ? afterIteration(at, exec.fan) : [];
  }
}

interface Place {
  readonly run: Run;
  readonly state: RunState;
  readonly exec: Exec;
  readonly plan: PlanNode;
  readonly now: number;
}

function workOf({ run, state, exec, now }: Place, id: string) {
  const { merge, depth, deadline } = state;
  return { exec: exec.id, id, node: exec.node, join: joinOf(run, state, exec), merge, depth, deadline, now };
}

/** Where the branch of an execution ends: at the join of the innermost parallel node around it that has one. */
function joinOf(run: Run, state: RunState, exec: Exec): string | null {
  for (let owner = state.execs.get(exec.owner); owner; owner = state.execs.get(owner.owner)) {
    const join = run.plan.nodes.get(owner.node)?.join ?? null;
    if (join !== null) return join;
  }
  return null;
}

function callbackKey(state: RunState, exec: Exec): string {
  const owner = state.execs.get(exec.owner);
  return owner?.stage === 'looping' ? `${exec.node}#${exec.index}` : exec.node;
}

const isDue = ({ state, exec, now }: Place): boolean => now >= (state.timers.get(exec.id) ?? Number.POSITIVE_INFINITY);

function retry(at: Place): EventBody[] | Work {
  const attempt = at.exec.attempt + 1;
  if (at.plan.node.kind === 'service') return firstActions(at, attempt);
  return [{ type: 'call_started', exec: at.exec.id, attempt }];
}

function firstActions(at: Place, attempt: number): Work {
  const { actions, node } = at.plan;
  const first = node.kind === 'service' && node.action_mode === 'sequential' ? actions.slice(0, 1) : actions;
  return { ...workOf(at, `act:${attempt}`), step: 'act', attempt, actions: first, arrived: at.exec.input };
}

function afterCalls(at: Place): EventBody[] | Work {
  const { exec, plan } = at;
  const failed = exec.calls.find((call) => call.error);
  const result = {
    ...workOf(at, `result:${exec.attempt}`),
    step: 'result',
    attempt: exec.attempt,
    used: exec.used,
  } as const;
  if (failed?.error) return { ...result, results: [], error: failed.error };
  if (exec.calls.some(isOpen)) return [];
  const results = exec.calls.flatMap((call): Value[] => (call.result ? [call.result] : []));
  const [last, next] = [exec.calls.at(-1), plan.actions[exec.calls.length]];
  if (next === undefined || last?.result === undefined || last.action === undefined) return { ...result, results };
  const act = {
    step: 'act',
    attempt: exec.attempt,
    actions: [next],
    arrived: last.result,
    after: last.action,
  } as const;
  return { ...workOf(at, `act:${exec.attempt}:${next}`), ...act };
}

function afterWait(at: Place): EventBody[] {
  const { state, exec, plan } = at;
  const finished: EventBody = {
    type: 'node_finished',
    exec: exec.id,
    ...leading(joinOf(at.run, state, exec), plan.next),
  };
  const callback = exec.callback === undefined ? undefined : state.callbacks.get(exec.callback);
  if (callback?.state === 'received') {
    return [callback.error ? { type: 'node_failed', exec: exec.id, error: callback.error } : finished];
  }
  if (!isDue(at)) return [];
  if (!callback) return [finished];
  const error = { error_code: 'callback_timeout', error_message: `no callback of ${exec.node} came in time` };
  return [{ type: 'node_failed', exec: exec.id, error }];
}

function afterBranch(at: Place, fan: Fan): EventBody[] | Work {
  if (fan.count - fan.failed < fan.required) return failFan(at, fan);
  return fan.done >= fan.required ? finishFan(at, fan) : [];
}

function afterIteration(at: Place, fan: Fan): EventBody[] | Work {
  if (fan.failed > 0) return failFan(at, fan);
  if (fan.done === fan.count) return finishFan(at, fan);
  const { node } = at.plan;
  if (node.kind !== 'loop' || fan.started === fan.count || at.now < fan.next_at) return [];
  const room = fan.concurrency - (fan.started - fan.done);
  if (room <= 0) return [];
  if (fan.items.length === 0) {
    return { ...workOf(at, `items:${fan.started}`), step: 'items', input: at.exec.input, from: fan.started };
  }
  const exec = at.exec.id;
  if (node.interval_seconds === 0) {
    return [{ type: 'iterations_started', exec, count: Math.min(room, fan.items.length) }];
  }
  return [{ type: 'iterations_started', exec, count: 1, next_at: at.now + node.interval_seconds * 1000 }];
}

function failFan(at: Place, fan: Fan): EventBody[] {
  const error = fan.error ?? { error_code: 'internal', error_message: 'a branch failed' };
  return [...abandonInside(at), { type: 'node_failed', exec: at.exec.id, error }];
}

function finishFan(at: Place, fan: Fan): EventBody[] | Work {
  const output = fanOutput(at.state, at.exec.input, fan);
  const left = abandonInside(at);
  // the rest is abandoned first: the work may have to wait for its values
  if (left.length > 0) return left;
  if (output.bytes > RUN_LIMITS.valueBytes) {
    const error_message = `the results have ${output.bytes} bytes; ${RUN_LIMITS.valueBytes} are allowed`;
    return [{ type: 'node_failed', exec: at.exec.id, error: { error_code: 'value_too_large', error_message } }];
  }
  return { ...workOf(at, 'output'), step: 'output', output };
}

function abandonInside({ state, exec: { id } }: Place): EventBody[] {
  const isInside = (exec: Exec): boolean => {
    let owner = exec.owner;
    while (owner !== ROOT && owner !== id) owner = state.execs.get(owner)?.owner ?? ROOT;
    return owner === id;
  };
  const execs = [...state.execs.values()].filter(isInside).map((exec) => exec.id);
  return execs.length > 0 ? [{ type: 'abandoned', execs }] : [];
}
