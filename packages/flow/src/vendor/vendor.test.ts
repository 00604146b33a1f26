import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowDefinition, FlowEdge } from '../definition.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { check } from '../rules/check.ts';
import { draw, flowDefinitions } from '../testing.ts';
import { readVendor } from './read-vendor.ts';
import { writeVendor } from './vendor.ts';

const { FunctionGraphClient: _, ...sdk } = createRequire(import.meta.url)(
  '@huaweicloud/huaweicloud-sdk-functiongraph/v2/public-api',
) as Record<string, new () => Record<string, (value: unknown) => never>>;

/** An object of the official SDK, as it leaves as JSON. */
function built(model: string, fields: Record<string, unknown>): never {
  const Model = sdk[model];
  if (Model === undefined) throw new Error(`the SDK has no ${model}`);
  const object = new Model();
  for (const [name, value] of Object.entries(fields)) object[`with${name}`]?.(value);
  return object as never;
}

const ADD = 'urn:fss:local:p1:function:default:add:latest';
const call = (ref: string, texts: object = {}) =>
  built('Action', { FunctionRef: built('FunctionRef', { RefName: ref, InvokeMode: 'synchronize', Arguments: texts }) });
const state = (id: string, fields: object) =>
  built('OperationState', { Id: id, Name: id, Type: 'Operation', ...fields });

/** What a client made with the official SDK sends. */
const body = JSON.parse(
  JSON.stringify(
    built('WorkflowCreateBody', {
      Name: 'order',
      Description: 'made by the SDK',
      Start: 'add',
      Triggers: [built('Trigger', { TriggerName: 't1', TriggerType: 'FLOWTIMER', Enabled: true })],
      Functions: [
        built('Function', { Name: 'adder', Operation: ADD, Metadata: { team: 'blue' } }),
        built('Function', { Name: 'unused', Operation: `${ADD}2` }),
      ],
      States: [
        state('add', {
          Actions: [
            call('adder', { a: '$.a | 5', b: "'text'", c: '3', d: 'true', e: '$CONST.x.y', f: "$.f | 'none'" }),
          ],
          End: false,
          Transition: 'twice',
          StateDataFilter: built('StateDataFilter', { Input: '$.body', Output: '$.result' }),
          OnErrors: [built('OnError', { Error: '$.status == 500', Transition: 'sleep', RetryRef: 'often' })],
        }),
        state('twice', {
          Actions: [call('adder'), call('adder', { a: '$.a' })],
          ActionMode: 'sequential',
          End: false,
          Transition: 'sleep',
        }),
        state('sleep', { Type: 'Sleep', Actions: [], Duration: 30, End: false, Transition: 'end' }),
        state('end', { Type: 'End', Actions: [], End: true, Transition: '' }),
      ],
      Constants: { x: { y: 1 } },
      Retries: [built('Retry', { Name: 'often', Delay: 2, MaxAttempts: 8 }), built('Retry', { Name: 'never used' })],
      Mode: 'EXPRESS',
      ExpressConfig: built('ExpressConfig', { LogLevel: 'ALL' }),
    }),
  ),
) as JsonObject;

function definitionOf(document: unknown): FlowDefinition {
  const read = readVendor(document);
  if (read.ok) return read.definition;
  throw new Error(JSON.stringify(read.problems));
}

/** Neither the order of nodes nor that of lines of different nodes has a meaning; a default branch counts last. */
function normal(definition: FlowDefinition): object {
  const isDefault = ({ branch }: FlowEdge): number => (branch?.kind === 'default' ? 1 : 0);
  const ordered = definition.nodes.filter(
    ({ kind }) => kind === 'parallel' || kind === 'condition' || kind === 'error',
  );
  const keepsOrder = new Set(ordered.map(({ id }) => id));
  const edges = definition.edges.toSorted((one, other) => {
    if (one.from !== other.from) return one.from < other.from ? -1 : 1;
    if (!keepsOrder.has(one.from)) return one.to < other.to ? -1 : 1;
    return definition.nodes.find(({ id }) => id === one.from)?.kind === 'condition'
      ? isDefault(one) - isDefault(other)
      : 0;
  });
  return { ...definition, edges, nodes: definition.nodes.toSorted((one, other) => (one.id < other.id ? -1 : 1)) };
}

describe('a body of the official SDK', () => {
  it('is read into the graph that it means', () => {
    const definition = definitionOf(body);
    expect(definition).toMatchObject({
      name: 'order',
      mode: 'EXPRESS',
      log_level: 'ALL',
      constants: { x: { y: 1 } },
      edges: [
        { from: 'start', to: 'add' },
        { from: 'add', to: 'twice' },
        { from: 'add', to: 'add.error' },
        { from: 'add.error', to: 'sleep', branch: { kind: 'condition', expression: '$.status == 500' } },
        { from: 'twice.0', to: 'twice.1' },
        { from: 'twice', to: 'sleep' },
        { from: 'sleep', to: 'end' },
      ],
    });
    expect(definition.nodes).toMatchObject([
      { id: 'start', kind: 'start' },
      {
        id: 'add',
        kind: 'function',
        function: ADD,
        input_filter: '$.body',
        output_filter: '$.result',
        parameters: [
          { key: 'a', value: '$.a', default: 5 },
          { key: 'b', value: 'text' },
          { key: 'c', value: 3 },
          { key: 'd', value: true },
          { key: 'e', value: '$CONST.x.y' },
          { key: 'f', value: '$.f', default: 'none' },
        ],
      },
      {
        id: 'add.error',
        kind: 'error',
        retries: [{ name: 'often', condition: '$.status == 500', interval_seconds: 2, max_retries: 8 }],
      },
      { id: 'twice', kind: 'service', action_mode: 'sequential' },
      { id: 'twice.0', kind: 'function', parent: 'twice', parameters: [] },
      { id: 'twice.1', kind: 'function', parent: 'twice', parameters: [{ key: 'a', value: '$.a' }] },
      { id: 'sleep', kind: 'wait', seconds: 30 },
      { id: 'end', kind: 'end' },
    ]);
    expect(check(definition).filter(({ code }) => code !== 'F-121' && code !== 'F-122')).toEqual([]);
  });

  it('comes back as it was', () => {
    expect(writeVendor(definitionOf(body))).toEqual(body);
  });

  it('keeps what an edit of the graph does not touch', () => {
    const definition = definitionOf(body);
    const edited = structuredClone(definition);
    for (const node of edited.nodes) {
      if (node.id === 'sleep' && node.kind === 'wait') node.seconds = 31;
      if (node.id === 'add' && node.kind === 'function') node.parameters = [{ key: 'z', value: 1 }];
    }
    const states = structuredClone(body.states) as JsonObject[];
    (states[2] as JsonObject).duration = 31;
    expect(writeVendor(edited)).toMatchObject({
      ...body,
      states: [
        {
          id: 'add',
          actions: [{ function_ref: { ref_name: 'adder', arguments: { z: '1' } } }],
          on_errors: (states[0] as JsonObject).on_errors,
        },
        states[1],
        states[2],
        states[3],
      ],
    });
    expect(definitionOf(writeVendor(edited)).nodes).toEqual(edited.nodes);
  });

  it('takes fields that are null or empty for left out, as some clients send them', () => {
    const sent = {
      ...body,
      description: null,
      triggers: null,
      retries: null,
      enterprise_project_id: '',
      states: [
        {
          id: 'a',
          name: 'a',
          type: 'Operation',
          end: true,
          transition: '',
          state_data_filter: { input: '', output: null },
          actions: [{ function_ref: { ref_name: 'adder', arguments: null } }],
          on_errors: [],
        },
      ],
      start: 'a',
    };
    const definition = definitionOf(sent);
    expect(definition.nodes.map(({ kind }) => kind)).toEqual(['start', 'function']);
    expect(writeVendor(definition)).toEqual(sent);
  });

  it('keeps fields that this package does not know', () => {
    const sent = {
      ...body,
      colour: { a: [1] },
      states: (body.states as JsonObject[]).map((one) => ({ ...one, note: one.id ?? null })),
    };
    expect(writeVendor(definitionOf(sent))).toEqual(sent);
  });
});

describe('a faulty body', () => {
  const one = (fields: object): object => ({
    ...body,
    start: 'a',
    states: [{ id: 'a', name: 'a', type: 'Operation', ...fields }],
  });
  const calling = (texts: object): object =>
    one({ actions: [{ function_ref: { ref_name: 'adder', arguments: texts } }] });

  it.each<[string, unknown, string]>([
    ['that is no object', [], ' S-01'],
    ['without states', { ...body, states: undefined }, 'states S-02'],
    ['with another type of state', one({ type: 'Goto' }), 'states[0].type S-06'],
    ['with an Operation without an action', one({ actions: [] }), 'states[0].actions X-40'],
    [
      'with an end that leads on',
      one({ end: true, transition: 'b', actions: [{ function_ref: { ref_name: 'adder' } }] }),
      'states[0].transition X-40',
    ],
    [
      'with an unknown function',
      one({ actions: [{ function_ref: { ref_name: 'x' } }] }),
      'states[0].actions[0].function_ref.ref_name X-41',
    ],
    [
      'with an unknown retry',
      one({ actions: [{ function_ref: { ref_name: 'adder' } }], on_errors: [{ retry_ref: 'x' }] }),
      'states[0].on_errors[0].retry_ref X-41',
    ],
    [
      'with two functions of one name',
      {
        ...body,
        functions: [
          { name: 'adder', operation: 'a' },
          { name: 'adder', operation: 'b' },
        ],
      },
      'functions[1].name X-41',
    ],
    ['with text without quotes', calling({ a: 'text' }), 'states[0].actions[0].function_ref.arguments.a X-32'],
    ['with a faulty path', calling({ a: '$..a | 1' }), 'states[0].actions[0].function_ref.arguments.a X-31'],
    [
      'with retries beyond their limit',
      { ...body, retries: [{ name: 'often', delay: 31 }] },
      'nodes[2].retries[0].interval_seconds F-43',
    ],
    [
      'with a loop inside a loop',
      {
        ...one({}),
        states: [
          {
            id: 'a',
            type: 'Foreach',
            input_collection: '$',
            iteration_param: 'i',
            output_collection: '$.r',
            states: [{ id: 'b', type: 'Foreach', states: [] }],
          },
        ],
      },
      'nodes[2].parent S-03',
    ],
  ])('%s is refused with its place', (_, document, expected) => {
    const read = readVendor(document);
    expect(read.ok ? [] : read.problems.map(({ path, code }) => `${path} ${code}`)).toContain(expected);
  });
});

describe('any valid graph', () => {
  it('is the same after it was written and read', () => {
    fc.assert(
      fc.property(flowDefinitions(), (definition) => {
        const written = writeVendor(definition);
        const read = definitionOf(JSON.parse(JSON.stringify(written)));
        expect(normal(read)).toEqual(normal(definition));
        expect(check(read)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('has a body that is the same after it was read and written', () => {
    fc.assert(
      fc.property(flowDefinitions(), (definition) => {
        const written = writeVendor(definition);
        expect(writeVendor(definitionOf(written))).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the places of its nodes, and their names', () => {
    const position = { x: 1, y: 2.5 };
    const definition = draw(
      [
        ['s:start', { position, name: 'Begin' }],
        ['f:function', { position, name: '' }],
        ['h:error', { position, name: 'Again' }],
        ['v:service', { position }],
        ['i:function@v', { position, name: 'Inner' }],
      ],
      ['s>f', 'f>h', 'f>v'],
    );
    expect(normal(definitionOf(writeVendor(definition)))).toEqual(normal(definition));
  });

  it('gives functions of the same name names of their own', () => {
    const other = ADD.replace(':default:', ':team:');
    const definition = draw(
      ['s:start', ['f:function', { function: ADD }], ['g:function', { function: other }]],
      ['s>f', 'f>g'],
    );
    expect(writeVendor(definition).functions).toEqual([
      { name: 'add', operation: ADD },
      { name: 'add-2', operation: other },
    ]);
  });
});

describe('any document', () => {
  it('is read or refused, never answered with an exception', () => {
    const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
    const fields = [
      'type',
      'transition',
      'actions',
      'on_errors',
      'states',
      'end',
      'data_conditions',
      'metadata',
      'error_handler',
    ];
    const type = fc.constantFrom('Operation', 'Sleep', 'Foreach', 'Switch', 'Parallel', 'SubFlow', 'Callback');
    const some = fc
      .tuple(type, fc.dictionary(fc.constantFrom(...fields.slice(1)), fc.oneof(json, fc.constant([])), { maxKeys: 3 }))
      .map(([kind, rest]) => ({ id: 'a', type: kind, ...rest }));
    fc.assert(
      fc.property(fc.array(some, { maxLength: 2 }), json, (states, constants) => {
        const read = readVendor({ ...body, states, constants });
        if (read.ok) writeVendor(read.definition);
      }),
      { numRuns: 500 },
    );
  });
});
