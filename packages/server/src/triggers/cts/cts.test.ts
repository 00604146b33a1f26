import { describe, expect, it } from 'vitest';
import type { AuditFact } from '../../services/index.ts';
import { ctsEvent } from './cts-event.ts';
import { type CtsSettings, checkCts, selects } from './cts-settings.ts';

const settings = (...operations: string[]): CtsSettings => ({ kind: 'CTS', name: 'audit', operations });
const RECORD: AuditFact = {
  id: 'entry-1',
  at: 1_529_996_047_123,
  domainId: 'd1',
  projectId: 'p1',
  userId: 'u1',
  userName: 'ann',
  accessKey: 'AK',
  sourceIp: '203.0.113.7',
  operation: 'deleteFunction',
  action: 'functiongraph:function:delete',
  resource: 'function:default/hello',
  status: 204,
  errorCode: '',
  requestId: 'r1',
};

describe('an operation of a CTS trigger', () => {
  it.each([
    ['FunctionGraph:function:deleteFunction', true],
    ['functiongraph:FUNCTION:DeleteFunction', true],
    ['FunctionGraph:trigger;function:createFunction;deleteFunction', true],
    ['FunctionGraph:*:*', true],
    ['FunctionGraph:*:deleteFunction', true],
    ['FunctionGraph:trigger:*', false],
    ['FunctionGraph:function:createFunction', false],
    ['OBS:function:*', false],
  ])('%s selects by service, resource and operation: %s', (text, expected) => {
    checkCts(settings(text));
    expect(selects(settings(text), RECORD)).toBe(expected);
    expect(selects(settings('IAM:users:createUser', text), RECORD)).toBe(expected);
  });

  it.each([
    ['has three parts', ['FunctionGraph:function'], /operations\[0\].*three parts/],
    ['has no fourth part', ['FunctionGraph:a:b:c'], /three parts/],
    ['names a service that is recorded', ['FunctionGraph:*:*', 'ECS:*:*'], /operations\[1\].*"ecs"/],
    ['names an operation that exists', ['FunctionGraph:function:dropFunction'], /dropfunction/],
    ['has no empty name', ['FunctionGraph:function;:*'], /resources/],
    ['has no service with a pattern', ['*:*:*'], /service/],
    ['has a bounded number of names', [`FunctionGraph:*:${Array(51).fill('a').join(';')}`], /50/],
    ['is given', [], /operations is missing/],
  ])('%s', (_, operations, message) => {
    expect(() => checkCts(settings(...operations))).toThrow(message);
  });
});

describe('the event of an audit record', () => {
  it('has the fields of CTS, and no key of the caller', () => {
    const text = ctsEvent(RECORD).toString();
    expect(JSON.parse(text)).toMatchObject({
      cts: {
        time: 1_529_996_047_123,
        user: { name: 'ann', id: 'u1', domain: { id: 'd1' } },
        request: {},
        response: {},
        code: 204,
        service_type: 'FunctionGraph',
        resource_type: 'function',
        resource_name: 'default/hello',
        trace_name: 'deleteFunction',
        trace_id: 'entry-1',
        trace_status: 'normal',
        source_ip: '203.0.113.7',
      },
    });
    expect(text).not.toContain('AK');
  });

  it.each([
    [200, 'normal'],
    [404, 'warning'],
    [503, 'incident'],
  ])('of status %s is %s', (status, trace) => {
    expect(JSON.parse(ctsEvent({ ...RECORD, status }).toString())).toMatchObject({
      cts: { code: status, trace_status: trace },
    });
  });
});
