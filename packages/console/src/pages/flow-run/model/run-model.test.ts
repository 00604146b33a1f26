import type { EventBody, FlowDefinition, RunEvent } from '@funcgraph/flow';
import { expect, it } from 'vitest';
import { barsOf, timelineRows } from '../timeline/rows.ts';
import { timeScale } from '../timeline/time-scale.ts';
import { isTaken, nodeState } from './node-states.ts';
import { runModel } from './run-model.ts';

const value = (json: never) => ({ json, bytes: 2 });
const NOTHING = value({} as never);
const events = (bodies: readonly EventBody[]): RunEvent[] => bodies.map((body, at) => ({ v: 1, at: at * 10, ...body }));
const START: EventBody = {
  type: 'run_started',
  run: 'r',
  definition: 'd',
  input: NOTHING,
  merge: false,
  deadline: 1e12,
  depth: 0,
  first: 'each',
};
const node = (id: string, kind: string, more: object = {}) => ({ id, name: id, kind, ...more });
const FLOW = {
  nodes: [
    node('start', 'start'),
    node('each', 'loop'),
    node('step', 'function', { parent: 'each' }),
    node('end', 'end'),
  ],
  edges: [
    { from: 'start', to: 'each' },
    { from: 'each', to: 'end' },
  ],
} as unknown as FlowDefinition;

const stateOf = (id: string, model: ReturnType<typeof runModel>) => {
  const found = FLOW.nodes.find((each) => each.id === id);
  if (found === undefined) throw new Error(id);
  return nodeState(found, model);
};

const LOOP: readonly EventBody[] = [
  START,
  {
    type: 'node_started',
    exec: 0,
    node: 'each',
    kind: 'loop',
    first: 'step',
    count: 2,
    concurrency: 0,
    item_name: 'item',
    result_path: ['done'],
  },
  { type: 'loop_items', exec: 0, items: [value(1 as never), value(2 as never)] },
  { type: 'iterations_started', exec: 0, count: 2 },
  { type: 'node_started', exec: 2, node: 'step', kind: 'function' },
  { type: 'node_started', exec: 1, node: 'step', kind: 'function' },
  { type: 'call_finished', exec: 2, attempt: 1, error: { error_code: 'E', error_message: 'no' } },
  { type: 'retry_scheduled', exec: 2, rule: 0, due: 200 },
];

it('counts the iterations of a node, and calls it running while one is tried again', () => {
  const model = runModel(events(LOOP));
  expect(stateOf('step', model)).toEqual({ status: 'running', times: 2, ended: 1, attempts: 2 });
  expect(stateOf('each', model).status).toBe('running');
  expect(stateOf('end', model).status).toBe('none');
  expect(FLOW.edges.map((edge) => isTaken(edge, FLOW, model))).toEqual([true, false]);
});

it('calls a node failed once its last attempt failed', () => {
  const model = runModel(
    events([
      ...LOOP,
      { type: 'call_started', exec: 2, attempt: 2 },
      { type: 'call_finished', exec: 2, attempt: 2, error: { error_code: 'E', error_message: 'no' } },
      { type: 'node_failed', exec: 2, error: { error_code: 'E', error_message: 'no' } },
    ]),
  );
  expect(model.byNode.get('step')?.map(({ nth, attempt, status }) => [nth, attempt, status])).toEqual([
    [0, 1, 'fail'],
    [1, 1, 'running'],
    [2, 2, 'fail'],
  ]);
  expect(stateOf('step', model)).toMatchObject({ status: 'running', times: 2, attempts: 3 });
});

it('puts the iterations below their loop in their order, with the time until the next attempt', () => {
  const rows = timelineRows(runModel(events(LOOP)));
  expect(rows.map(({ node: id, depth, index }) => [id, depth, index])).toEqual([
    ['each', 0, undefined],
    ['step', 1, 0],
    ['step', 1, 1],
  ]);
  const [, , retried] = rows;
  expect(retried && barsOf(retried, timeScale({ from: 0, to: 400 }, []), 400)).toEqual([
    { kind: 'bad', from: 0.1, to: 0.15 },
    { kind: 'wait', from: 0.15, to: 0.5 },
  ]);
});
