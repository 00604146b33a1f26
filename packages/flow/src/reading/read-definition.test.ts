import fc from 'fast-check';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { FlowDefinitionSchema } from '../definition.ts';
import type { Json, JsonObject } from '../json/json.ts';
import { FLOW_LIMITS } from '../limits.ts';
import { readDefinition } from './read-definition.ts';

const start = { id: 's', name: 'Start', kind: 'start' };
const call = (more: object = {}): object => ({ id: 'f', name: 'Greet', kind: 'function', function: 'greet', ...more });
const flow = (more: object = {}): object => ({
  name: 'greeting',
  nodes: [start, call()],
  edges: [{ from: 's', to: 'f' }],
  ...more,
});
const withNode = (node: object): object => flow({ nodes: [start, node] });

function problemsOf(document: unknown): string[] {
  const read = readDefinition(document);
  return read.ok ? [] : read.problems.map(({ path, code, text }) => `${path} ${code} ${text.en}`);
}

describe('a definition', () => {
  it('gets the defaults of what it leaves out', () => {
    const nodes = [
      call(),
      { id: 'e', name: '', kind: 'error', retries: [{}] },
      { id: 'p', name: '', kind: 'parallel' },
      { id: 'w', name: '', kind: 'wait' },
      { id: 'c', name: '', kind: 'wait', callback: {} },
      { id: 'v', name: '', kind: 'service' },
      { id: 'x', name: '', kind: 'subflow', flow: 'other' },
      { id: 'l', name: '', kind: 'loop', array_path: '$.list', item_name: 'item', result_path: '$.out' },
    ];
    expect(readDefinition({ name: 'n', nodes, edges: [] })).toEqual({
      ok: true,
      definition: {
        name: 'n',
        mode: 'NORMAL',
        merge_parameters: false,
        constants: {},
        triggers: [],
        edges: [],
        nodes: [
          call({ parameters: [] }),
          { id: 'e', name: '', kind: 'error', retries: [{ interval_seconds: 1, max_retries: 3 }] },
          { id: 'p', name: '', kind: 'parallel', completion: 'all', result_path: 'result' },
          { id: 'w', name: '', kind: 'wait', seconds: 1000 },
          { id: 'c', name: '', kind: 'wait', callback: {} },
          { id: 'v', name: '', kind: 'service', action_mode: 'sequential' },
          { id: 'x', name: '', kind: 'subflow', flow: 'other', wait: true },
          {
            id: 'l',
            name: '',
            kind: 'loop',
            array_path: '$.list',
            item_name: 'item',
            result_path: '$.out',
            concurrency: 0,
            interval_seconds: 0,
          },
        ],
      },
    });
  });

  it('is a copy, and leaves the document unchanged', () => {
    const document = flow();
    const before = JSON.stringify(document);
    expect(readDefinition(document).ok).toBe(true);
    expect(JSON.stringify(document)).toBe(before);
  });

  it('takes null in a field that may be left out for left out', () => {
    const read = readDefinition(flow({ description: null, constants: null, log_level: null }));
    expect(read.ok && read.definition).toMatchObject({ constants: {} });
    expect(read.ok && Object.keys(read.definition)).not.toContain('description');
  });

  it('keeps null as the value of a parameter', () => {
    const read = readDefinition(withNode(call({ parameters: [{ key: 'a', value: null, default: null }] })));
    expect(read.ok && read.definition.nodes[1]).toMatchObject({
      parameters: [{ key: 'a', value: null, default: null }],
    });
  });

  it.each<[string, unknown, string]>([
    ['no object', 3, ' S-01 Must be an object, not 3.'],
    ['no name', flow({ name: undefined }), 'name F-100 Is missing.'],
    ['an empty document', {}, 'name F-100 Is missing.'],
    ['an unknown field', flow({ colour: 1 }), 'colour S-03 Is not a known field. Known: name, description,'],
    ['a name with blanks', flow({ name: 'my flow' }), 'name F-100 Has characters that are not allowed: "my flow".'],
    ['a long name', flow({ name: 'a'.repeat(65) }), 'name F-100 Must have at most 64 characters.'],
    ['another mode', flow({ mode: 'FAST' }), 'mode S-06 Must be one of NORMAL, EXPRESS, not "FAST".'],
    ['another kind', withNode({ id: 'x', name: '', kind: 'goto' }), 'nodes[1].kind S-06 Must be one of start, end,'],
    ['no kind', withNode({ id: 'x', name: '' }), 'nodes[1].kind S-02 Is missing.'],
    ['a node that is text', flow({ nodes: ['x'] }), 'nodes[0] S-01 Must be an object, not "x".'],
    ['an empty id', withNode(call({ id: '' })), 'nodes[1].id S-05 Must not be empty.'],
    ['an id with a line break', withNode(call({ id: 'a\nb' })), 'nodes[1].id S-06 Has characters'],
    [
      'a text for a number',
      withNode({ ...start, position: { x: '1', y: 2 } }),
      'nodes[1].position.x S-01 Must be a number',
    ],
    [
      'too many retries',
      withNode({ id: 'e', name: '', kind: 'error', retries: [{ max_retries: 9 }] }),
      'nodes[1].retries[0].max_retries F-44 Must be at most 8, not 9.',
    ],
    [
      'no interval between retries',
      withNode({ id: 'e', name: '', kind: 'error', retries: [{ interval_seconds: 0 }] }),
      'nodes[1].retries[0].interval_seconds F-43 Must be at least 1, not 0.',
    ],
    [
      'a filter that is a number',
      withNode(call({ input_filter: 3 })),
      'nodes[1].input_filter F-16 Must be text, not 3.',
    ],
    ['an edge without an end', flow({ edges: [{ from: 's' }] }), 'edges[0].to S-02 Is missing.'],
    [
      'a condition without an expression',
      flow({ edges: [{ from: 's', to: 'f', branch: { kind: 'condition' } }] }),
      'edges[0].branch.expression F-33 Is missing.',
    ],
    [
      'a long expression',
      withNode(call({ input_filter: `$.${'a'.repeat(4096)}` })),
      'nodes[1].input_filter F-16 Must have',
    ],
    ['bytes, not characters', withNode(call({ input_filter: `$.${'好'.repeat(1400)}` })), 'nodes[1].input_filter F-16'],
    [
      'large constants',
      flow({ constants: { a: 'x'.repeat(FLOW_LIMITS.constantsBytes) } }),
      'constants S-05 Must have at',
    ],
    ['too many nodes', flow({ nodes: Array(401).fill(start) }), 'nodes S-05 Must have at most 400 items, not 401.'],
    [
      'a large document',
      { ...flow(), x: 'x'.repeat(FLOW_LIMITS.definitionBytes) },
      ' S-08 The definition has more than',
    ],
    [
      'many values',
      { x: Array(FLOW_LIMITS.definitionValues).fill(1) },
      ' S-08 The definition has more than 100000 values.',
    ],
    ['a date', flow({ constants: { a: new Date(0) } }), 'constants.a S-07 Is not a JSON value.'],
    ['not a number', flow({ constants: { a: [Number.NaN] } }), 'constants.a[0] S-07 Is not a JSON value.'],
  ])('is refused with %s', (_, document, expected) => {
    expect(problemsOf(document)).toContainEqual(expect.stringContaining(expected));
  });

  it('is refused when it is nested deeply, however deep', () => {
    let nested: Json = 1;
    for (let depth = 0; depth < 100_000; depth++) nested = [nested];
    expect(problemsOf(flow({ constants: { nested } }))).toEqual([
      ' S-08 The definition is nested deeper than 64 levels.',
    ]);
  });

  it('reports all problems at once, each with its node or edge', () => {
    const read = readDefinition({
      name: '?',
      nodes: [{ ...start, colour: 'red' }, call({ function: '' })],
      edges: [{ from: 's', to: 'f', branch: { kind: 'other' } }],
    });
    expect(read.ok ? [] : read.problems).toMatchObject([
      { path: 'name', field: 'name', code: 'F-100', key: 'form.characters' },
      { path: 'nodes[0].colour', node: 's', field: 'colour', code: 'S-03' },
      { path: 'nodes[1].function', node: 'f', field: 'function', code: 'F-14', text: { zh: '不能为空。' } },
      { path: 'edges[0].branch.kind', edge: { from: 's', to: 'f' }, field: 'branch.kind' },
    ]);
  });

  it('reports at most 200 problems', () => {
    expect(problemsOf(Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`field${at}`, 1])))).toHaveLength(
      200,
    );
  });

  it('keeps a key named __proto__ as data', () => {
    const document = JSON.parse('{"name":"n","nodes":[],"edges":[],"constants":{"__proto__":{"polluted":1}}}');
    const read = readDefinition(document);
    expect(read.ok && Object.keys(read.definition.constants)).toEqual(['__proto__']);
    expect(({} as JsonObject).polluted).toBeUndefined();
    expect(problemsOf(JSON.parse('{"name":"n","nodes":[],"edges":[],"__proto__":{}}'))).toEqual([
      expect.stringContaining('__proto__ S-03 Is not a known field.'),
    ]);
  });

  it('is read as TypeBox would check it, with the defaults filled in', () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
    const settings = [
      'retries',
      'seconds',
      'count',
      'parameters',
      'function',
      'flow',
      'position',
      'wait',
      'input_filter',
    ];
    const node = fc
      .tuple(
        fc.constantFrom('start', 'function', 'error', 'wait', 'parallel', 'subflow', 'goto'),
        fc.dictionary(fc.constantFrom(...settings), fc.oneof(json, fc.constant('$.a'), fc.constant([])), {
          maxKeys: 4,
        }),
      )
      .map(([kind, fields]) => ({ id: 'n', name: 'n', kind, ...fields }));
    fc.assert(
      fc.property(fc.array(node, { maxLength: 2 }), json, (nodes, constants) => {
        const document = { name: 'n', nodes, edges: [], constants };
        const read = readDefinition(document);
        if (read.ok) expect(Check(FlowDefinitionSchema, read.definition)).toBe(true);
        // null in an optional field and missing fields with a default are read, but are not what the schema describes
        else expect(Check(FlowDefinitionSchema, document)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
