import type { EventBody, RunEvent } from '@funcgraph/flow';
import { expect, it } from 'vitest';
import { runModel } from '../model/run-model.ts';
import { type Column, executionRows, nextSorting, readSorting, sortedRows } from './execution-rows.ts';

const value = (json: unknown, bytes: number) => ({ json: json as never, bytes });
const COUNT = 10_000;

/** A loop whose iterations begin in the other order, of which each tenth is tried twice and the last one still runs. */
const BODIES: readonly EventBody[] = [
  {
    type: 'run_started',
    run: 'r',
    definition: 'd',
    input: value({}, 2),
    merge: false,
    deadline: 1e12,
    depth: 0,
    first: 'each',
  },
  {
    type: 'node_started',
    exec: 0,
    node: 'each',
    kind: 'loop',
    first: 'step',
    count: COUNT,
    concurrency: 0,
    item_name: 'item',
    result_path: ['done'],
  },
  { type: 'loop_items', exec: 0, items: Array.from({ length: COUNT }, (_, n) => value(n, 1 + (n % 7))) },
  { type: 'iterations_started', exec: 0, count: COUNT },
  ...Array.from(
    { length: COUNT },
    (_, n): EventBody => ({ type: 'node_started', exec: COUNT - n, node: 'step', kind: 'function' }),
  ),
  { type: 'call_finished', exec: 3, attempt: 1, error: { error_code: 'E', error_message: 'no' } },
  { type: 'retry_scheduled', exec: 3, rule: 0, due: 1e6 },
];
const model = runModel(BODIES.map((body, at): RunEvent => ({ v: 1, at, ...body })));
const rows = executionRows(
  model,
  {
    nameOf: (node) => node,
    kindOf: (node) => (node === 'each' ? 'loop' : 'function'),
    kindName: (kind) => kind,
    statusName: (status) => status,
  },
  1e6,
);
const sorted = (by: Column, isDown = false) => sortedRows(rows, { by, isDown }, 'en-US');

it('has a row for each execution, in the order of the run, with its iteration and its attempts', () => {
  expect(rows.length).toBe(COUNT + 1);
  expect(rows.slice(0, 3).map(({ name, kind, iteration, depth }) => [name, kind, iteration, depth])).toEqual([
    ['each', 'loop', '', 0],
    ['step', 'function', '1', 1],
    ['step', 'function', '2', 1],
  ]);
  expect(rows.find(({ iteration }) => iteration === '3')).toMatchObject({ status: 'fail', attempts: 1 });
});

it('is flat once it is sorted, by number or by text', () => {
  expect(sorted('began')[1]?.iteration).toBe(String(COUNT));
  expect(
    sorted('name', true)
      .slice(0, 2)
      .map(({ iteration }) => iteration),
  ).toEqual([String(COUNT), String(COUNT - 1)]);
  const sizes = sorted('input').map(({ input }) => input);
  expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
  expect(sorted('status')[0]).toMatchObject({ iteration: '3', status: 'fail' });
});

it('keeps the order of the run among equals, and puts what has no value last', () => {
  expect(sorted('attempts').map(({ key }) => key)).toEqual(rows.map(({ key }) => key));
  for (const isDown of [false, true]) expect(sorted('output', isDown).at(-1)?.output).toBeUndefined();
});

it('goes from up to down and back to the order of the run', () => {
  const up = nextSorting('took', undefined);
  const down = nextSorting('took', readSorting(up));
  expect([up, down, nextSorting('took', readSorting(down))]).toEqual(['took.up', 'took.down', '']);
  expect([readSorting('none.up'), readSorting('took'), readSorting('')]).toEqual([undefined, undefined, undefined]);
});
