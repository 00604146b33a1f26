import fc from 'fast-check';
import { expect, it } from 'vitest';
import { covers } from './coverage.ts';
import { compilePolicy, judge } from './evaluate.ts';
import type { PolicyDocument, Statement } from './types.ts';

const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: '1.1', Statement });
const allow = (Action: string[], more: Partial<Statement> = {}): Statement => ({ Effect: 'Allow', Action, ...more });
const deny = (Action: string[], more: Partial<Statement> = {}): Statement => ({ Effect: 'Deny', Action, ...more });
const one = ['functiongraph:*:*:function:default/one'];
const all = ['functiongraph:*:*:function:default/*'];
const work = { StringEquals: { 'g:ProjectName': ['work'] } };

it.each<[boolean, string, Statement[], Statement[]]>([
  [true, 'the same', [allow(['functiongraph:*:*'])], [allow(['functiongraph:*:*'])]],
  [true, 'less of it', [allow(['functiongraph:*:*'])], [allow(['functiongraph:function:invoke*'])]],
  [true, 'nothing', [], [deny(['*'])]],
  [
    true,
    'one function of many',
    [allow(['*'], { Resource: all })],
    [allow(['functiongraph:*:get*'], { Resource: one })],
  ],
  [true, 'with a condition of its own', [allow(['*'])], [allow(['iam:*:*'], { Condition: work })]],
  [true, 'with the same denial', [allow(['*']), deny(['iam:*:*'])], [allow(['*']), deny(['iam:*:*'])]],
  [true, 'beside a denial of other resources', [allow(['*']), deny(['iam:*:*'])], [allow(['functiongraph:*:*'])]],
  [false, 'more actions', [allow(['functiongraph:function:invoke'])], [allow(['functiongraph:function:*'])]],
  [false, 'everything', [allow(['functiongraph:*:*'])], [allow(['*'])]],
  [false, 'all functions instead of one', [allow(['*'], { Resource: one })], [allow(['functiongraph:*:*'])]],
  [false, 'many functions instead of one', [allow(['*'], { Resource: one })], [allow(['*'], { Resource: all })]],
  [false, 'without its condition', [allow(['*'], { Condition: work })], [allow(['functiongraph:*:*'])]],
  [false, 'without its denial', [allow(['*']), deny(['*'], { Resource: one })], [allow(['functiongraph:*:*'])]],
  [false, 'nothing at all', [], [allow(['iam:users:getUser'])]],
])('%s: %s', (expected, _what, held, requested) => {
  expect(covers([policy(...held)], policy(...requested))).toBe(expected);
});

it('never reports a policy as covered that allows a request which the other one refuses', () => {
  const piece = fc.constantFrom('a', 'b', '*', 'a*', '*b', 'ab');
  const text = (parts: number) => fc.array(piece, { minLength: parts, maxLength: parts }).map((p) => p.join(':'));
  const resource = fc
    .tuple(text(4), fc.constantFrom('a/a', 'a/*', '*', '*/b'))
    .map(([head, path]) => `${head}:${path}`);
  const statement = fc.record({
    Effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
    Action: fc.array(text(3), { minLength: 1, maxLength: 2 }),
    Resource: fc.option(fc.array(resource, { minLength: 1, maxLength: 2 }), { nil: undefined }),
  });
  const documents = fc.array(statement, { minLength: 1, maxLength: 3 }).map((list) => policy(...(list as Statement[])));
  const word = fc.constantFrom('a', 'b', 'ab', 'aab', 'c');
  fc.assert(
    fc.property(
      documents,
      documents,
      fc.tuple(word, word, word),
      fc.tuple(word, word, word),
      (held, requested, act, at) => {
        if (!covers([held], requested)) return;
        const [service, type] = act;
        const target = { service, region: at[0], domainId: at[1], type, path: `${at[2]}/b` };
        const may = (document: PolicyDocument) => judge(compilePolicy(document), act.join(':'), target, {}) === true;
        if (may(requested)) expect(may(held)).toBe(true);
      },
    ),
    { numRuns: 3000 },
  );
});
