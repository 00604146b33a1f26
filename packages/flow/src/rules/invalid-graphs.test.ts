import { describe, expect, it } from 'vitest';
import type { FlowDefinition } from '../definition.ts';
import { draw } from '../testing.ts';
import { check } from './check.ts';

const S = 's:start';
const many = (count: number, kind = 'function'): string[] => Array.from({ length: count }, (_, at) => `m${at}:${kind}`);
const linesTo = (from: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${from}>m${at}`);
const loop = (...inner: string[]): string[] => [S, 'l:loop', ...inner.map((one) => `${one}@l`)];
const withTrigger = (type: string, config: object): FlowDefinition =>
  draw([S, 'f:function'], ['s>f'], { triggers: [{ trigger_type: type, trigger_config: config as never }] });
const withNode = (node: string, settings: object): FlowDefinition =>
  draw([S, [node, settings as never]], [`s>${node[0]}`]);
const timer = { schedule_type: 'Cron', schedule: '0 0 * * *', user_event: '{"input":{"a":1}}' };

describe('an invalid graph', () => {
  it.each<[string, string[], FlowDefinition]>([
    ['a cycle', ['F-01'], draw([S, 'f:function', 'g:function', 'h:error'], ['s>f', 'f>g', 'f>h', 'g>f'])],
    ['a line to itself', ['F-01'], draw([S, 'f:function'], ['s>f', 'f>f'])],
    ['a cycle in a loop', ['F-01', 'F-51'], draw(loop('f:function', 'w:wait'), ['s>l', 'f>w', 'w>f'])],
    ['no start node', ['F-02'], draw(['f:function'], [])],
    ['two start nodes', ['F-02'], draw([S, 't:start', 'f:function'], ['s>f', 't>f'])],
    ['a line to the start node', ['F-02', 'F-01'], draw([S, 'f:function'], ['s>f', 'f>s'])],
    ['a start node that leads nowhere', ['F-03'], draw([S], [])],
    ['a start node that leads to two nodes', ['F-03'], draw([S, 'f:function', 'g:function'], ['s>f', 's>g'])],
    ['an end right after the start', ['F-04'], draw([S, 'e:end'], ['s>e'])],
    ['an error handler right after the start', ['F-04', 'X-05'], draw([S, 'h:error'], ['s>h'])],
    ['a path that stops at a parallel node', ['F-20'], draw([S, 'p:parallel'], ['s>p'])],
    ['a path that stops at a condition', ['F-30'], draw([S, 'c:condition'], ['s>c'])],
    [
      'eleven triggers',
      ['F-10'],
      draw([S, 'f:function'], ['s>f'], { triggers: Array(11).fill({ trigger_type: 'OBS', trigger_config: {} }) }),
    ],
    [
      '100 functions',
      ['F-11'],
      draw([S, ...many(100)], ['s>m0', ...Array.from({ length: 99 }, (_, at) => `m${at}>m${at + 1}`)]),
    ],
    [
      'a function with two error handlers',
      ['F-12'],
      draw([S, 'f:function', 'h:error', 'i:error'], ['s>f', 'f>h', 'f>i']),
    ],
    [
      'a function with an error handler and two successors',
      ['F-13'],
      draw([S, 'f:function', 'h:error', 'g:function', 'k:function'], ['s>f', 'f>h', 'f>g', 'f>k']),
    ],
    [
      'a function with two successors',
      ['F-13'],
      draw([S, 'f:function', 'g:function', 'k:function'], ['s>f', 'f>g', 'f>k']),
    ],
    [
      'a repeated parameter',
      ['F-15'],
      withNode('f:function', {
        parameters: [
          { key: 'a', value: 1 },
          { key: 'a', value: 2 },
        ],
      }),
    ],
    ['a faulty path in a parameter', ['X-31'], withNode('f:function', { parameters: [{ key: 'a', value: '$..a' }] })],
    [
      'a faulty default',
      ['X-30'],
      withNode('f:function', { parameters: [{ key: 'a', value: '$.a', default: '$X.a' }] }),
    ],
    ['a faulty filter', ['X-30'], withNode('f:function', { input_filter: 'a.b' })],
    ['a faulty path in a template', ['X-31'], withNode('f:function', { output_filter: { a: ['$.*'] } })],
    ['21 branches', ['F-20'], draw([S, 'p:parallel', ...many(21)], ['s>p', ...linesTo('p', 21)])],
    ['a branch that is an end', ['F-20'], draw([S, 'p:parallel', 'f:function', 'e:end'], ['s>p', 'p>f', 'p>e'])],
    [
      'a branch that is an error handler',
      ['F-20', 'X-05'],
      draw([S, 'p:parallel', 'f:function', 'h:error'], ['s>p', 'p>f', 'p>h']),
    ],
    ['all of one branch', ['F-21'], draw([S, 'p:parallel', 'f:function'], ['s>p', 'p>f'])],
    [
      'a completion without its number',
      ['F-22'],
      draw([S, ['p:parallel', { completion: 'count' }], ...many(2)], ['s>p', ...linesTo('p', 2)]),
    ],
    [
      'a number without its completion',
      ['F-22'],
      draw([S, ['p:parallel', { count: 1 }], ...many(2)], ['s>p', ...linesTo('p', 2)]),
    ],
    [
      'three of two branches',
      ['F-22'],
      draw([S, ['p:parallel', { completion: 'count', count: 3 }], ...many(2)], ['s>p', ...linesTo('p', 2)]),
    ],
    [
      'a result that goes to an element',
      ['F-23'],
      draw([S, ['p:parallel', { result_path: '$.a[0]' }], ...many(2)], ['s>p', ...linesTo('p', 2)]),
    ],
    ['a condition with one branch', ['F-30'], draw([S, 'c:condition', 'f:function'], ['s>c', 'c>f?'])],
    [
      'a condition with 21 branches',
      ['F-30'],
      draw(
        [S, 'c:condition', ...many(21)],
        [
          's>c',
          'c>m0?',
          ...linesTo('c', 21)
            .slice(1)
            .map((line) => `${line}?$.a == 1`),
        ],
      ),
    ],
    [
      'a condition that leads to an end',
      ['F-30'],
      draw([S, 'c:condition', 'f:function', 'e:end'], ['s>c', 'c>f?$.a == 1', 'c>e?']),
    ],
    [
      'a line that is no branch',
      ['F-31'],
      draw([S, 'c:condition', 'f:function', 'g:function'], ['s>c', 'c>f', 'c>g?']),
    ],
    [
      'no default branch',
      ['F-32'],
      draw([S, 'c:condition', 'f:function', 'g:function'], ['s>c', 'c>f?$.a == 1', 'c>g?$.a == 2']),
    ],
    ['two default branches', ['F-32'], draw([S, 'c:condition', 'f:function', 'g:function'], ['s>c', 'c>f?', 'c>g?'])],
    [
      'a faulty expression',
      ['X-32'],
      draw([S, 'c:condition', 'f:function', 'g:function'], ['s>c', 'c>f?$.a = 1', 'c>g?']),
    ],
    [
      'a filter in an expression',
      ['E-02'],
      draw([S, 'c:condition', 'f:function', 'g:function'], ['s>c', 'c>f?$.a[?(@.b == 1)] == 1', 'c>g?']),
    ],
    [
      'eleven error paths',
      ['F-40'],
      draw(
        [S, 'f:function', 'h:error', ...many(11)],
        ['s>f', 'f>h', ...linesTo('h', 10).map((line) => `${line}?$.a == 1`), 'h>m10'],
      ),
    ],
    [
      'an error handler that leads to an end',
      ['F-40'],
      draw([S, 'f:function', 'h:error', 'e:end'], ['s>f', 'f>h', 'h>e']),
    ],
    [
      'a faulty retry condition',
      ['E-01'],
      draw([S, 'f:function', ['h:error', { retries: [{ condition: '$.a == "x"' }] }]], ['s>f', 'f>h']),
    ],
    ['a loop with nothing inside', ['F-51'], draw(loop(), ['s>l'])],
    ['a loop with two first nodes', ['F-51'], draw(loop('f:function', 'g:function'), ['s>l'])],
    ['an error handler that is first in a loop', ['F-51', 'X-05'], draw(loop('h:error'), ['s>l'])],
    ['an end in a loop', ['S-03'], withForeign('end')],
    [
      'a result of a loop that goes nowhere',
      ['X-30'],
      draw([S, ['l:loop', { result_path: 'results' }], 'f:function@l'], ['s>l']),
    ],
    [
      'a result of a loop that goes to the root',
      ['F-53'],
      draw([S, ['l:loop', { result_path: '$' }], 'f:function@l'], ['s>l']),
    ],
    [
      'a variable that no path can reach',
      ['F-53'],
      draw([S, ['l:loop', { item_name: 'a b' }], 'f:function@l'], ['s>l']),
    ],
    ['a faulty path of a loop', ['X-31'], draw([S, ['l:loop', { array_path: '$.' }], 'f:function@l'], ['s>l'])],
    [
      'a wait node with two successors',
      ['F-60'],
      draw([S, 'w:wait', 'f:function', 'g:function'], ['s>w', 'w>f', 'w>g']),
    ],
    ['an error handler after a wait node', ['F-60', 'X-05'], draw([S, 'w:wait', 'h:error'], ['s>w', 'w>h'])],
    ['an empty service', ['F-70'], draw([S, 'v:service'], ['s>v'])],
    ['a wait node in a service', ['F-70'], draw([S, 'v:service', 'f:function@v', 'w:wait@v'], ['s>v', 'f>w'])],
    [
      'a service with two successors',
      ['F-71'],
      draw([S, 'v:service', 'x:function@v', 'f:function', 'g:function'], ['s>v', 'v>f', 'v>g']),
    ],
    [
      'a sequential service without an order',
      ['F-72'],
      draw([S, 'v:service', 'f:function@v', 'g:function@v'], ['s>v']),
    ],
    [
      'a service that is no line',
      ['F-72', 'F-72'],
      draw([S, 'v:service', 'f:function@v', 'g:function@v', 'k:function@v'], ['s>v', 'f>k', 'g>k']),
    ],
    [
      'a sub-flow with two successors',
      ['F-83'],
      draw([S, 'x:subflow', 'f:function', 'g:function'], ['s>x', 'x>f', 'x>g']),
    ],
    ['an end that leads on', ['F-90'], draw([S, 'f:function', 'e:end', 'g:function'], ['s>f', 'f>e', 'e>g'])],
    ['an express flow without a log level', ['F-100'], draw([S, 'f:function'], ['s>f'], { mode: 'EXPRESS' })],
    ['another trigger', ['F-120'], withTrigger('KAFKA', {})],
    ['a timer with a rate', ['F-121'], withTrigger('FLOWTIMER', { ...timer, schedule_type: 'Rate' })],
    ['a timer without a schedule', ['F-121'], withTrigger('FLOWTIMER', { user_event: timer.user_event })],
    ['a timer without an input', ['F-122'], withTrigger('FLOWTIMER', { ...timer, user_event: '{"a":1}' })],
    ['a timer whose event is no JSON', ['F-122'], withTrigger('FLOWTIMER', { ...timer, user_event: 'input' })],
    ['an API for everyone', ['F-125'], withTrigger('APIG', { auth: 'NONE' })],
    ['an API with another method', ['F-126'], withTrigger('APIG_DE', { req_method: 'TRACE' })],
    ['a node that nothing leads to', ['X-01'], draw([S, 'f:function', 'g:function'], ['s>f'])],
    ['two nodes with one id', ['X-02'], draw([S, 'f:function', 'f:wait'], ['s>f'])],
    ['a line to no node', ['X-03'], draw([S, 'f:function'], ['s>f', 'f>g'])],
    ['two lines between two nodes', ['X-04', 'F-13'], draw([S, 'f:function', 'g:function'], ['s>f', 'f>g', 'f>g'])],
    [
      'an error handler of two nodes',
      ['X-05'],
      draw([S, 'c:condition', 'f:function', 'g:function', 'h:error'], ['s>c', 'c>f?$.a == 1', 'c>g?', 'f>h', 'g>h']),
    ],
    ['an error handler of a loop', ['X-11', 'X-05'], draw([...loop('f:function'), 'h:error'], ['s>l', 'l>h'])],
    ['a node in a function', ['X-06'], draw([S, 'f:function', 'g:function@f'], ['s>f'])],
    ['a node in no node', ['X-06'], draw([S, 'f:function', 'g:function@x'], ['s>f'])],
    ['a line into a loop', ['X-07', 'F-51'], draw([...loop('f:function'), 'g:function'], ['s>l', 'l>g', 'g>f'])],
    [
      'a line between two services',
      ['X-07'],
      draw([S, 'v:service', 'u:service', 'f:function@v', 'g:function@u'], ['s>v', 'v>u', 'f>g']),
    ],
    ['a branch out of a function', ['X-08'], draw([S, 'f:function', 'g:function'], ['s>f', 'f>g?'])],
    [
      'two error paths without a condition',
      ['X-09'],
      draw([S, 'f:function', 'h:error', 'g:function', 'k:function'], ['s>f', 'f>h', 'h>g', 'h>k?']),
    ],
    ['a wait node that waits in two ways', ['X-10'], withNode('w:wait', { seconds: 1, until: '$.time' })],
    [
      'a loop with two successors',
      ['X-11'],
      draw([...loop('f:function'), 'g:function', 'k:function'], ['s>l', 'l>g', 'l>k']),
    ],
    ['a flow that starts itself', ['X-12'], withNode('x:subflow', { flow: 'drawn' })],
    [
      'branches of which some meet before the others',
      ['X-20'],
      draw(
        [S, 'p:parallel', 'a:function', 'b:function', 'c:function', 'i:function', 'j:function'],
        ['s>p', 'p>a', 'p>b', 'p>c', 'a>i', 'b>i', 'i>j', 'c>j'],
      ),
    ],
    [
      'a path that crosses from branch to branch',
      ['X-20'],
      draw(
        [S, 'p:parallel', 'c:condition', 'a:function', 'b:function', 'd:function', 'j:function'],
        ['s>p', 'p>c', 'p>b', 'c>a?$.a == 1', 'c>d?', 'b>d', 'a>j', 'd>j'],
      ),
    ],
    [
      'a line into a branch',
      ['X-21'],
      draw(
        [S, 'c:condition', 'p:parallel', 'a:function', 'b:function', 'd:function', 'j:function'],
        ['s>c', 'c>p?$.a == 1', 'c>d?', 'p>a', 'p>b', 'a>d', 'd>j', 'b>j'],
      ),
    ],
    [
      'an inner branch that leaves the outer one',
      ['X-22'],
      draw(
        [S, 'p:parallel', 'q:parallel', 'a:function', 'b:function', 'c:function', 'j:function'],
        ['s>p', 'p>q', 'p>c', 'q>a', 'q>b', 'a>j', 'c>j'],
      ),
    ],
    [
      'a branch without a node',
      ['X-23'],
      draw([S, 'p:parallel', 'a:function', 'j:function'], ['s>p', 'p>a', 'p>j', 'a>j']),
    ],
    [
      'a long express flow',
      ['X-25'],
      draw([S, 'f:function'], ['s>f'], { mode: 'EXPRESS', log_level: 'NONE', timeout_seconds: 301 }),
    ],
    [
      'a long wait in an express flow',
      ['X-25'],
      draw([S, ['w:wait', { seconds: 301 }]], ['s>w'], { mode: 'EXPRESS', log_level: 'NONE' }),
    ],
    [
      'a callback in an express flow',
      ['X-25'],
      draw([S, ['w:wait', { callback: {} }]], ['s>w'], { mode: 'EXPRESS', log_level: 'NONE' }),
    ],
  ])('with %s breaks %j', (_, codes, definition) => {
    expect(check(definition, undefined, ['FLOWTIMER', 'APIG', 'APIG_DE', 'OBS']).map(({ code }) => code)).toEqual(
      codes,
    );
  });

  /** Not by `draw`: the schema has no `parent` for this kind. */
  function withForeign(kind: 'end'): FlowDefinition {
    const definition = draw(loop('f:function'), ['s>l', 'f>x']);
    return { ...definition, nodes: [...definition.nodes, { id: 'x', name: 'x', kind, parent: 'l' } as never] };
  }

  it('is reported with all of its faults, each with its place', () => {
    const definition = draw(
      [S, 'c:condition', 'f:function', ['w:wait', { seconds: 5, until: '$.' }], 'h:error'],
      ['s>c', 'c>f?$.a = 1', 'c>w', 'w>h'],
    );
    expect(check(definition)).toMatchObject([
      {
        code: 'X-32',
        key: 'expression.operator_missing',
        edge: { from: 'c', to: 'f' },
        field: 'branch.expression',
        parameters: { position: 4 },
        text: { en: 'Here one of == != < > <= >= must follow. (character 5)' },
      },
      { code: 'F-60', edge: { from: 'w', to: 'h' }, parameters: { kind: 'error' } },
      { code: 'F-31', edge: { from: 'c', to: 'w' }, field: 'branch' },
      {
        code: 'F-32',
        node: 'c',
        parameters: { count: 0 },
        text: { zh: '条件分支必须有且只有一个默认分支，当前为 0 个。' },
      },
      { code: 'X-10', node: 'w' },
      { code: 'X-31', node: 'w', field: 'until', parameters: { position: 2 } },
      { code: 'X-05', edge: { from: 'w', to: 'h' } },
    ]);
  });

  it('with a faulty number is reported with its other faults', () => {
    const definition = draw([S, 'f:function', ['h:error', { retries: [{}] }], 'e:end'], ['s>f', 'f>h', 'h>e']);
    const edited = structuredClone(definition);
    const handler = edited.nodes[2];
    if (handler?.kind === 'error') handler.retries = [{ interval_seconds: 31, max_retries: 0 }];
    expect(check(edited)).toMatchObject([
      { code: 'F-43', node: 'h', field: 'retries[0].interval_seconds' },
      { code: 'F-44', node: 'h', field: 'retries[0].max_retries' },
      { code: 'F-40', edge: { from: 'h', to: 'e' } },
    ]);
  });
});
