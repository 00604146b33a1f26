import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newRequestId } from '../lib/ids.ts';
import { packRecords, timeOfId, unpackRecords } from './record-chunk.ts';
import { invocationRecord } from './testing.ts';
import type { InvocationRecord } from './types.ts';

const few = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const records: fc.Arbitrary<InvocationRecord[]> = fc.array(
  fc
    .record({
      startedAt: fc.integer({ min: 1_774_000_000_000, max: 1_774_000_200_000 }),
      requestId: fc.oneof(fc.constant('').map(newRequestId), fc.uuid()),
      functionKey: few('p1:default:f', 'p1:default:g'),
      version: few('latest', 'v1'),
      alias: few(null, 'live'),
      instanceId: few(null, '', 'i-1', 'i-2'),
      outcome: few('ok', 'timeout'),
      cold: fc.boolean(),
      cpuMs: few(null, 1.25),
      handlerMs: few(0, 4.5, 900),
      more: few<Partial<InvocationRecord>>(
        {},
        { reserved: true },
        { reserved: false },
        { isCpuShared: true },
        { receivedBy: 'node1', ranOn: 'node2' },
        { receivedBy: 'node3', ranOn: 'node2' },
        { traceparent: '00-a-b-01' },
        { isUntraced: true },
      ),
      ends: few('at once', 'later'),
    })
    .map(({ more, ends, ...each }) => {
      const finishedAt = each.startedAt + each.handlerMs + (ends === 'later' ? 7 : 0);
      return invocationRecord({ ...each, finishedAt, ...more });
    }),
  { maxLength: 40 },
);

it('records are the same after packing and JSON, in their order within a function and minute', () => {
  fc.assert(
    fc.property(records, (all) => {
      const chunks = packRecords(all).map((chunk) => JSON.parse(JSON.stringify(chunk)) as typeof chunk);
      const unpacked = chunks.flatMap(unpackRecords);
      const byId = (a: InvocationRecord, b: InvocationRecord): number => (a.requestId < b.requestId ? -1 : 1);
      expect(unpacked.toSorted(byId)).toStrictEqual(all.toSorted(byId));
      for (const chunk of chunks) {
        const own = unpackRecords(chunk);
        expect(own.map((record) => all.findIndex(({ requestId }) => requestId === record.requestId))).toEqual(
          own
            .map((record) => all.findIndex(({ requestId }) => requestId === record.requestId))
            .toSorted((a, b) => a - b),
        );
        expect(
          new Set(own.map(({ functionKey, startedAt }) => `${functionKey} ${Math.floor(startedAt / 60_000)}`)).size,
        ).toBe(1);
      }
    }),
  );
});

it('a request id that begins with the time names it; others name none', () => {
  const before = Date.now();
  const time = timeOfId(newRequestId());
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
  for (const other of ['', 'r1', '01234567-89ab-8def-8123-456789abcdef', "01234567-89ab-7' or 1"]) {
    expect(timeOfId(other)).toBeUndefined();
  }
});

it('a warm call takes at most 140 bytes of a chunk', () => {
  const start = 1_774_000_000_000;
  const calls = Array.from({ length: 500 }, (_, n) =>
    invocationRecord({
      ...{ startedAt: start + Math.floor(n / 10), requestId: newRequestId(), handlerMs: n / 1000, queueMs: n / 2000 },
      ...{ totalMs: n / 500, cpuMs: n / 1500, instanceId: `i-000000000000000${n % 8}` },
      finishedAt: start + Math.floor(n / 10) + n / 1000,
    }),
  );
  const bytes = packRecords(calls).reduce((sum, chunk) => sum + JSON.stringify(chunk).length, 0);
  expect(bytes / calls.length).toBeLessThan(140);
});
