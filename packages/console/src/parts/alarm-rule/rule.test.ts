import { expect, test } from 'vitest';
import { METRICS, statisticsOf, targetOf } from './rule.ts';

test.each([
  ['urn:fss:r:p:function:default:pay', { kind: 'function', name: 'pay', app: 'default', qualifier: '' }],
  ['urn:fss:r:p:function:shop:pay:v1', { kind: 'function', name: 'pay', app: 'shop', qualifier: 'v1' }],
  ['urn:fss:r:p:function:default:pay:!prod', { kind: 'function', name: 'pay', app: 'default', qualifier: '!prod' }],
  ['urn:fss:r:p:workflow:default:order:latest', { kind: 'flow', name: 'order', app: 'default', qualifier: '' }],
])('%s names what a rule watches', (urn, target) => {
  expect(targetOf(urn)).toEqual(target);
});

test('every metric has a statistic, and flows have no longest run', () => {
  for (const kind of ['function', 'flow'] as const)
    for (const metric of METRICS[kind]) expect(statisticsOf(kind, metric).length).toBeGreaterThan(1);
  expect(statisticsOf('flow', 'duration')).not.toContain('maximum');
  expect(statisticsOf('function', 'concurrency')).not.toContain('sum');
});
