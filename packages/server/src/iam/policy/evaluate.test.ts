import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from './document.ts';
import { compilePolicy, judge, settle } from './evaluate.ts';
import { SYSTEM_POLICIES } from './system-policies.ts';
import type { RequestContext, Resource } from './types.ts';

const fn = (path: string, over: Partial<Resource> = {}): Resource => ({
  service: 'functiongraph',
  region: 'local-1',
  domainId: 'd1',
  type: 'function',
  path,
  ...over,
});

type Written = Record<string, unknown>;

function ask(
  statements: readonly Written[],
  action: string,
  resource: Resource = fn('default/hello'),
  context: RequestContext = {},
): boolean {
  const rules = compilePolicy(parsePolicy({ Version: '1.1', Statement: statements }));
  return settle(judge(rules, action.toLowerCase(), resource, context), context);
}

const allow = (action: string | string[], more: Written = {}): Written => ({
  Effect: 'Allow',
  Action: action,
  ...more,
});
const deny = (action: string | string[], more: Written = {}): Written => ({ Effect: 'Deny', Action: action, ...more });

describe('actions', () => {
  it.each([
    ['functiongraph:function:invoke', 'functiongraph:function:invoke', true],
    ['FunctionGraph:function:INVOKE', 'functiongraph:function:invoke', true],
    ['functiongraph:function:invoke*', 'functiongraph:function:invokeAsync', true],
    ['functiongraph:*:list*', 'functiongraph:function:listVersion', true],
    ['functiongraph:*:*', 'functiongraph:trigger:create', true],
    ['*', 'iam:users:createUser', true],
    ['functiongraph:*:*', 'iam:users:createUser', false],
    ['functiongraph:function:invoke', 'functiongraph:function:invokeAsync', false],
    ['functiongraph:*:list*', 'functiongraph:function:delete', false],
  ])('%s covers %s: %s', (written, requested, expected) => {
    expect(ask([allow(written)], requested)).toBe(expected);
  });
});

describe('resources', () => {
  it.each([
    ['functiongraph:*:*:function:default/hello', 'default/hello', true],
    ['FUNCTIONGRAPH:*:*:function:Default/hello', 'default/hello', true],
    ['functiongraph:*:*:function:default/*', 'default/hello', true],
    ['functiongraph:*:*:function:*', 'shop/pay', true],
    ['*', 'shop/pay', true],
    ['functiongraph:local-1:d1:function:shop/pay', 'shop/pay', true],
    ['functiongraph:other:*:function:shop/pay', 'shop/pay', false],
    ['functiongraph:*:d2:function:shop/pay', 'shop/pay', false],
    ['functiongraph:*:*:function:default/hello', 'default/hello2', false],
    ['functiongraph:*:*:function:default/hello', 'default/Hello', false],
    ['functiongraph:*:*:dependency:*', 'default/hello', false],
  ])('%s holds %s: %s', (written, path, expected) => {
    expect(ask([allow('functiongraph:*:*', { Resource: [written] })], 'functiongraph:function:invoke', fn(path))).toBe(
      expected,
    );
  });

  it('distinguishes an operation on no single function from one on every function', () => {
    const one = [allow('functiongraph:*:*', { Resource: ['functiongraph:*:*:function:default/*'] })];
    expect(ask(one, 'functiongraph:function:list', fn('*'))).toBe(false);
  });
});

describe('conditions', () => {
  it.each<[string, string, unknown, RequestContext, boolean]>([
    ['StringEquals', 'g:UserName', 'ada', { 'g:UserName': 'ada' }, true],
    ['StringEquals', 'g:UserName', ['ada', 'bob'], { 'g:UserName': 'bob' }, true],
    ['StringEquals', 'g:UserName', 'ada', { 'g:UserName': 'Ada' }, false],
    ['StringEquals', 'g:UserName', 'ada', {}, false],
    ['StringEqualsIfExists', 'g:UserName', 'ada', {}, true],
    ['StringEqualsIgnoreCase', 'g:UserName', 'ada', { 'g:UserName': 'ADA' }, true],
    ['StringLike', 'g:ProjectName', 'team-*', { 'g:ProjectName': 'team-a' }, true],
    ['StringMatch', 'g:ProjectName', 'team-*', { 'g:ProjectName': 'other' }, false],
    ['StringNotEquals', 'g:ProjectName', ['a', 'b'], { 'g:ProjectName': 'b' }, false],
    ['StringNotEquals', 'g:ProjectName', ['a', 'b'], { 'g:ProjectName': 'c' }, true],
    ['StringStartWith', 'g:AgencyName', 'fn-', { 'g:AgencyName': 'fn-read' }, true],
    ['Bool', 'g:UserName', 'true', { 'g:UserName': 'TRUE' }, true],
    ['NumericLessThan', 'g:UserName', 10, { 'g:UserName': '9' }, true],
    ['NumberGreaterThanEquals', 'g:UserName', '10', { 'g:UserName': '9' }, false],
    ['NumericEquals', 'g:UserName', '1', { 'g:UserName': 'one' }, false],
    ['DateLessThan', 'g:CurrentTime', '2030-01-01T00:00:00Z', { 'g:CurrentTime': '2029-12-31T23:59:59Z' }, true],
    ['DateGreaterThan', 'g:CurrentTime', '2030-01-01T00:00:00Z', { 'g:CurrentTime': '2029-12-31T23:59:59Z' }, false],
    ['IpAddress', 'g:SourceIp', ['10.0.0.0/8', '::1'], { 'g:SourceIp': '10.9.8.7' }, true],
    ['IpAddress', 'g:SourceIp', '10.0.0.0/8', { 'g:SourceIp': '::ffff:10.9.8.7' }, true],
    ['IpAddress', 'g:SourceIp', '10.0.0.0/8', { 'g:SourceIp': '11.0.0.1' }, false],
    ['IpAddress', 'g:SourceIp', '10.0.0.0/8', { 'g:SourceIp': 'nonsense' }, false],
    ['NotIpAddress', 'g:SourceIp', 'fd00::/8', { 'g:SourceIp': 'fd12::1' }, false],
    ['StringEquals', 'g:EnterpriseProjectId', '0', { 'g:EnterpriseProjectId': '0' }, true],
  ])('%s %s %j with %j: %s', (operator, key, written, context, expected) => {
    const statement = allow('functiongraph:*:*', { Condition: { [operator]: { [key]: written } } });
    expect(ask([statement], 'functiongraph:function:invoke', fn('default/a'), context)).toBe(expected);
  });

  it('needs all conditions of a statement', () => {
    const statement = allow('*', {
      Condition: { StringEquals: { 'g:UserName': 'ada' }, IpAddress: { 'g:SourceIp': '10.0.0.0/8' } },
    });
    const both = { 'g:UserName': 'ada', 'g:SourceIp': '10.0.0.1' };
    expect(ask([statement], 'a:b:c', fn('x/y'), both)).toBe(true);
    expect(ask([statement], 'a:b:c', fn('x/y'), { ...both, 'g:SourceIp': '1.1.1.1' })).toBe(false);
    expect(ask([statement], 'a:b:c', fn('x/y'), { ...both, 'g:UserName': 'eve' })).toBe(false);
  });
});

describe('deny', () => {
  it('wins over every permission, in any order', () => {
    const statements = [allow('*'), deny('functiongraph:function:delete')];
    for (const order of [statements, [...statements].reverse()]) {
      expect(ask(order, 'functiongraph:function:delete')).toBe(false);
      expect(ask(order, 'functiongraph:function:invoke')).toBe(true);
    }
  });

  it('counts only while its conditions hold', () => {
    const statements = [allow('*'), deny('*', { Condition: { NotIpAddress: { 'g:SourceIp': '10.0.0.0/8' } } })];
    expect(ask(statements, 'a:b:c', fn('x/y'), { 'g:SourceIp': '10.1.1.1' })).toBe(true);
    expect(ask(statements, 'a:b:c', fn('x/y'), { 'g:SourceIp': '8.8.8.8' })).toBe(false);
    expect(ask(statements, 'a:b:c', fn('x/y'), {})).toBe(false);
  });
});

describe('properties', () => {
  const action = fc.constantFrom('functiongraph:function:invoke', 'functiongraph:function:list', 'iam:users:listUsers');
  const pattern = fc.constantFrom('*', 'functiongraph:*:*', 'functiongraph:function:invoke', 'iam:*:list*');
  const resource = fc.constantFrom('*', 'functiongraph:*:*:function:default/*', 'functiongraph:*:*:function:a/b');
  const condition = fc.constantFrom<Written>(
    {},
    { Condition: { StringEquals: { 'g:UserName': 'ada' } } },
    { Condition: { IpAddress: { 'g:SourceIp': '10.0.0.0/8' } } },
  );
  const statement = fc
    .tuple(fc.constantFrom('Allow', 'Deny'), pattern, fc.option(resource), condition)
    .map(([Effect, Action, Resource, more]): Written => {
      return { Effect, Action, ...(Resource === null ? {} : { Resource }), ...more };
    });
  const statements = fc.array(statement, { minLength: 1, maxLength: 8 });
  const context = fc.record({
    'g:UserName': fc.constantFrom('ada', 'bob'),
    'g:SourceIp': fc.constantFrom('10.0.0.1', '8.8.8.8'),
  });
  const path = fc.constantFrom('default/hello', 'a/b', '*');

  it('gives nothing without a statement that allows', () => {
    fc.assert(
      fc.property(statements, action, path, context, (list, requested, where, known) => {
        const denials = list.map((one) => ({ ...one, Effect: 'Deny' }));
        expect(ask(denials, requested, fn(where), known)).toBe(false);
      }),
    );
  });

  it('never gives more by one more denial, nor less by one more permission', () => {
    fc.assert(
      fc.property(statements, statement, action, path, context, (list, extra, requested, where, known) => {
        const before = ask(list, requested, fn(where), known);
        const denied = ask([...list, { ...extra, Effect: 'Deny' }], requested, fn(where), known);
        const allowed = ask([...list, { ...extra, Effect: 'Allow' }], requested, fn(where), known);
        expect(denied && !before).toBe(false);
        expect(before && !allowed).toBe(false);
      }),
    );
  });

  it('does not depend on the order of statements', () => {
    fc.assert(
      fc.property(statements, action, path, context, (list, requested, where, known) => {
        expect(ask([...list].reverse(), requested, fn(where), known)).toBe(ask(list, requested, fn(where), known));
      }),
    );
  });

  it('gives the same answer from the cache as without it', () => {
    fc.assert(
      fc.property(statements, action, path, context, context, (list, requested, where, first, second) => {
        const rules = compilePolicy(parsePolicy({ Version: '1.1', Statement: list }));
        const fixed = { 'g:UserName': first['g:UserName'] };
        const kept = judge(rules, requested.toLowerCase(), fn(where), fixed);
        const known = { ...fixed, 'g:SourceIp': second['g:SourceIp'] };
        expect(settle(kept, known)).toBe(ask(list, requested, fn(where), known));
      }),
    );
  });

  it('finds a text by each pattern made from it, however many stars there are', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 1, maxLength: 5 }).filter((s) => /^[a-z]+$/.test(s)),
          { maxLength: 6 },
        ),
        (parts) => {
          const text = `default/${parts.join('')}`;
          const written = `functiongraph:*:*:function:default/${parts.join('*')}*`;
          expect(ask([allow('*', { Resource: written })], 'a:b:c', fn(text))).toBe(true);
        },
      ),
    );
  });
});

describe('system policies', () => {
  const verdict = (id: string, requested: string): boolean => {
    const policy = SYSTEM_POLICIES.find((one) => one.id === id);
    if (policy === undefined) throw new Error(`no policy ${id}`);
    return settle(judge(compilePolicy(parsePolicy(policy.document)), requested.toLowerCase(), fn('*'), {}), {});
  };

  it.each([
    ['functiongraph:function:list', true, true, true],
    ['functiongraph:function:getConfig', true, true, true],
    ['functiongraph:function:getLog', true, true, true],
    ['functiongraph:function:invoke', true, false, true],
    ['functiongraph:function:invokeAsync', true, false, true],
    ['functiongraph:trigger:list', true, true, true],
    ['functiongraph:trigger:create', true, false, false],
    ['functiongraph:trigger:update', true, false, false],
    ['functiongraph:function:create', true, false, false],
    ['functiongraph:function:updateCode', true, false, false],
    ['functiongraph:function:delete', true, false, false],
    ['iam:users:createUser', false, false, false],
    ['platform:runtime:create', false, false, false],
  ])('%s: full %s, read only %s, common %s', (requested, full, readOnly, common) => {
    expect(verdict('functiongraph_full_access', requested)).toBe(full);
    expect(verdict('functiongraph_read_only_access', requested)).toBe(readOnly);
    expect(verdict('functiongraph_common_operations', requested)).toBe(common);
  });

  it('keeps identities from the tenant administrator, and functions from the security administrator', () => {
    expect(verdict('te_admin', 'functiongraph:function:delete')).toBe(true);
    expect(verdict('te_admin', 'iam:users:createUser')).toBe(false);
    expect(verdict('secu_admin', 'iam:users:createUser')).toBe(true);
    expect(verdict('secu_admin', 'functiongraph:function:delete')).toBe(false);
  });
});

describe('the form of a policy', () => {
  const statement = { Effect: 'Allow', Action: ['functiongraph:function:list'] };
  it.each<[string, unknown]>([
    ['policy must be an object', []],
    ['policy.Version must be', { Version: '2012-10-17', Statement: [statement] }],
    ['policy.Depends is not known', { Version: '1.1', Depends: [], Statement: [statement] }],
    ['policy.Statement must be a list', { Version: '1.1', Statement: [] }],
    ['policy.Statement[0].Effect must be', { Version: '1.1', Statement: [{ ...statement, Effect: 'allow' }] }],
    ['policy.Statement[0].NotAction is not known', { Version: '1.1', Statement: [{ ...statement, NotAction: '*' }] }],
    ['policy.Statement[0].Action must be a text', { Version: '1.1', Statement: [{ Effect: 'Allow' }] }],
    [
      'policy.Statement[0].Action[1] is not an action',
      { Version: '1.1', Statement: [{ Effect: 'Allow', Action: ['*', 'invoke'] }] },
    ],
    [
      'policy.Statement[1].Resource[0] is not a resource',
      { Version: '1.1', Statement: [statement, { ...statement, Resource: ['hello'] }] },
    ],
    [
      'policy.Statement[0].Condition.Equals is not an operator',
      { Version: '1.1', Statement: [{ ...statement, Condition: { Equals: {} } }] },
    ],
    [
      'policy.Statement[0].Condition.constructor is not an operator',
      { Version: '1.1', Statement: [{ ...statement, Condition: { constructor: {} } }] },
    ],
    [
      'policy.Statement[0].Condition.Bool.g:Nothing is not a key',
      { Version: '1.1', Statement: [{ ...statement, Condition: { Bool: { 'g:Nothing': 'true' } } }] },
    ],
    [
      'policy.Statement[0].Condition.IpAddress.g:SourceIp is not an address',
      { Version: '1.1', Statement: [{ ...statement, Condition: { IpAddress: { 'g:SourceIp': '10.0.0.0/99' } } }] },
    ],
    [
      'policy.Statement[0].Condition.DateLessThan.g:CurrentTime is not a time',
      { Version: '1.1', Statement: [{ ...statement, Condition: { DateLessThan: { 'g:CurrentTime': 'soon' } } }] },
    ],
    ['policy.Statement has more than', { Version: '1.1', Statement: Array.from({ length: 21 }, () => statement) }],
    [
      'policy.Statement[0].Action has more than',
      { Version: '1.1', Statement: [{ Effect: 'Allow', Action: Array.from({ length: 101 }, () => '*') }] },
    ],
    [
      'policy is over',
      {
        Version: '1.1',
        Statement: Array.from({ length: 20 }, () => ({
          Effect: 'Allow',
          Action: Array.from({ length: 20 }, () => 'functiongraph:function:listSomething'),
        })),
      },
    ],
  ])('refuses an invalid one: %s', (message, written) => {
    expect(() => parsePolicy(written)).toThrow(message);
  });
});
