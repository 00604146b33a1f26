import { isJsonObject, type Json, type JsonObject } from '../json/json.ts';
import { setField } from './compose.ts';
import { type Desk, NodeFailure } from './desk.ts';
import type { EventBody } from './events.ts';
import { exit, leading } from './exit.ts';
import type { Failure } from './failure.ts';
import { RUN_LIMITS } from './limits.ts';
import type { Guard } from './plan.ts';
import type { StoredValue, Value } from './values.ts';
import type { Work } from './work.ts';

/** Starts actions of a service node. In a sequence the output of the action before arrives. */
export function act(desk: Desk, work: Extract<Work, { step: 'act' }>): EventBody[] {
  const before = work.after === undefined ? undefined : desk.outputOf(desk.nodeOf(work.after), work.arrived);
  return work.actions.map((action) => {
    const input = desk.inputOf(desk.nodeOf(action), before ?? work.arrived);
    return {
      type: 'call_started',
      exec: work.exec,
      attempt: work.attempt,
      action,
      ...(work.after === undefined ? {} : { after: work.after }),
      // the event can omit the value that arrives, but not what the filter made of it
      ...(before ? { input: before } : {}),
      ...input.field,
    };
  });
}

type Result = Extract<Work, { step: 'result' }>;

/** The calls of a node ended. Its error node looks at the raw result, before the output filter, or at the error object. */
export function result(desk: Desk, work: Result): EventBody[] {
  const { guard } = desk.plan;
  if (work.error) {
    const { error } = work;
    if (!guard) return [{ type: 'node_failed', exec: work.exec, error }];
    const object = errorObject(error, desk.plan.node.id, work.attempt);
    const rule = guard.rules.findIndex(({ holds }) => !holds || desk.eval(holds, object));
    return [retry(work, guard, rule) ?? handle(desk, guard, { json: object, error, output: () => desk.write(object) })];
  }
  const raw = rawResult(desk, work);
  const rule = guard ? failedBy(desk, guard, raw.value) : undefined;
  if (!guard || rule === undefined) {
    const finished = exit(desk, raw.value);
    return [raw.stored && !finished.output ? { ...finished, output: raw.stored } : finished];
  }
  const error: Failure = {
    error_code: 'failed_result',
    error_message: `a condition of ${guard.id} holds for the result`,
  };
  const handled = { json: desk.json(raw.value), error, output: () => raw.stored };
  return [retry(work, guard, rule) ?? handle(desk, guard, handled)];
}

/**
 * The retry rule by which a result is a failure, -1 for a failure without retries. When no rule has a condition, the
 * conditions on the edges recognise failures.
 */
function failedBy(desk: Desk, guard: Guard, raw: Value): number | undefined {
  const conditional = guard.rules.some(({ holds }) => holds);
  const judges = conditional ? guard.rules : guard.choices;
  const index = judges.findIndex(({ holds }) => holds && desk.eval(holds, desk.json(raw)));
  if (index < 0) return undefined;
  return conditional ? index : -1;
}

function retry(work: Result, guard: Guard, index: number): EventBody | undefined {
  const rule = guard.rules[index];
  if (!rule || (work.used[index] ?? 0) >= rule.max_retries) return undefined;
  return { type: 'retry_scheduled', exec: work.exec, rule: index, due: work.now + rule.interval_ms };
}

interface Handled {
  readonly json: Json;
  readonly error: Failure;
  readonly output: () => StoredValue | undefined;
}

/** Retries are used up: the first edge of the error node that holds takes it. */
function handle(desk: Desk, guard: Guard, { json, error, output }: Handled): EventBody {
  const failed = { type: 'node_failed', exec: desk.work.exec, error } as const;
  const choice = guard.choices.find(({ holds }) => !holds || desk.eval(holds, json));
  if (!choice) return failed;
  const value = output();
  return { ...failed, via: guard.id, ...leading(desk.work.join, choice.to), ...(value ? { output: value } : {}) };
}

function errorObject(error: Failure, node: string, attempts: number): JsonObject {
  return {
    ...error.fields,
    error_code: error.error_code,
    error_message: error.error_message,
    ...(error.status === undefined ? {} : { status: error.status }),
    node_id: node,
    attempts,
  };
}

/** `stored` when it is not the result of the last call itself. */
function rawResult(desk: Desk, work: Result): { readonly value: Value; readonly stored?: StoredValue } {
  const { node, actions } = desk.plan;
  const last = work.results.at(-1) ?? { json: null, bytes: 4 };
  if (node.kind !== 'service') return { value: last };
  if (node.action_mode === 'sequential') {
    const action = actions.at(-1);
    const stored = action === undefined ? undefined : desk.outputOf(desk.nodeOf(action), last);
    return stored ? { value: stored, stored } : { value: last };
  }
  const bytes = work.results.reduce((sum, each) => sum + each.bytes, 0);
  if (bytes > RUN_LIMITS.actionsBytes) {
    const most = RUN_LIMITS.actionsBytes;
    throw new NodeFailure('value_too_large', `the results of the actions have ${bytes} bytes; ${most} are allowed`);
  }
  const merged: JsonObject = {};
  actions.forEach((action, index) => {
    const raw = work.results[index] ?? { json: null, bytes: 4 };
    const output = desk.json(desk.outputOf(desk.nodeOf(action), raw) ?? raw);
    if (!isJsonObject(output)) throw new NodeFailure('not_an_object', `the output of ${action} is no object`);
    for (const [key, value] of Object.entries(output)) setField(merged, key, value);
  });
  const stored = desk.write(merged);
  return { value: stored, stored };
}
