import { expect, test } from 'vitest';
import { graphText } from './graph-text.ts';
import type { RunDetail } from './run-state.ts';

/** `id kind[@parent]`, and `from>to` with `?expression` or `?` for the default branch. */
function graph(nodes: string, edges: string): Record<string, unknown> {
  return {
    nodes: nodes.split(' ').map((text) => {
      const [, id, kind, parent] = /^(\w+):(\w+)(?:@(\w+))?$/.exec(text) ?? [];
      return { id, name: id, kind, ...(parent === undefined ? {} : { parent }) };
    }),
    edges: edges.split(' ').map((text) => {
      const [, from, to, mark, expression] = /^(\w+)>(\w+)(\?)?(.*)$/.exec(text) ?? [];
      if (mark === undefined) return { from, to };
      return { from, to, branch: expression === '' ? { kind: 'default' } : { kind: 'condition', expression } };
    }),
  };
}

const drawn = (nodes: string, edges: string): string[] => graphText(graph(nodes, edges)).split('\n');

test('branches stand below their node, and the join after them', () => {
  expect(drawn('s:start p:parallel a:function b:function c:function j:function', 's>p p>a a>b b>j p>c c>j')).toEqual([
    'start s',
    'parallel p',
    '├─ function a',
    '│  function b',
    '└─ function c',
    'function j',
  ]);
});

test('conditions stand before the first node of their branch', () => {
  expect(drawn('s:start c:condition a:function b:function e:end', "s>c c>a?$.a=='x' c>b? a>e b>e")).toEqual([
    'start s',
    'condition c',
    "├─ $.a=='x': function a",
    '└─ else: function b',
    'end e',
  ]);
});

test('a branch that leads at once to the join, or to a node drawn before, points at it', () => {
  expect(
    drawn('s:start c:condition a:function b:function x:function j:function', 's>c c>a?1 c>b?2 c>j? a>x b>x x>j'),
  ).toEqual([
    'start s',
    'condition c',
    '├─ 1: function a',
    '│  function x',
    '├─ 2: function b',
    '│  → x',
    '└─ else: → j',
    'function j',
  ]);
});

test('an error handler stands below its function, with its own branches', () => {
  expect(
    drawn('s:start a:function h:error r:function q:function g:function', 's>a a>h a>g h>r?$.status==500 h>q?'),
  ).toEqual([
    'start s',
    'function a',
    '├─ error h',
    '│  ├─ $.status==500: function r',
    '│  └─ else: function q',
    '└─ function g',
  ]);
  expect(drawn('s:start a:function h:error', 's>a a>h')).toEqual(['start s', 'function a', '└─ error h']);
});

test('nodes inside a loop or a service stand below it', () => {
  expect(drawn('s:start l:loop f:function@l h:error@l w:wait@l after:function', 's>l l>after f>h f>w')).toEqual([
    'start s',
    'loop l',
    '╎  function f',
    '╎  ├─ error h',
    '╎  └─ wait w',
    'function after',
  ]);
});

test('branches inside branches, and a loop inside one', () => {
  expect(
    drawn(
      's:start p:parallel q:parallel a:function b:function i:function l:loop f:function@l j:function',
      's>p p>q q>a q>b a>i b>i i>j p>l l>j',
    ),
  ).toEqual([
    'start s',
    'parallel p',
    '├─ parallel q',
    '│  ├─ function a',
    '│  └─ function b',
    '│  function i',
    '└─ loop l',
    '   ╎  function f',
    'function j',
  ]);
});

test('every node of any graph is drawn once, also of one with cycles or unknown ends', () => {
  const lines = drawn('a:function b:function c:function d:function', 'a>b b>a b>none c>c');
  for (const id of 'abcd') expect(lines.filter((line) => line.endsWith(`function ${id}`))).toHaveLength(1);
});

test('a run has its states in a column, with signs and words', () => {
  const run = {
    node_execution_details: [
      { node_id: 'l', executions: [{ status: 'fail', begin_time: 0, end_time: 30 }] },
      {
        node_id: 'f',
        executions: [
          { status: 'success', begin_time: 0, end_time: 5 },
          {
            status: 'fail',
            begin_time: 5,
            end_time: 9,
            error_message: { error_code: '4002', error_message: 'no luck' },
          },
        ],
      },
    ],
  } as unknown as RunDetail;
  expect(graphText(graph('s:start l:loop f:function@l z:function', 's>l l>z'), run)).toBe(
    [
      '            start s',
      '✗ fail      loop l, 30 ms',
      '✗ fail      ╎  function f, 4 ms, 2 times (1 success, 1 fail): 4002: no luck',
      '· not run   function z',
    ].join('\n'),
  );
});
