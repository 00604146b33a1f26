import type { ConditionNode, LoopNode, ParallelNode, SubflowNode, WaitNode } from '../definition.ts';
import type { Desk } from './desk.ts';
import { NodeFailure } from './desk.ts';
import type { EventBody } from './events.ts';
import { leading } from './exit.ts';
import { RUN_LIMITS } from './limits.ts';
import { resultKeys } from './plan.ts';
import { parseTime } from './rfc3339.ts';
import type { Work } from './work.ts';

type Enter = Extract<Work, { step: 'enter' }>;

/** A value arrived at a node: the node starts. */
export function enter(desk: Desk, work: Enter): EventBody[] {
  const { node } = desk.plan;
  const input = desk.inputOf(desk.plan, work.arrived);
  const started = { type: 'node_started', exec: work.exec, node: node.id, ...input.field } as const;
  switch (node.kind) {
    case 'end':
      return [
        { ...started, kind: 'end' },
        { type: 'node_finished', exec: work.exec },
      ];
    case 'function':
      return [{ ...started, kind: 'function' }];
    case 'service':
      return [{ ...started, kind: 'service' }];
    case 'subflow':
      return [{ ...started, kind: 'subflow', wait: node.wait }, ...tooDeep(work, node)];
    case 'condition':
      return [{ ...started, kind: 'condition' }, choose(desk, node, input)];
    case 'parallel':
      return [{ ...started, kind: 'parallel', ...fanOf(desk, node) }];
    case 'loop':
      return startLoop(desk, node, input, started);
    case 'wait':
      return startWait(desk, node, input, started, work);
    default:
      throw new Error(`an edge led to the ${node.kind} node ${node.id}`);
  }
}

type Input = ReturnType<Desk['inputOf']>;
type Started = { readonly type: 'node_started'; readonly exec: number; readonly node: string };

function choose(desk: Desk, node: ConditionNode, input: Input): EventBody {
  const exec = desk.work.exec;
  const choice = desk.plan.choices.find(({ holds }) => !holds || desk.eval(holds, input.json));
  if (!choice) {
    const error_message = `no branch of ${node.id} holds and it has no default branch`;
    return { type: 'node_failed', exec, error: { error_code: 'no_branch', error_message } };
  }
  const output = desk.outputOf(desk.plan, input.value);
  return { type: 'node_finished', exec, ...(output ? { output } : {}), ...leading(desk.work.join, choice.to) };
}

function fanOf(desk: Desk, node: ParallelNode) {
  const { branches } = desk.plan;
  const required = { all: branches.length, one: 1, count: node.count ?? branches.length }[node.completion];
  return { branches, required, result_path: resultKeys(node.result_path) };
}

function startLoop(desk: Desk, node: LoopNode, input: Input, started: Started): EventBody[] {
  const array = desk.plan.path && desk.eval(desk.plan.path, input.json);
  const isArray = Array.isArray(array);
  const loop: EventBody = {
    ...started,
    kind: 'loop',
    first: desk.plan.first ?? '',
    count: isArray ? array.length : 0,
    concurrency: node.concurrency || RUN_LIMITS.loopWindow,
    item_name: node.item_name,
    result_path: resultKeys(node.result_path),
  };
  if (isArray) return [loop];
  const error_message = `${node.array_path} gives no array`;
  return [loop, { type: 'node_failed', exec: started.exec, error: { error_code: 'not_an_array', error_message } }];
}

function startWait(desk: Desk, node: WaitNode, input: Input, started: Started, work: Enter): EventBody[] {
  if (node.callback) {
    const seconds = node.callback.timeout_seconds;
    const due = seconds === undefined ? work.deadline : work.now + seconds * 1000;
    return [{ ...started, kind: 'wait', due, callback: work.callback }];
  }
  if (!desk.plan.path) return [{ ...started, kind: 'wait', due: work.now + (node.seconds ?? 0) * 1000 }];
  const text = desk.eval(desk.plan.path, input.json);
  const due = typeof text === 'string' ? parseTime(text) : undefined;
  if (due === undefined) throw new NodeFailure('not_a_time', `${node.until} gives no RFC 3339 time`);
  return [{ ...started, kind: 'wait', due }];
}

function tooDeep(work: Enter, node: SubflowNode): EventBody[] {
  if (work.depth < RUN_LIMITS.depth) return [];
  const error_message = `${node.flow} would be inside more than ${RUN_LIMITS.depth} flows`;
  const error = { error_code: 'subflow_too_deep', error_message };
  return [{ type: 'call_finished', exec: work.exec, attempt: 1, error }];
}
