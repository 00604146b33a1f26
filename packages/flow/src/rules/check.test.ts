import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowDefinition } from '../definition.ts';
import { readDefinition } from '../reading/read-definition.ts';
import { draw, flowDefinitions } from '../testing.ts';
import { check, whyNot } from './check.ts';
import type { Facts } from './facts.ts';

const S = 's:start';
const many = (count: number, kind = 'function'): string[] => Array.from({ length: count }, (_, at) => `m${at}:${kind}`);
const linesTo = (from: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${from}>m${at}`);
const loop = (...inner: string[]): string[] => [S, 'l:loop', ...inner.map((one) => `${one}@l`)];
const withTrigger = (type: string, config: object): FlowDefinition =>
  draw([S, 'f:function'], ['s>f'], { triggers: [{ trigger_type: type, trigger_config: config as never }] });
const withNode = (node: string, settings: object): FlowDefinition =>
  draw([S, [node, settings as never]], [`s>${node[0]}`]);
const timer = { schedule_type: 'Cron', schedule: '0 0 * * *', user_event: '{"input":{"a":1}}' };

describe('a valid graph', () => {
  it.each<[string, FlowDefinition]>([
    ['one function', draw([S, 'f:function'], ['s>f'])],
    ['an end node', draw([S, 'f:function', 'e:end'], ['s>f', 'f>e'])],
    [
      'a function with an error handler',
      draw([S, 'f:function', 'h:error', 'g:function', 'r:function'], ['s>f', 'f>h', 'f>g', 'h>r']),
    ],
    ['an error handler that only retries', draw([S, 'f:function', 'h:error'], ['s>f', 'f>h'])],
    [
      'an error handler that joins the normal path',
      draw([S, 'f:function', 'h:error', 'r:function', 'g:function'], ['s>f', 'f>g', 'f>h', 'h>r', 'r>g']),
    ],
    ['an error handler of a service', draw([S, 'v:service', 'f:function@v', 'h:error'], ['s>v', 'v>h'])],
    ['an error handler of a sub-flow', draw([S, 'x:subflow', 'h:error'], ['s>x', 'x>h'])],
    [
      'an error handler with ten successors',
      draw(
        [S, 'f:function', 'h:error', ...many(10)],
        ['s>f', 'f>h', ...linesTo('h', 9).map((line) => `${line}?$.a == 1`), 'h>m9'],
      ),
    ],
    ['a condition', draw([S, 'c:condition', 'f:function', 'g:function'], ['s>c', 'c>f?$.a == 1', 'c>g?'])],
    [
      'twenty branches of a condition',
      draw(
        [S, 'c:condition', ...many(20)],
        [
          's>c',
          'c>m0?',
          ...linesTo('c', 20)
            .slice(1)
            .map((line) => `${line}?$.a == 1`),
        ],
      ),
    ],
    [
      'branches that meet',
      draw([S, 'p:parallel', 'f:function', 'g:function', 'j:function'], ['s>p', 'p>f', 'p>g', 'f>j', 'g>j']),
    ],
    ['branches that end alone', draw([S, 'p:parallel', 'f:function', 'g:function'], ['s>p', 'p>f', 'p>g'])],
    [
      'branches that meet at the end node',
      draw([S, 'p:parallel', 'f:function', 'g:function', 'e:end'], ['s>p', 'p>f', 'p>g', 'f>e', 'g>e']),
    ],
    [
      'a branch that ends alone beside others that meet',
      draw(
        [S, 'p:parallel', 'f:function', 'g:function', 'x:function', 'j:function'],
        ['s>p', 'p>f', 'p>g', 'p>x', 'f>j', 'g>j'],
      ),
    ],
    [
      'a condition in a branch with a path that ends',
      draw(
        [S, 'p:parallel', 'c:condition', 'f:function', 'x:function', 'g:function', 'j:function'],
        ['s>p', 'p>c', 'p>g', 'c>f?$.a == 1', 'c>x?', 'f>j', 'g>j'],
      ),
    ],
    [
      'inner branches that meet where the outer ones do',
      draw(
        [S, 'p:parallel', 'q:parallel', 'a:function', 'b:function', 'c:function', 'j:function'],
        ['s>p', 'p>q', 'p>c', 'q>a', 'q>b', 'a>j', 'b>j', 'c>j'],
      ),
    ],
    [
      'a condition that may go past a parallel node to its join',
      draw(
        [S, 'c:condition', 'p:parallel', 'f:function', 'g:function', 'j:function'],
        ['s>c', 'c>p?$.a == 1', 'c>j?', 'p>f', 'p>g', 'f>j', 'g>j'],
      ),
    ],
    [
      'one branch that need not wait for others',
      draw([S, ['p:parallel', { completion: 'one' }], 'f:function'], ['s>p', 'p>f']),
    ],
    [
      'two of three branches',
      draw([S, ['p:parallel', { completion: 'count', count: 2 }], ...many(3)], ['s>p', ...linesTo('p', 3)]),
    ],
    ['twenty branches', draw([S, 'p:parallel', ...many(20)], ['s>p', ...linesTo('p', 20)])],
    [
      'a loop',
      draw(
        [...loop('f:function', 'w:wait', 'h:error', 'r:function'), 'g:function'],
        ['s>l', 'l>g', 'f>w', 'f>h', 'h>r'],
      ),
    ],
    ['a loop that waits first', draw(loop('w:wait', 'f:function'), ['s>l', 'w>f'])],
    ['a sequential service', draw([S, 'v:service', 'f:function@v', 'g:function@v'], ['s>v', 'f>g'])],
    [
      'a parallel service',
      draw([S, ['v:service', { action_mode: 'parallel' }], 'f:function@v', 'g:function@v'], ['s>v']),
    ],
    ['a wait node', draw([S, 'f:function', 'w:wait', 'g:function'], ['s>f', 'f>w', 'w>g'])],
    ['a wait node that is last', withNode('w:wait', { until: '$.time' })],
    ['a sub-flow', draw([S, 'x:subflow', 'f:function'], ['s>x', 'x>f'])],
    ['99 functions', draw([S, ...many(99)], ['s>m0', ...Array.from({ length: 98 }, (_, at) => `m${at}>m${at + 1}`)])],
    [
      'ten triggers',
      draw([S, 'f:function'], ['s>f'], {
        triggers: Array(10).fill({ trigger_type: 'FLOWTIMER', trigger_config: timer }),
      }),
    ],
    ['a timer whose event is given as an object', withTrigger('FLOWTIMER', { ...timer, user_event: { input: {} } })],
    ['an API', withTrigger('APIG', { auth: 'IAM', req_method: 'ANY' })],
    [
      'an express flow',
      draw([S, ['w:wait', { seconds: 300 }]], ['s>w'], { mode: 'EXPRESS', log_level: 'ALL', timeout_seconds: 300 }),
    ],
  ])('%s breaks no rule', (_, definition) => {
    expect(check(definition)).toEqual([]);
  });
});

describe('facts', () => {
  const facts = (functions: object = {}, flows: object = {}): Facts => ({
    functions: new Map(Object.entries({ greet: { runtime: 'Go1.x', callable: true }, ...functions })),
    flows: new Map(
      Object.entries({ other: { mode: 'NORMAL', startable: true, depth: 0, startsThis: false }, ...flows }),
    ),
  });
  const other = { mode: 'NORMAL', startable: true, depth: 0, startsThis: false };
  const calling = draw([S, ['f:function', { stream: true }], 'x:subflow'], ['s>f', 'f>x']);
  const express = { ...calling, mode: 'EXPRESS', log_level: 'NONE' } as const;

  it.each<[string, string[], FlowDefinition, Facts]>([
    ['what exists and may be used', [], calling, facts()],
    ['functions and flows that do not exist', ['F-14', 'F-80'], calling, { functions: new Map(), flows: new Map() }],
    ['a function that may not be called', ['X-13'], calling, facts({ greet: { runtime: 'Go1.x', callable: false } })],
    ['a stream of another language', ['F-17'], calling, facts({ greet: { runtime: 'Python3.9', callable: true } })],
    ['a flow that may not be started', ['X-14'], calling, facts({}, { other: { ...other, startable: false } })],
    ['a flow that starts this one', ['X-12'], calling, facts({}, { other: { ...other, startsThis: true } })],
    ['sub-flows sixteen deep', [], calling, facts({}, { other: { ...other, depth: 15 } })],
    ['sub-flows seventeen deep', ['X-15'], calling, facts({}, { other: { ...other, depth: 16 } })],
    ['an express flow that waits for a standard one', ['X-25'], express, facts()],
    ['an express flow that waits for an express one', [], express, facts({}, { other: { ...other, mode: 'EXPRESS' } })],
  ])('%s give %j', (_, codes, definition, known) => {
    expect(check(definition, known).map(({ code }) => code)).toEqual(codes);
  });
});

describe('whyNot', () => {
  const drawing = draw(
    [
      S,
      'e:end',
      'f:function',
      'g:function',
      'h:error',
      'c:condition',
      'p:parallel',
      'l:loop',
      'i:function@l',
      'w:wait',
    ],
    ['s>f', 'f>g'],
  );

  it.each<[string, string, string[]]>([
    ['s', 'g', ['F-03']],
    ['s', 'e', ['F-03', 'F-04']],
    ['f', 'h', []],
    ['f', 'e', ['F-13']],
    ['f', 'g', ['X-04', 'F-13']],
    ['g', 'f', ['F-01']],
    ['g', 's', ['F-02', 'F-01']],
    ['g', 'c', []],
    ['c', 'g', []],
    ['c', 'e', ['F-30']],
    ['p', 'h', ['F-20']],
    ['p', 'f', []],
    ['w', 'h', ['F-60']],
    ['e', 'g', ['F-90']],
    ['l', 'i', ['X-07']],
    ['i', 'h', ['X-07']],
    ['g', 'nowhere', ['X-03']],
  ])('from %s to %s gives %j', (from, to, codes) => {
    expect(whyNot(drawing, from, to).map(({ code }) => code)).toEqual(codes);
  });

  it('refuses a line between branches', () => {
    const branches = draw(
      [S, 'p:parallel', 'a:function', 'b:condition', 'd:function', 'x:function', 'j:function'],
      ['s>p', 'p>a', 'p>b', 'a>j', 'b>d?', 'd>j'],
    );
    expect(whyNot(branches, 'b', 'x')).toEqual([]);
    expect(whyNot({ ...branches, edges: [...branches.edges, { from: 'a', to: 'x' }] }, 'b', 'x')).toMatchObject([
      { code: 'X-20', parameters: { parallel: 'p' } },
    ]);
  });
});

describe('any definition', () => {
  it('that was made valid breaks no rule and is read as it is', () => {
    fc.assert(
      fc.property(flowDefinitions(), (definition) => {
        expect(check(definition)).toEqual([]);
        expect(readDefinition(JSON.parse(JSON.stringify(definition)))).toEqual({ ok: true, definition });
      }),
      { numRuns: 300 },
    );
  });

  it('that is valid can be drawn line by line, in any order', () => {
    fc.assert(
      fc.property(flowDefinitions(), fc.infiniteStream(fc.nat()), (definition, picks) => {
        const left = [...definition.edges];
        const drawn: FlowDefinition = { ...definition, edges: [] };
        while (left.length > 0) {
          const [edge] = left.splice((picks.next().value ?? 0) % left.length, 1);
          if (edge === undefined) break;
          expect(whyNot(drawn, edge.from, edge.to)).toEqual([]);
          drawn.edges.push(edge);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of random nodes and lines is checked without an exception', () => {
    const kinds = ['start', 'end', 'function', 'subflow', 'parallel', 'condition', 'error', 'loop', 'wait', 'service'];
    const id = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor');
    const nodes = fc.array(
      fc
        .tuple(id, fc.constantFrom(...kinds), fc.option(id))
        .map(([one, kind, parent]) =>
          parent !== null && ['function', 'wait', 'error'].includes(kind)
            ? `${one}:${kind}@${parent}`
            : `${one}:${kind}`,
        ),
      { maxLength: 8 },
    );
    const line = fc
      .tuple(id, id, fc.constantFrom('', '?', '?$.a == 1', '?$.a ='))
      .map(([from, to, branch]) => `${from}>${to}${branch}`);
    fc.assert(
      fc.property(nodes, fc.array(line, { maxLength: 14 }), (some, lines) => {
        for (const { text, code } of check(draw(some, lines))) {
          expect(code).toMatch(/^[EFXS]-\d+$/);
          expect(`${text.en}${text.zh}`).not.toMatch(/\{\w+\}|undefined/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('of the largest size is checked in a bounded time, with at most 200 problems', () => {
    // each of the first nodes leads far ahead: regions overlap as much as they can
    const nodes = [S, ...many(399, 'parallel')];
    const chain = Array.from({ length: 398 }, (_, at) => `m${at}>m${at + 1}`);
    const ahead = Array.from({ length: 600 }, (_, at) => `m${at % 40}>m${50 + ((at * 7) % 340)}`);
    const definition = draw(nodes, ['s>m0', ...chain, ...new Set(ahead)]);
    const started = process.threadCpuUsage();
    expect(check(definition)).toHaveLength(200);
    expect(process.threadCpuUsage(started).user).toBeLessThan(3_000_000);
  });
});
