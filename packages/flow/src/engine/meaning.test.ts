import { describe, expect, it } from 'vitest';
import type { FlowDefinition } from '../definition.ts';
import type { Json } from '../json/json.ts';
import { flowOf } from './flow-builder.fixture.ts';
import { Drive } from './testing.ts';

type Answers = { readonly [node: string]: (input: Json, call: number) => Json | typeof boom };

const boom = { error: { error_code: 'boom', error_message: 'it failed', status: 500, fields: { errorType: 'E' } } };

/** Functions answer as the table says, otherwise with their input. */
function drive(definition: FlowDefinition, input: Json, answers: Answers = {}): Drive {
  const calls = new Map<string, number>();
  return new Drive({
    definition,
    input,
    world: ({ node, input: given }) => {
      const call = (calls.get(node) ?? 0) + 1;
      calls.set(node, call);
      const answer = answers[node]?.(given, call) ?? given;
      return answer === boom ? boom : { result: answer as Json };
    },
  });
}

interface Row {
  readonly says: string;
  readonly flow: FlowDefinition;
  readonly input?: Json;
  readonly answers?: Answers;
  readonly output?: Json;
  readonly fails?: string;
  /** Inputs of the calls of a node. */
  readonly inputs?: { readonly [node: string]: readonly Json[] };
}

const line = (node: object, rest: Partial<FlowDefinition> = {}) =>
  flowOf([{ id: 'a', ...node }, { id: 'b' }], ['start -> a', 'a -> b'], rest);
const n = (input: Json): number => (input as { n: number }).n;

const data: Row[] = [
  { says: 'passes the input on', flow: line({}), input: { n: 1 }, output: { n: 1 } },
  {
    says: 'gives a node the output of the node before',
    flow: line({}),
    answers: { a: () => ({ n: 2 }) },
    inputs: { b: [{ n: 2 }] },
  },
  { says: 'filters the input by a path', flow: line({ input_filter: '$.x' }), input: { x: 5 }, inputs: { a: [5] } },
  {
    says: 'filters the input by a template',
    flow: line({ input_filter: { y: '$.x' } }),
    input: { x: 5 },
    inputs: { a: [{ y: 5 }] },
  },
  {
    says: 'filters the output',
    flow: line({ output_filter: { r: '$.x' } }),
    input: { x: 5 },
    inputs: { b: [{ r: 5 }] },
  },
  {
    says: 'gives null for a filter that leads nowhere',
    flow: line({ output_filter: '$.x' }),
    input: {},
    inputs: { b: [null] },
  },
  {
    says: 'builds the body from parameters after the filter',
    flow: line(
      {
        input_filter: '$.in',
        parameters: [
          { key: 'path', value: '$.x' },
          { key: 'constant', value: 'text' },
          { key: 'missing', value: '$.none', default: 7 },
          { key: 'null', value: '$.null', default: 7 },
          { key: 'left out', value: '$.none' },
          { key: 'limit', value: '$CONST.limit' },
          { key: 'run', value: '$RUN.id' },
          { key: '__proto__', value: 1 },
        ],
      },
      { constants: { limit: 3 } },
    ),
    input: { in: { x: 1, null: null } },
    inputs: {
      a: [JSON.parse('{"path":1,"constant":"text","missing":7,"null":null,"limit":3,"run":"run","__proto__":1}')],
    },
  },
  {
    says: 'merges what arrives into the input, whose own fields win',
    flow: line({ parameters: [{ key: 'n', value: '$.m' }] }, { merge_parameters: true }),
    input: { n: 1, m: 2 },
    inputs: { a: [{ n: 2, m: 2 }] },
  },
  {
    says: 'does not merge into something that is no object',
    flow: line({ input_filter: '$.list' }, { merge_parameters: true }),
    input: { list: [1] },
    inputs: { a: [[1]] },
  },
];

const condition = (lines: string[]) =>
  flowOf(
    [{ id: 'c', kind: 'condition', output_filter: { m: '$.n' } }, { id: 'x' }, { id: 'y' }],
    ['start -> c', ...lines],
  );

const conditions: Row[] = [
  {
    says: 'takes the first branch that holds',
    flow: condition(['c -> x: $.n > 1', 'c -> y: $.n > 0']),
    input: { n: 2 },
    inputs: { x: [{ m: 2 }], y: [] },
  },
  {
    says: 'takes the default last, wherever it stands',
    flow: condition(['c -> x: default', 'c -> y: $.n > 0']),
    input: { n: 2 },
    inputs: { y: [{ m: 2 }] },
  },
  {
    says: 'takes the default when nothing holds',
    flow: condition(['c -> x: default', 'c -> y: $.n > 0']),
    input: { n: 0 },
    inputs: { x: [{ m: 0 }] },
  },
  {
    says: 'fails when nothing holds and there is no default',
    flow: condition(['c -> x: $.n > 0']),
    input: { n: 0 },
    fails: 'no_branch',
  },
];

const parallel = (node: object, rest: Partial<FlowDefinition> = {}) =>
  flowOf(
    [{ id: 'p', kind: 'parallel', ...node }, { id: 'x' }, { id: 'y' }, { id: 'z' }, { id: 'join' }],
    ['start -> p', 'p -> x', 'p -> y', 'p -> z', 'x -> join', 'y -> join', 'z -> join'],
    rest,
  );
const example1: Answers = { x: n, y: (input) => n(input) + 2, z: (input) => n(input) ** 2 };

const parallels: Row[] = [
  {
    says: 'gives the join the results in the order of the edges',
    flow: parallel({}),
    input: { n: 3 },
    answers: example1,
    inputs: { join: [{ result: [3, 5, 9] }] },
  },
  {
    says: 'puts them on the input when merging',
    flow: parallel({ result_path: 'r' }, { merge_parameters: true }),
    input: { n: 3 },
    answers: example1,
    inputs: { join: [{ n: 3, r: [3, 5, 9] }] },
  },
  {
    says: 'filters its output',
    flow: parallel({ output_filter: '$.result[0:2]' }),
    input: { n: 3 },
    answers: example1,
    inputs: { join: [[3, 5]] },
  },
  {
    says: 'goes on when one branch is done',
    flow: parallel({ completion: 'one' }),
    input: { n: 3 },
    answers: example1,
    inputs: { join: [{ result: [3, null, null] }] },
  },
  {
    says: 'goes on when enough branches are done',
    flow: parallel({ completion: 'count', count: 2 }),
    input: { n: 3 },
    answers: { ...example1, x: () => boom },
    inputs: { join: [{ result: [null, 5, 9] }] },
  },
  {
    says: 'fails with its branch',
    flow: parallel({}),
    input: { n: 3 },
    answers: { ...example1, y: () => boom },
    fails: 'boom',
    inputs: { join: [] },
  },
  {
    says: 'fails when the count cannot be reached any more',
    flow: parallel({ completion: 'count', count: 2 }),
    input: { n: 3 },
    answers: { x: () => boom, y: () => boom },
    fails: 'boom',
  },
  {
    says: 'ends the run with the results when no branch reaches a join',
    flow: flowOf(
      [{ id: 'p', kind: 'parallel' }, { id: 'x' }, { id: 'y' }, { id: 'e', kind: 'end' }],
      ['start -> p', 'p -> x', 'p -> y', 'y -> e'],
    ),
    input: { n: 3 },
    answers: example1,
    output: { result: [3, 5] },
  },
  {
    says: 'ends a branch of its own at the join around it',
    flow: flowOf(
      [
        { id: 'p', kind: 'parallel' },
        { id: 'q', kind: 'parallel', completion: 'one' },
        { id: 'x' },
        { id: 'y' },
        { id: 'join' },
      ],
      ['start -> p', 'p -> q', 'p -> y', 'q -> x', 'x -> join', 'y -> join'],
    ),
    input: { n: 3 },
    answers: example1,
    output: { result: [{ result: [3] }, 5] },
  },
];

const loop = (node: object, inner: object[] = [{ id: 'f', parent: 'l' }], lines: string[] = []) =>
  flowOf(
    [{ id: 'l', kind: 'loop', ...node }, ...(inner as { id: string }[]), { id: 'after' }],
    ['start -> l', 'l -> after', ...lines],
  );
const item = (input: Json): Json => (input as { item: Json }).item;

const loops: Row[] = [
  {
    says: 'sees its input and the item',
    flow: loop({}),
    input: { list: [7], n: 1 },
    inputs: { f: [{ list: [7], n: 1, item: 7 }] },
  },
  {
    says: 'gives the results in order',
    flow: loop({}),
    input: { list: [3, 1, 2] },
    answers: { f: item },
    output: { out: [3, 1, 2] },
  },
  {
    says: 'puts them at a path',
    flow: loop({ result_path: '$.a.b' }),
    input: { list: [3] },
    answers: { f: item },
    output: { a: { b: [3] } },
  },
  { says: 'gives an empty list for an empty array', flow: loop({}), input: { list: [] }, output: { out: [] } },
  { says: 'fails for something that is no array', flow: loop({}), input: { list: 5 }, fails: 'not_an_array' },
  {
    says: 'fails with an iteration',
    flow: loop({}),
    input: { list: [1, 2] },
    answers: { f: (_, call) => (call === 2 ? boom : 1) },
    fails: 'boom',
  },
  {
    says: 'retries inside an iteration',
    flow: loop(
      {},
      [
        { id: 'f', parent: 'l' },
        { id: 'e', kind: 'error', parent: 'l', retries: [{ interval_seconds: 1, max_retries: 1 }] },
      ],
      ['f -> e'],
    ),
    input: { list: [1] },
    answers: { f: (_, call) => (call === 1 ? boom : 'ok') },
    output: { out: ['ok'] },
  },
  {
    says: 'runs 600 iterations',
    flow: loop({}),
    input: { list: Array.from({ length: 600 }, (_, at) => at) },
    answers: { f: item },
    output: { out: Array.from({ length: 600 }, (_, at) => at) },
  },
];

const guarded = (retries: object[], lines: string[] = []) =>
  flowOf(
    [
      { id: 'f', output_filter: { filtered: '$.status' } },
      { id: 'e', kind: 'error', retries: retries as never },
      { id: 'next' },
      { id: 'record' },
    ],
    ['start -> f', 'f -> e', 'f -> next', ...lines],
  );
const every = { interval_seconds: 1, max_retries: 2 };
const on500 = { ...every, condition: '$.status == 500' };
const errorObject = { errorType: 'E', error_code: 'boom', error_message: 'it failed', status: 500, node_id: 'f' };

const errors: Row[] = [
  { says: 'goes on when nothing fails', flow: guarded([every]), input: { status: 200 }, output: { filtered: 200 } },
  {
    says: 'retries a thrown error without a condition',
    flow: guarded([every]),
    answers: { f: (_, call) => (call < 3 ? boom : { status: 1 }) },
    output: { filtered: 1 },
  },
  {
    says: 'fails with the error when retries are used up and no edge takes it',
    flow: guarded([every]),
    answers: { f: () => boom },
    fails: 'boom',
    inputs: { f: [{}, {}, {}] },
  },
  {
    says: 'gives the default edge the error object',
    flow: guarded([every], ['e -> record: default']),
    answers: { f: () => boom },
    inputs: { record: [{ ...errorObject, attempts: 3 }], next: [] },
  },
  {
    says: 'retries a result for which the condition holds',
    flow: guarded([on500]),
    answers: { f: (_, call) => ({ status: call < 3 ? 500 : 200 }) },
    output: { filtered: 200 },
  },
  {
    says: 'gives an edge the raw result when retries are used up',
    flow: guarded([on500], ['e -> record: $.status == 500']),
    input: { status: 500 },
    inputs: { f: [{ status: 500 }, { status: 500 }, { status: 500 }], record: [{ status: 500 }] },
  },
  {
    says: 'fails when no edge takes the result',
    flow: guarded([on500], ['e -> record: $.status == 404']),
    input: { status: 500 },
    fails: 'failed_result',
  },
  {
    says: 'looks at the error object too',
    flow: guarded([{ ...every, condition: "$.error_code == 'other'" }], ['e -> record: default']),
    answers: { f: () => boom },
    inputs: { f: [{}], record: [{ ...errorObject, attempts: 1 }] },
  },
  {
    says: 'recognises failures by its edges when no rule has a condition',
    flow: guarded([], ['e -> record: $.status == 500', 'e -> next: default']),
    input: { status: 500 },
    inputs: { record: [{ status: 500 }] },
  },
  {
    says: 'does not take the default edge for a good result',
    flow: guarded([], ['e -> record: default']),
    input: { status: 200 },
    inputs: { record: [] },
  },
  {
    says: 'counts the retries of each rule',
    flow: guarded(
      [
        { ...every, condition: '$.n == 1' },
        { ...every, condition: '$.n == 2' },
      ],
      ['e -> record: default'],
    ),
    answers: { f: (_, call) => ({ n: call < 4 ? 2 - (call % 2) : 2 }) },
    inputs: { f: [{}, {}, {}, {}, {}] },
  },
];

const service = (node: object, x: object = {}, y: object = {}, lines: string[] = []) =>
  flowOf(
    [
      { id: 's', kind: 'service', ...node },
      { id: 'x', parent: 's', ...x },
      { id: 'y', parent: 's', ...y },
      { id: 'e', kind: 'error', retries: [every] as never },
      { id: 'end', kind: 'end' },
    ],
    ['start -> s', 's -> end', ...lines],
  );
const example2: Answers = { x: (input) => ({ n: n(input) + 2 }), y: (input) => n(input) ** 2 };

const services: Row[] = [
  {
    says: 'pipes outputs in the order of the edges',
    flow: service({}, {}, {}, ['x -> y']),
    input: { n: 3 },
    answers: example2,
    output: 25,
  },
  {
    says: 'follows the edges, not the definition',
    flow: service({}, {}, {}, ['y -> x']),
    input: { n: 3 },
    answers: { x: (input) => ({ n: (input as number) + 2 }), y: n },
    output: { n: 5 },
  },
  {
    says: 'filters between actions',
    flow: service({}, { output_filter: { n: '$.m' } }, {}, ['x -> y']),
    input: { n: 3 },
    answers: { x: () => ({ m: 4 }), y: n },
    output: 4,
  },
  {
    says: 'merges the outputs of parallel actions, the later wins',
    flow: service({ action_mode: 'parallel' }),
    input: {},
    answers: { x: () => ({ a: 1, b: 1 }), y: () => ({ b: 2 }) },
    output: { a: 1, b: 2 },
  },
  {
    says: 'renames by output filters',
    flow: service({ action_mode: 'parallel' }, { output_filter: { r1: '$.r' } }, { output_filter: { r2: '$.r' } }),
    input: { r: 1 },
    output: { r1: 1, r2: 1 },
  },
  {
    says: 'fails for a parallel output that is no object',
    flow: service({ action_mode: 'parallel' }),
    input: {},
    answers: { x: () => [1] },
    fails: 'not_an_object',
  },
  {
    says: 'retries all of it',
    flow: service({}, {}, {}, ['x -> y', 's -> e']),
    input: { n: 3 },
    answers: { ...example2, y: (input, call) => (call === 1 ? boom : n(input)) },
    output: 5,
    inputs: { x: [{ n: 3 }, { n: 3 }], y: [{ n: 5 }, { n: 5 }] },
  },
];

const others: Row[] = [
  { says: 'waits', flow: line({ kind: 'wait', seconds: 5 }), input: { n: 1 }, output: { n: 1 } },
  {
    says: 'waits until a time',
    flow: line({ kind: 'wait', until: '$.t' }),
    input: { t: '1970-01-01T00:01:00Z' },
    output: { t: '1970-01-01T00:01:00Z' },
  },
  {
    says: 'fails for a time that is none',
    flow: line({ kind: 'wait', until: '$.t' }),
    input: { t: 'soon' },
    fails: 'not_a_time',
  },
  {
    says: 'gives the output of the callback',
    flow: line({ kind: 'wait', callback: {} }),
    answers: { a: () => ({ called: true }) },
    output: { called: true },
  },
  {
    says: 'fails with the callback',
    flow: line({ kind: 'wait', callback: {} }),
    answers: { a: () => boom },
    fails: 'boom',
  },
  {
    says: 'gives the output of a sub-flow',
    flow: line({ kind: 'subflow' }),
    answers: { a: () => ({ n: 5 }) },
    output: { n: 5 },
  },
  {
    says: 'gives the run of a sub-flow that is not waited for',
    flow: line({ kind: 'subflow', wait: false }),
    output: { execution_id: 'child of ["run",["a"],1]' },
  },
  { says: 'fails with a sub-flow', flow: line({ kind: 'subflow' }), answers: { a: () => boom }, fails: 'boom' },
];

describe.each([
  ['data', data],
  ['a condition node', conditions],
  ['a parallel node', parallels],
  ['a loop', loops],
  ['an error node', errors],
  ['a service node', services],
  ['a wait node or sub-flow', others],
] as const)('%s', (_, rows) => {
  it.each(rows)('$says', ({ flow, input = {}, answers, output, fails, inputs = {} }) => {
    const run = drive(flow, input, answers).finish();
    expect(run.state.error?.error_code).toBe(fails);
    expect(run.state.status).toBe(fails === undefined ? 'success' : 'fail');
    if (output !== undefined) expect(run.output).toEqual(output);
    for (const [node, expected] of Object.entries(inputs)) {
      expect(run.calls.filter((call) => call.node === node).map((call) => call.input)).toEqual(expected);
    }
  });
});
